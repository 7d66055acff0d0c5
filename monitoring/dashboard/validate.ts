import { groupedLabels, labelsOf, metricOf, selectors } from '../rules/names';
import { inLanguage, LANGUAGES, type Panel, type Query, type Row, type Text } from './definition';
import { seriesIn } from './expressions';
import { COLUMNS } from './layout';

/** What the panels may refer to. */
export interface Known {
  /** Recording rules and the labels of their results. */
  readonly records: ReadonlyMap<string, readonly string[]>;
  readonly alerts: ReadonlySet<string>;
}

const HANGUL = /[가-힣]/;
/** Windows that follow the time range or the scrape interval. */
const FOLLOWS = new Set(['$__rate_interval', '$__rate_interval:', '$__range']);
/** Labels that a query makes for itself. */
const MADE = ['exact', 'class'];

/**
 * Says what is wrong with panels: the rules of Grafana's dashboard-linter that apply, and that every metric, label
 * and alert that they name exists. Empty when all is well.
 */
export function validate(rows: readonly Row[], known: Known): string[] {
  return rows.flatMap((row) => [
    ...textProblems(row.title, false).map((problem) => `row "${row.title.en}": ${problem}`),
    ...row.panels.flatMap((panel) =>
      panelProblems(panel, known).map((problem) => `panel "${panel.title.en}": ${problem}`),
    ),
  ]);
}

function panelProblems(panel: Panel, known: Known): string[] {
  const problems = [
    ...textProblems(panel.title, false),
    ...textProblems(panel.description, true),
    ...(panel.empty === undefined ? [] : textProblems(panel.empty, true)),
  ];
  const { kind } = panel.view;
  if (panel.queries.length === 0) problems.push('no query');
  if (panel.unit === 'none' && panel.mappings === undefined && kind !== 'logs') {
    problems.push('no unit, and no words for its values');
  }
  if (panel.width < 1 || panel.width > COLUMNS || panel.height < 1)
    problems.push('does not fit into the grid');
  const steps = (panel.thresholds?.steps ?? []).map(({ from }) => from);
  if (steps.some((step, index) => index > 0 && step <= (steps[index - 1] ?? step))) {
    problems.push('thresholds that do not ascend');
  }
  for (const alert of panel.alerts ?? []) {
    if (!known.alerts.has(alert)) problems.push(`there is no alert ${alert}`);
  }
  if (kind === 'table') {
    const beyond = panel.view.columns.some(
      ({ field }) => typeof field !== 'string' && field.query >= panel.queries.length,
    );
    if (beyond) problems.push('a column of a query that it does not have');
  }
  const overTime = ['timeseries', 'state-timeline'].includes(kind);
  return [
    ...problems,
    ...(kind === 'logs'
      ? []
      : panel.queries.flatMap((query) => [
          ...queryProblems(query, known),
          ...(overTime && /\btopk\b/.test(query.expr)
            ? ['topk over time shows more series than it says']
            : []),
        ])),
  ];
}

function textProblems(text: Text, sentence: boolean): string[] {
  return LANGUAGES.flatMap((language) => {
    const written = text[language];
    if (written.trim() === '') return [`no text (${language})`];
    if (language === 'en' && HANGUL.test(written)) return ['Korean in the English text'];
    if (!sentence) return [];
    if (language === 'ko' && !HANGUL.test(written)) return ['no Korean in the Korean text'];
    return written.endsWith('.') ? [] : [`a text that is no sentence (${language})`];
  });
}

function queryProblems(query: Query, { records }: Known): string[] {
  const { expr, fixedWindow, zero, legend } = query;
  const names = seriesIn(expr);
  const unknown = names.filter((name) => metricOf(name) === undefined && !records.has(name));
  const problems = unknown.map((name) => `there is no metric ${name}`);
  const labels = new Set([...MADE, ...names.flatMap((name) => labelsOf(name, records))]);
  const texts = LANGUAGES.map((language) => inLanguage(legend, language));
  const shown = texts.flatMap((text) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name));
  for (const label of new Set([...groupedLabels(expr), ...shown])) {
    if (!labels.has(label)) problems.push(`there is no label ${label}`);
  }
  if (texts.some((text) => text.trim() === '')) problems.push('a legend without text');
  if (texts.some((text) => text.startsWith('{{app}} '))) {
    problems.push('a legend that is cut where it differs: the application comes last');
  }
  const selected = selectors(expr);
  const everywhere = names.filter((name) => selected.every((one) => one.name !== name));
  const loose = selected.filter((one) => !one.labels.includes('app')).map(({ name }) => name);
  for (const name of new Set([...everywhere, ...loose]))
    problems.push(`${name} does not follow $application`);
  for (const label of selected.flatMap((one) => one.labels).filter((name) => !labels.has(name))) {
    problems.push(`there is no label ${label}`);
  }
  problems.push(...counterProblems(expr));
  const fixed = [...expr.matchAll(/\[([^\]]*)\]/g)].some(([, window = '']) => !FOLLOWS.has(window));
  if (fixed && fixedWindow === undefined) problems.push('a fixed window without a reason');
  if (!fixed && fixedWindow !== undefined) problems.push('a reason for a fixed window that it does not have');
  if ((zero === true) !== / or on \((app)?\) /.test(expr))
    problems.push('"zero" and the expression disagree');
  return problems;
}

/** Counters say nothing by themselves: they are read over a window, or where they appeared. */
function counterProblems(expr: string): string[] {
  return selectors(expr)
    .filter(({ name }) => metricOf(name)?.type === 'counter')
    .flatMap(({ name }) => {
      const bare = new RegExp(`\\b${name}\\{[^}]*\\}(?!\\s*(\\[|unless\\b|offset\\b))`);
      return bare.test(expr) ? [`the counter ${name} without a window`] : [];
    });
}
