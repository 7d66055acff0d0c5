import { describe, expect, it } from '@jest/globals';
import { rows } from '../../../monitoring/dashboard/dashboard';
import { type Panel, type Query, same } from '../../../monitoring/dashboard/definition';
import { validate } from '../../../monitoring/dashboard/validate';
import { known } from './known';

/** They watch the monitoring itself, and no panel has their series. */
const WITHOUT_PANEL = ['ReviewMapsRuleEvaluationFailing', 'ReviewMapsWatchdog'];

const query: Query = {
  expr: 'sum by (app) (rate(reviewmaps_naver_api_calls_total{app=~"$application"}[$__rate_interval]))',
  legend: '{{app}}',
};
const panel: Panel = {
  title: { ko: '호출', en: 'Calls' },
  description: { ko: '분당 호출입니다.', en: 'Calls per minute.' },
  view: { kind: 'timeseries' },
  unit: 'cpm',
  queries: [query],
  width: 12,
  height: 8,
};

function problemsOf(...panels: readonly Panel[]): string[] {
  const all = validate([{ title: { ko: '줄', en: 'Row' }, panels }], known);
  return all.map((problem) => problem.replace('panel "Calls": ', ''));
}
const asking = (expr: string, more: Partial<Query> = {}) =>
  problemsOf({ ...panel, queries: [{ ...query, expr, ...more }] });

it('the dashboard has no problems', () => {
  expect(validate(rows, known)).toEqual([]);
});

it('every alert is linked from the panel that shows its reason', () => {
  const linked = new Set(rows.flatMap(({ panels }) => panels.flatMap(({ alerts = [] }) => alerts)));
  expect([...known.alerts].filter((alert) => !linked.has(alert)).sort()).toEqual([...WITHOUT_PANEL]);
});

describe('validate', () => {
  it('accepts a panel that has what it needs', () => {
    expect(problemsOf(panel)).toEqual([]);
  });

  it('wants texts in both languages, and sentences for descriptions', () => {
    expect(problemsOf({ ...panel, title: { ko: '', en: 'Calls' } })).toEqual(['no text (ko)']);
    expect(problemsOf({ ...panel, description: { ko: '분당', en: '분당.' } })).toEqual([
      'a text that is no sentence (ko)',
      'Korean in the English text',
    ]);
    expect(problemsOf({ ...panel, description: same('Calls.') })).toEqual(['no Korean in the Korean text']);
    expect(problemsOf({ ...panel, empty: { ko: '없습니다.', en: 'None' } })).toEqual([
      'a text that is no sentence (en)',
    ]);
  });

  it('wants queries, and a unit or words for the values', () => {
    expect(problemsOf({ ...panel, queries: [] })).toEqual(['no query']);
    expect(problemsOf({ ...panel, unit: 'none' })).toEqual(['no unit, and no words for its values']);
  });

  it('wants a place in the grid and thresholds that ascend', () => {
    expect(problemsOf({ ...panel, width: 25 })).toEqual(['does not fit into the grid']);
    const steps = [
      { from: 2, colour: 'red' },
      { from: 1, colour: 'yellow' },
    ] as const;
    expect(problemsOf({ ...panel, thresholds: { base: 'green', steps } })).toEqual([
      'thresholds that do not ascend',
    ]);
  });

  it('knows the alerts', () => {
    expect(problemsOf({ ...panel, alerts: ['ReviewMapsServiceDown', 'NoSuchAlert'] })).toEqual([
      'there is no alert NoSuchAlert',
    ]);
  });

  it('knows the metrics, the recording rules and their labels', () => {
    expect(
      asking('sum by (app) (rate(reviewmaps_calls_total{app=~"$application"}[$__rate_interval]))'),
    ).toContain('there is no metric reviewmaps_calls_total');
    expect(asking('reviewmaps:nothing:rate5m{app=~"$application"}')).toContain(
      'there is no metric reviewmaps:nothing:rate5m',
    );
    expect(asking(query.expr.replace('by (app)', 'by (app, region)'))).toEqual(['there is no label region']);
    expect(asking(query.expr.replace('{app', '{view="x",app'))).toEqual(['there is no label view']);
    expect(asking(query.expr, { legend: '{{city}}' })).toEqual(['there is no label city']);
  });

  it('wants the application last in a legend', () => {
    expect(asking(query.expr, { legend: 'calls · {{app}}' })).toEqual([]);
    expect(asking(query.expr, { legend: { ko: '{{app}} 호출', en: 'calls · {{app}}' } })).toEqual([
      'a legend that is cut where it differs: the application comes last',
    ]);
  });

  it('wants every selector to follow the chosen applications', () => {
    expect(
      asking('sum by (app) (rate(reviewmaps_naver_api_calls_total{status_code="200"}[$__rate_interval]))'),
    ).toEqual(['reviewmaps_naver_api_calls_total does not follow $application']);
    expect(asking('sum by (app) (up)')).toEqual(['up does not follow $application']);
  });

  it('wants counters over windows, and windows that follow the time range or have a reason', () => {
    expect(asking('sum by (app) (reviewmaps_naver_api_calls_total{app=~"$application"})')).toEqual([
      'the counter reviewmaps_naver_api_calls_total without a window',
    ]);
    const fixed = query.expr.replace('$__rate_interval', '5m');
    expect(asking(fixed)).toEqual(['a fixed window without a reason']);
    expect(asking(fixed, { fixedWindow: 'five minutes are asked for' })).toEqual([]);
    expect(asking(query.expr, { fixedWindow: 'none' })).toEqual([
      'a reason for a fixed window that it does not have',
    ]);
  });

  it('wants a zero where it is promised, and topk only at one moment', () => {
    expect(asking(query.expr, { zero: true })).toEqual(['"zero" and the expression disagree']);
    expect(asking(`${query.expr} or on (app) 0 * max by (app) (up{app=~"$application"})`)).toEqual([
      '"zero" and the expression disagree',
    ]);
    expect(asking(`topk(3, ${query.expr})`)).toEqual(['topk over time shows more series than it says']);
  });

  it('wants columns of queries that a table has', () => {
    const view = {
      kind: 'table',
      sortBy: 0,
      columns: [{ field: { query: 1, unit: 'locale' }, title: { ko: '횟수', en: 'Number' } }],
    } as const;
    expect(problemsOf({ ...panel, view })).toEqual(['a column of a query that it does not have']);
  });
});
