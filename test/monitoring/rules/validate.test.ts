import { describe, expect, it } from '@jest/globals';
import type { Alert, RecordingRule } from '../../../monitoring/rules/definition';
import { alertsOf, ruleGroups } from '../../../monitoring/rules/groups';
import { Expression, promql, span } from '../../../monitoring/rules/promql';
import { inWords, percent } from '../../../monitoring/rules/text';
import { problemsOf } from '../../../monitoring/rules/validate';
import { rulesYaml } from '../../../monitoring/rules/yaml';
import { settings } from '../../../monitoring/settings';

const groups = ruleGroups(settings);
const [sound] = alertsOf(groups);
if (sound === undefined) throw new Error('there are no alerts');
const records = groups.filter(({ name }) => name.startsWith('reviewmaps-record'));

const withAlert = (change: Partial<Alert>) =>
  problemsOf([...records, { name: 'reviewmaps-test', rules: [{ ...sound, ...change }] }], settings).join(
    '\n',
  );
const withExpression = (text: string) =>
  withAlert({ expr: new Expression(text), labels: ['app', 'service'] });

describe('the rules', () => {
  it('have no problem', () => {
    expect(problemsOf(groups, settings)).toEqual([]);
  });

  it('have none with shorter intervals either, as a test of the whole uses them', () => {
    const short = { ...settings, jobIntervalSeconds: 2, scrapeIntervalSeconds: 1, staleAfterSeconds: 10 };
    expect(problemsOf(ruleGroups(short), short)).toEqual([]);
  });

  it('are written the same each time', () => {
    expect(rulesYaml(ruleGroups(settings), settings)).toBe(rulesYaml(groups, settings));
  });
});

describe('the check of the rules', () => {
  it.each([
    [
      'a metric that does not exist',
      'reviewmaps_nothing_total > 0',
      'no metric is called reviewmaps_nothing_total',
    ],
    ['a histogram without its part', 'django_db_query_duration_seconds > 1', 'no metric is called'],
    [
      'a recording rule that does not exist',
      'reviewmaps:nothing > 0',
      'no metric is called reviewmaps:nothing',
    ],
    [
      'a label that the metric does not have',
      'reviewmaps_service_up{region="x"} == 0',
      'has no label region',
    ],
    [
      'grouping by a label that nothing has',
      'max by (app, table_name) (reviewmaps_service_up) == 0',
      'label table_name',
    ],
    [
      'a window of fewer than four scrapes',
      'increase(reviewmaps_exceptions_total[45s]) > 0',
      'shorter than 4 scrapes',
    ],
    ['a rate of a gauge', 'rate(reviewmaps_service_up[5m]) > 0', 'is a gauge'],
    ['an average of a counter', 'avg_over_time(reviewmaps_exceptions_total[5m]) > 0', 'is a counter'],
    ['topk', 'topk(1, reviewmaps_service_up) == 0', 'topk'],
    ['a comparison that is missing', 'sum(reviewmaps_service_up)', 'fires for ever'],
    [
      'a quantile that may be NaN',
      'histogram_quantile(0.9, reviewmaps_naver_api_duration_seconds_bucket)',
      'NaN',
    ],
    ['a division by what may be 0', 'reviewmaps_service_up / reviewmaps_job_success > 1', 'divides'],
    ['up of all jobs of all teams', 'up == 0', 'up without a job'],
  ])('finds %s', (_what, expression, problem) => {
    expect(withExpression(expression)).toContain(problem);
  });

  it.each<[string, Partial<Alert>, string]>([
    ['a summary that is missing', { en: { ...sound.en, summary: '' } }, 'has no summary (en)'],
    ['a description without the value', { ko: { ...sound.ko, description: '설명' } }, 'shows no value (ko)'],
    ['a summary with the value', { en: { ...sound.en, summary: '{{ $value }}' } }, 'shows the value (en)'],
    ['Korean that is not', { ko: sound.en }, 'not Korean'],
    ['a label that the result lacks', { labels: ['app'] }, 'names the label service'],
    ['a label that no text names', { labels: ['app', 'service', 'probe'] }, 'no text says which probe'],
    [
      'absent that need not hold',
      { expr: promql`absent(reviewmaps_build_info)`, forSeconds: 0 },
      'absent needs',
    ],
    ['a runbook without queries', { runbook: { ...sound.runbook, queries: [] } }, 'no query'],
    [
      'a runbook without steps',
      { runbook: { ...sound.runbook, ko: { ...sound.runbook.ko, act: [] } } },
      'what to do',
    ],
    [
      'a query of a runbook that finds nothing',
      { runbook: { ...sound.runbook, queries: [promql`nothing`] } },
      'runbook: no metric',
    ],
    ['a name that is not one', { alert: 'ReviewMaps-down' }, 'is not named'],
  ])('finds %s', (_what, change, problem) => {
    expect(withAlert(change)).toContain(problem);
  });

  it('finds a name that is there twice, and a recording rule that loses the app', () => {
    const rule: RecordingRule = {
      record: 'reviewmaps:Bad',
      about: '',
      expr: promql`sum by (app) (reviewmaps_service_up)`,
      labels: [],
    };
    const problems = problemsOf([{ name: 'reviewmaps-test', rules: [rule, rule] }], settings).join('\n');
    expect(problems).toContain('is there twice');
    expect(problems).toContain('is not named reviewmaps:');
    expect(problems).toContain('says nothing of itself');
    expect(problems).toContain('loses the label app');
  });
});

describe('an expression', () => {
  it('takes no number but from the settings', () => {
    expect(() => promql`reviewmaps_service_up > 5`).toThrow('the number 5 stands in an expression');
    expect(() => promql`rate(x[5m])`).toThrow(RangeError);
    expect(promql`x{status=~"5.."} > ${0.05} and rate5m == 1`.text).toBe(
      'x{status=~"5.."} > 0.05 and rate5m == 1',
    );
  });

  it.each([
    [75, '1m15s'],
    [93_600, '1d2h'],
    [0.5, '500ms'],
    [0, '0s'],
  ])('writes %d seconds as %s', (seconds, text) => {
    expect(span(seconds)).toBe(text);
  });

  it.each([
    [93_600, '26 hours', '26시간'],
    [60, '1 minute', '1분'],
    [90, '90 seconds', '90초'],
    [0.5, '0.5 seconds', '0.5초'],
  ])('says %d seconds as "%s" and "%s"', (seconds, en, ko) => {
    expect(inWords(seconds)).toEqual({ en, ko });
  });

  it('says shares without the dust of floating point', () => {
    expect([0.07, 0.05, 1].map(percent)).toEqual(['7%', '5%', '100%']);
  });
});
