import type { MonitoringConfig } from '../../src/config/config';
import { SCRAPE_JOBS } from '../settings';
import { type Alert, isAlert, type RecordingRule, type RuleGroup } from './definition';
import { groupedLabels, labelsOf, metricOf, selectors, seriesNames } from './names';
import { shortest } from './windows';

/**
 * What is wrong with the rules, one sentence each; empty when nothing is. What types cannot say: that metrics and
 * labels exist, that windows are long enough, that counters are read as counters, that texts name what they show.
 */
export function problemsOf(groups: readonly RuleGroup[], settings: MonitoringConfig): readonly string[] {
  const rules = groups.flatMap((group) => group.rules);
  const recorded = new Map(
    rules.flatMap((rule) => (isAlert(rule) ? [] : [[rule.record as string, rule.labels] as const])),
  );
  const names = rules.map(nameOf);
  return [
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name}: is there twice`),
    ...rules.flatMap((rule) =>
      [
        ...expressionProblems(rule.expr.text, recorded, settings),
        ...(isAlert(rule) ? alertProblems(rule) : recordProblems(rule)),
      ].map((problem) => `${nameOf(rule)}: ${problem}`),
    ),
    ...rules
      .filter(isAlert)
      .flatMap(({ alert, runbook }) =>
        runbook.queries.flatMap((query) =>
          expressionProblems(query.text, recorded, settings).map(
            (problem) => `${alert}, runbook: ${problem}`,
          ),
        ),
      ),
  ];
}

function nameOf(rule: RecordingRule | Alert): string {
  return isAlert(rule) ? rule.alert : rule.record;
}

/** Functions that may be given a counter's range; anything else would read its height as if it meant something. */
const FOR_COUNTERS = /^(rate|irate|increase|max_over_time|min_over_time|count_over_time|absent_over_time)$/;

function expressionProblems(
  text: string,
  recorded: ReadonlyMap<string, readonly string[]>,
  settings: MonitoringConfig,
): string[] {
  const names = seriesNames(text);
  const existing = names.filter((name) => recorded.has(name) || metricOf(name) !== undefined);
  const labels = new Set(existing.flatMap((name) => labelsOf(name, recorded)));
  return [
    ...names.filter((name) => !existing.includes(name)).map((name) => `no metric is called ${name}`),
    ...selectors(text).flatMap(({ name, labels: matched }) =>
      matched
        .filter((label) => existing.includes(name) && !labelsOf(name, recorded).includes(label))
        .map((label) => `${name} has no label ${label}`),
    ),
    ...groupedLabels(text)
      .filter((label) => !labels.has(label))
      .map((label) => `nothing in it has the label ${label}`),
    ...[...text.matchAll(/\[([^\]]*)\]/g)]
      .filter(([, range = '']) => seconds(range) < shortest(settings))
      .map(([range]) => `the window ${range} is shorter than 4 scrapes`),
    ...rangeFunctions(text)
      .filter(({ metric, called }) => metricOf(metric)?.type === 'gauge' && /rate|increase/.test(called))
      .map(({ metric, called }) => `${metric} is a gauge, ${called} is for counters`),
    ...rangeFunctions(text)
      .filter(({ metric, called }) => metricOf(metric)?.type === 'counter' && !FOR_COUNTERS.test(called))
      .map(({ metric, called }) => `${metric} is a counter, ${called} is not for them`),
    ...(/\bhistogram_quantile\b/.test(text) && !/\) *>=? *[\d(]/.test(text.replaceAll(/\s+/g, ' '))
      ? ['histogram_quantile gives NaN without traffic: compare it with something']
      : []),
    ...(/\/(?!\s*(\(|[\d.]+\b))/.test(text.replaceAll(/"[^"]*"/g, ''))
      ? ['it divides by what may be 0: guard the divisor with "(… > 0)"']
      : []),
  ];
}

function rangeFunctions(text: string): readonly { called: string; metric: string }[] {
  const found = text.matchAll(/(\w+)\(([a-zA-Z_:][\w:]*)(?:\{(?:[^"}]|"[^"]*")*\})?\[/g);
  return [...found].map(([, called = '', metric = '']) => ({ called, metric }));
}

function recordProblems({ record, about, expr, labels }: RecordingRule): string[] {
  return [
    ...(/^reviewmaps:[a-z0-9_]+(:[a-z0-9_]+)?$/.test(record) ? [] : ['is not named reviewmaps:<what>:<how>']),
    ...(about.trim() === '' ? ['says nothing of itself'] : []),
    ...(labels.includes('app') || !expr.text.includes('by (app') ? [] : ['loses the label app']),
  ];
}

function alertProblems(alert: Alert): string[] {
  const { expr, forSeconds, severity, labels } = alert;
  const texts = { en: alert.en, ko: alert.ko };
  return [
    ...(/^ReviewMaps[A-Z][A-Za-z0-9]+$/.test(alert.alert) ? [] : ['is not named ReviewMaps<What>']),
    ...Object.entries(texts).flatMap(([language, { summary, description }]) => [
      ...(summary.trim() === '' ? [`has no summary (${language})`] : []),
      ...(description.trim() === '' ? [`has no description (${language})`] : []),
      ...(description.includes('$value') ? [] : [`its description shows no value (${language})`]),
      // The value changes with each evaluation; a summary is what the same trouble is recognised by.
      ...(summary.includes('$value') ? [`its summary shows the value (${language})`] : []),
      ...templateLabels(summary + description)
        .filter((label) => !labels.includes(label))
        .map((label) => `its text names the label ${label}, which the result does not have (${language})`),
    ]),
    ...labels
      .filter((label) => !templateLabels(alert.en.summary + alert.en.description).includes(label))
      .filter((label) => label !== 'job' && label !== 'app')
      .map((label) => `no text says which ${label}`),
    ...(/[가-힣]/.test(alert.ko.summary) && /[가-힣]/.test(alert.ko.description)
      ? []
      : ['its Korean text is not Korean']),
    ...runbookProblems(alert),
    ...(/\b(topk|bottomk|limitk)\b/.test(expr.text) ? ['topk in an alert: series come and go'] : []),
    ...(/\babsent(_over_time)?\(/.test(expr.text) && forSeconds === 0
      ? ['absent needs a time to hold: a scrape may be missed']
      : []),
    ...(severity !== 'none' && !/[<>=]=?|absent|unless/.test(expr.text.replaceAll(/\{[^}]*\}/g, ''))
      ? ['it compares with nothing, so it fires for ever']
      : []),
    // A series of another one's target may stand beside it; by itself it would be the target of any team.
    ...(seriesNames(expr.text).includes('up') &&
    !/on \((app, )?job, instance\)/.test(expr.text) &&
    !Object.values(SCRAPE_JOBS).some((job) => expr.text.includes(`job="${job}"`))
      ? ['up without a job of the scrape configuration']
      : []),
  ];
}

function runbookProblems({ runbook }: Alert): string[] {
  return [
    ...(runbook.queries.length === 0 ? ['its runbook has no query'] : []),
    ...[runbook.en, runbook.ko].flatMap(({ means, confirm, act }) =>
      means.trim() === '' || confirm.length === 0 || act.length === 0
        ? ['its runbook must say what it means, how to confirm it and what to do, in both languages']
        : [],
    ),
  ];
}

function templateLabels(text: string): readonly string[] {
  return [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };

function seconds(range: string): number {
  return [...range.matchAll(/(\d+)(ms|[smhd])/g)].reduce(
    (sum, [, count = '', unit = '']) => sum + Number(count) * (UNIT_SECONDS[unit] ?? 0),
    0,
  );
}
