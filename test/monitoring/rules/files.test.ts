import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ruleFiles } from '../../../monitoring/rules/files';
import { alertsOf, ruleGroups } from '../../../monitoring/rules/groups';
import { COMPOSE_TARGETS, prometheusYaml } from '../../../monitoring/rules/prometheus-config';
import { settings } from '../../../monitoring/settings';
import { parseMonitoring } from '../../../src/config/parse';

const alerts = alertsOf(ruleGroups(settings));
const files = new Map(ruleFiles());

describe('the runbooks', () => {
  it('are one page for each alert, and nothing else', () => {
    const pages = alerts.map(({ alert }) => `${alert}.md`);
    expect(readdirSync('docs/runbooks').toSorted()).toEqual(['README.md', ...pages].toSorted());
  });

  it.each(alerts.map(({ alert }) => alert))('%s: links lead to other runbooks', (alert) => {
    const page = files.get(`docs/runbooks/${alert}.md`) ?? '';
    const links = [...page.matchAll(/\]\(([A-Za-z]+\.md)\)/g)].map(
      ([, link = '']) => `docs/runbooks/${link}`,
    );
    expect(links.filter((link) => !files.has(link))).toEqual([]);
  });

  it.each(alerts.map((alert) => [alert.alert, alert] as const))(
    '%s: says the expression as it is',
    (name, alert) => {
      expect(files.get(`docs/runbooks/${name}.md`)).toContain(alert.expr.text);
    },
  );
});

describe('the settings', () => {
  it('know the schedule that serverless.yml deploys', () => {
    const [, minutes] =
      /scheduleRate: rate\((\d+) minutes?\)/.exec(readFileSync('serverless.yml', 'utf8')) ?? [];
    expect(Number(minutes) * 60).toBe(settings.jobIntervalSeconds);
  });

  it('reach the rules: a threshold that changes, changes its expression and its texts', () => {
    const changed = parseMonitoring({
      monitoring: { requests: { errorRatio: 0.07 }, services: { downFor: '7m' } },
    });
    const [down] = alertsOf(ruleGroups(changed));
    const ratio = alertsOf(ruleGroups(changed)).find(({ alert }) => alert === 'ReviewMapsHighErrorRatio');
    expect(down).toMatchObject({ forSeconds: 420, ko: { description: expect.stringContaining('7분') } });
    expect(ratio?.expr.text).toContain('ratio_rate5m > 0.07');
    expect(ratio?.en.description).toContain('limit 7%');
  });

  it('reach the scrape configuration', () => {
    const text = prometheusYaml({ ...settings, scrapeIntervalSeconds: 5, app: 'other' }, COMPOSE_TARGETS);
    expect(text).toContain('scrape_interval: 5s\n  scrape_timeout: 5s');
    expect(text).toContain('app: "other"');
  });
});
