import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { ruleGroups } from '../../../monitoring/rules/groups';
import { Expression } from '../../../monitoring/rules/promql';
import { problemsOf } from '../../../monitoring/rules/validate';
import { settings } from '../../../monitoring/settings';
import { describeTool } from '../rules/tool';
import { PATH, queries } from './sections';

/** What the checks of the rules say of a query: it is checked as a recording rule of that expression. */
function problems(query: string): readonly string[] {
  const rule = {
    record: 'reviewmaps:example:query',
    about: 'An example.',
    expr: new Expression(query),
    labels: ['app'],
  } as const;
  return problemsOf([...ruleGroups(settings), { name: 'reviewmaps-example', rules: [rule] }], settings);
}

describe('the queries of docs/metrics.md', () => {
  it('name metrics and labels that exist and read them as what they are', async () => {
    const all = queries(await readFile(PATH, 'utf8'));
    expect(all.length).toBeGreaterThan(50);
    expect(all.flatMap(problems)).toEqual([]);
  });

  it('read what only jobs push without rate and increase: a restored gateway is no reset', async () => {
    const all = queries(await readFile(PATH, 'utf8'));
    const wrong =
      /(rate|increase)\((reviewmaps_\w+)(?<!_(?:bucket|sum|count))(\{(?![^}]*job!~"reviewmaps)[^}]*\})?\[/;
    expect(all.filter((query) => wrong.test(query))).toEqual([]);
    expect(wrong.test('increase(reviewmaps_campaign_expired_total[1d])')).toBe(true);
    expect(wrong.test('increase(reviewmaps_exceptions_total{view_name="a"}[1d])')).toBe(true);
  });

  it('compare once: "a and b < 300 == 0" would compare the answer of the first comparison', async () => {
    const twice = /[<>=] [\d.]+ [<>=]/;
    expect(queries(await readFile(PATH, 'utf8')).filter((query) => twice.test(query))).toEqual([]);
    expect(twice.test('reviewmaps_service_up and on (app) reviewmaps:push_age_seconds < 300 == 0')).toBe(
      true,
    );
  });

  it.each([
    ['reviewmaps_campaigns_active_total', 'no metric is called'],
    ['sum by (app, regions) (reviewmaps_campaign_active_total)', 'label regions'],
    ['reviewmaps_service_up{name="django"}', 'has no label name'],
    ['delta(reviewmaps_exceptions_total[1d])', 'is a counter'],
    ['histogram_quantile(0.9, reviewmaps_naver_api_duration_seconds_bucket)', 'NaN'],
  ])('would not be allowed to be %s', (query, problem) => {
    expect(problems(query).join('\n')).toContain(problem);
  });
});

describeTool('promtool', 'promtool --version')('promtool', () => {
  it('reads every query of docs/metrics.md', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'reference-'));
    try {
      const file = join(folder, 'queries.json');
      const all = queries(await readFile(PATH, 'utf8'));
      const rules = all.map((expr, index) => ({ record: `example:query_${index}`, expr }));
      await writeFile(file, JSON.stringify({ groups: [{ name: 'examples', rules }] }));
      const { stdout } = await promisify(execFile)('promtool', ['check', 'rules', file]);
      expect(stdout).toContain(`SUCCESS: ${all.length} rules found`);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
