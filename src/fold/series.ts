import { definitionOf, RUN_METRICS, type RunMetric } from '../metrics/catalog';
import { histogramProblem } from '../metrics/sample';
import { goNumber, isLabels, isObject } from '../pushgateway/state';
import type { RunSeries, SeriesReason } from './run-push';

/** What every series of a group carries beside its own labels: the grouping labels, and the `instance` that the gateway adds. */
export type GroupLabels = Readonly<Record<string, string>>;

/** Bytes of a label set as JSON. The ledger's index takes 2,700, with the run's id and the metric. */
const LONGEST_LABELS = 1_800;

/** Above it a count loses its ones; sums of it can never leave what a double holds. */
const LARGEST = 2 ** 53;

/** Labels whose values are a closed set. */
const CLOSED: Readonly<Record<string, RegExp>> = {
  status: /^(success|failed)$/,
  status_code: /^([1-5]\d\d|timeout|error)$/,
};

/**
 * The contract's name of a family that a run pushed, if it has one: clients that end every counter in `_total` cannot
 * push the two that do not.
 */
export function contractName(family: string): RunMetric | undefined {
  return RUN_METRICS.find(
    (metric) =>
      family === metric || (family === `${metric}_total` && definitionOf(metric).type === 'counter'),
  );
}

/** One series in the catalog's terms, or why it is not counted. */
export function readSeries(metric: RunMetric, stored: unknown, group: GroupLabels): RunSeries | SeriesReason {
  if (!isObject(stored) || !isLabels(stored['labels'])) return 'wrong_labels';
  const labels = ownLabels(metric, stored['labels'], group);
  if (typeof labels === 'string') return labels;
  const values =
    definitionOf(metric).type === 'histogram'
      ? histogramValues(metric, stored)
      : counterValues(stored['value']);
  return typeof values === 'string' ? values : { metric, labels, values };
}

function ownLabels(
  metric: RunMetric,
  all: GroupLabels,
  group: GroupLabels,
): Record<string, string> | SeriesReason {
  const names = definitionOf(metric).labels;
  const own = Object.entries(all).filter(([name]) => !Object.hasOwn(group, name) && name !== 'instance');
  if (own.length !== names.length || !own.every(([name]) => names.includes(name))) return 'wrong_labels';
  const labels = Object.fromEntries(
    own.map(([name, value]) => [name, value.trim() === '' ? 'unknown' : value]),
  );
  // PostgreSQL's text has no NUL.
  if (
    Object.entries(labels).some(
      ([name, value]) => value.includes('\0') || CLOSED[name]?.test(value) === false,
    )
  )
    return 'wrong_labels';
  return Buffer.byteLength(JSON.stringify(labels)) > LONGEST_LABELS ? 'too_long' : labels;
}

function counterValues(text: unknown): number[] | SeriesReason {
  const value = goNumber(text);
  return value !== undefined && value >= 0 && value <= LARGEST ? [value] : 'bad_value';
}

/** Bounds finer than the catalog's reduce exactly: a cumulative count at a bound is the same whatever lies between. */
function histogramValues(
  metric: RunMetric,
  stored: Readonly<Record<string, unknown>>,
): number[] | SeriesReason {
  const count = goNumber(stored['count']);
  const sum = goNumber(stored['sum']);
  if (count === undefined || sum === undefined || !(sum >= 0 && sum <= LARGEST && count <= LARGEST))
    return 'bad_value';
  if (!isObject(stored['buckets'])) return 'bad_buckets';
  const counts = new Map(
    Object.entries(stored['buckets']).map(([bound, value]) => [goNumber(bound), goNumber(value)]),
  );
  const all = [...counts]
    .sort(([a = Number.NaN], [b = Number.NaN]) => a - b)
    .map(([, value]) => value ?? Number.NaN);
  if (histogramProblem({ buckets: all, sum, count }, all.length) !== undefined) return 'bad_buckets';
  if ((counts.get(Number.POSITIVE_INFINITY) ?? count) !== count) return 'bad_buckets';
  const buckets = (definitionOf(metric).buckets ?? []).map((bound) => counts.get(bound));
  return buckets.every((value) => value !== undefined) ? [...buckets, sum, count] : 'bad_buckets';
}
