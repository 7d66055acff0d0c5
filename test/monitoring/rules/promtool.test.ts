import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cases } from '../../../monitoring/rules/cases/cases';
import { promtoolTests } from '../../../monitoring/rules/cases/promtool';
import { alertsOf, groupsFor, ruleGroups } from '../../../monitoring/rules/groups';
import { rulesYaml } from '../../../monitoring/rules/yaml';
import { settings } from '../../../monitoring/settings';
import { describeTool } from './tool';

const run = promisify(execFile);
const groups = ruleGroups(settings);
const alerts = alertsOf(groups);

describe('the cases', () => {
  it('are there for every alert and for nothing else', () => {
    expect(Object.keys(cases).toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
  });

  it.each(alerts.map(({ alert }) => alert))('%s has one that fires and one that stays quiet', (alert) => {
    const { fires, quiet } = cases[alert] ?? { fires: [], quiet: [] };
    expect(fires.every(({ firing }) => firing.length > 0)).toBe(true);
    expect(quiet.every(({ firing }) => firing.length === 0)).toBe(true);
    expect(fires.length).toBeGreaterThan(0);
    // What always fires cannot be quiet.
    expect(quiet.length).toBeGreaterThan(alert === 'ReviewMapsWatchdog' ? -1 : 0);
  });
});

describeTool('promtool', 'promtool --version')('the rules', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rules-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are what Prometheus can read', async () => {
    const { stdout } = await run('promtool', ['check', 'rules', 'deploy/prometheus/rules/reviewmaps.yml']);
    const all = groups.reduce((sum, { rules }) => sum + rules.length, 0);
    expect(stdout).toContain(`SUCCESS: ${all} rules found`);
  });

  it('and their runbooks ask what Prometheus can answer', async () => {
    const queries = alerts.flatMap(({ runbook }) => runbook.queries.map(({ text }) => text));
    const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
    const file = join(folder, 'queries.json');
    await writeFile(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    const { stdout } = await run('promtool', ['check', 'rules', file]);
    expect(stdout).toContain(`SUCCESS: ${queries.length} rules found`);
  });

  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s fires and stays quiet as its cases say',
    async (name, alert) => {
      const own = groupsFor(alert, groups);
      const rules = join(folder, `${name}.yml`);
      await writeFile(rules, rulesYaml(own, settings));
      const { fires, quiet } = cases[name] ?? { fires: [], quiet: [] };
      const all = [...fires, ...quiet];
      const files = [...new Set(all.map(({ every }) => every))].map(async (every) => {
        const file = join(folder, `${name}-${every}.json`);
        const same = all.filter((one) => one.every === every);
        await writeFile(
          file,
          promtoolTests(
            rules,
            own.map((group) => group.name),
            alert,
            same,
            settings,
          ),
        );
        return file;
      });
      const failure = await run('promtool', ['test', 'rules', ...(await Promise.all(files))]).then(
        () => '',
        (error: unknown) => String(error),
      );
      expect(failure).toBe('');
    },
    60_000,
  );
});
