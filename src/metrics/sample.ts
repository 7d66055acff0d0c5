import { definitionOf, type LabelsOf, type MetricName } from './catalog';

/** Counts of a histogram: cumulative, one for each of the catalog's bounds, ascending; then everything together. */
export interface Histogram {
  readonly buckets: readonly number[];
  readonly sum: number;
  readonly count: number;
}

/** One value of one series; of a histogram, all of its series together. */
export interface Sample {
  readonly metric: MetricName;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | Histogram;
}

/** A sample whose labels are exactly those that the catalog gives its metric; the compiler checks them. */
export function sample<M extends MetricName>(
  metric: M,
  labels: LabelsOf<M>,
  value: number | Histogram,
): Sample {
  return { metric, labels, value };
}

/** Names a series: the same text for the same metric and label set, whatever the order of the labels. */
export function seriesId({ metric, labels }: Pick<Sample, 'metric' | 'labels'>): string {
  return JSON.stringify([metric, ...Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** Says what is wrong with a histogram's numbers; `bounds` is how many buckets it must have. */
export function histogramProblem({ buckets, sum, count }: Histogram, bounds: number): string | undefined {
  if (buckets.length !== bounds) return `${buckets.length} buckets where the catalog has ${bounds}`;
  const cumulative = [0, ...buckets, count];
  if (![...cumulative, sum].every((value) => Number.isFinite(value) && value >= 0)) {
    return 'a number that is not finite, or below zero';
  }
  return cumulative.every((value, index) => index === 0 || value >= (cumulative[index - 1] ?? 0))
    ? undefined
    : 'buckets that do not grow';
}

function valueProblem({ metric, value }: Sample): string | undefined {
  const { type, buckets } = definitionOf(metric);
  if (typeof value !== 'number') {
    if (type !== 'histogram') return `is a ${type} with the value of a histogram`;
    const problem = histogramProblem(value, buckets?.length ?? 0);
    return problem === undefined ? undefined : `has ${problem}`;
  }
  if (type === 'histogram') return 'is a histogram with a single value';
  if (!Number.isFinite(value)) return `has the value ${value}`;
  return type === 'counter' && value < 0 ? `is a counter with the value ${value}` : undefined;
}

/**
 * Says what is wrong with samples before they reach the registry, where one bad value would cost the whole push:
 * labels other than the catalog's, values that its type cannot have, a series given twice.
 */
export function problemOf(samples: readonly Sample[]): string | undefined {
  const seen = new Set<string>();
  for (const one of samples) {
    const id = seriesId(one);
    const { labels } = definitionOf(one.metric);
    const names = Object.keys(one.labels);
    if (names.length !== labels.length || !labels.every((label) => Object.hasOwn(one.labels, label))) {
      return `${id} has the labels ${names.join(', ')}, the catalog says ${labels.join(', ')}`;
    }
    const problem = valueProblem(one);
    if (problem !== undefined) return `${id} ${problem}`;
    if (seen.has(id)) return `${id} is given twice`;
    seen.add(id);
  }
  return undefined;
}
