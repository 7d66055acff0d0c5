import { rows } from '../dashboard/dashboard';
import { seriesIn } from '../dashboard/expressions';
import { NO_EVENTS } from '../dashboard/promql';
import { type Alert, isAlert, type RecordingRule } from '../rules/definition';
import { ruleGroups } from '../rules/groups';
import { metricOf, seriesNames } from '../rules/names';
import { settings } from '../settings';

/** Who reads a metric or a recording rule. */
export interface Readers {
  readonly alerts: readonly Alert[];
  readonly records: readonly RecordingRule[];
  readonly panels: readonly PanelRef[];
}

interface PanelRef {
  /** Number of the row, from 1. */
  readonly row: number;
  readonly rowTitle: string;
  readonly title: string;
}

interface Reading<T> {
  readonly reader: T;
  readonly names: readonly string[];
}

export const rules = ruleGroups(settings).flatMap((group) => group.rules);

const reads = <T>(reader: T, names: readonly string[]): Reading<T> => ({
  reader,
  names: names.map(familyOf),
});
const alerts = rules.filter(isAlert).map((alert) => reads(alert, seriesNames(alert.expr.text)));
const records = rules.flatMap((rule) => (isAlert(rule) ? [] : [reads(rule, seriesNames(rule.expr.text))]));
const panels = rows.flatMap((row, index) =>
  row.panels
    .filter(({ view }) => view.kind !== 'logs')
    .map(({ title, queries }) =>
      reads(
        { row: index + 1, rowTitle: row.title.en, title: title.en },
        queries.flatMap(({ expr }) => seriesIn(withoutZero(expr))),
      ),
    ),
);

/** Who names it; not who reads a recording rule that rests on it. */
export function readersOf(name: string): Readers {
  const of = <T>(readings: readonly Reading<T>[]): T[] =>
    readings.filter(({ names }) => names.includes(name)).map(({ reader }) => reader);
  return { alerts: of(alerts), records: of(records), panels: of(panels) };
}

/** The histogram that a series belongs to, which is no series itself; of anything else, its own name. */
function familyOf(series: string): string {
  const base = series.replace(/_(bucket|sum|count)$/, '');
  return metricOf(series) !== undefined && metricOf(base) === undefined ? base : series;
}

/** Recording rules that rest on it, on whatever other rule they do: from the nearest to the farthest. */
export function recordsFrom(name: string): readonly RecordingRule[] {
  const direct = readersOf(name).records;
  return [...new Set([...direct, ...direct.flatMap(({ record }) => recordsFrom(record))])];
}

/** Where panels take their 0 from says that somebody looked, and is not what they show. */
function withoutZero(expr: string): string {
  return Object.values(NO_EVENTS).reduce((text, zero) => text.replaceAll(zero, '0'), expr);
}
