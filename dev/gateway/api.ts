import type { Family, Metric } from './exposition';
import { formatNumber } from './go-number';
import { familiesOf, type Group } from './store';

function numbers(parts: ReadonlyMap<string, number>): Readonly<Record<string, string>> {
  return Object.fromEntries([...parts].map(([bound, value]) => [bound, formatNumber(value)]));
}

function metricJson(type: Family['type'], metric: Metric): Readonly<Record<string, unknown>> {
  const { labels, sum, count, parts, value } = metric;
  switch (type) {
    case 'histogram':
      return { buckets: numbers(parts), count: formatNumber(count), labels, sum: formatNumber(sum) };
    case 'summary':
      return { count: formatNumber(count), labels, quantiles: numbers(parts), sum: formatNumber(sum) };
    case 'counter':
    case 'gauge':
    case 'untyped':
      return { labels, value: formatNumber(value) };
  }
}

function familyJson({ type, help, metrics }: Family, group: Group): Readonly<Record<string, unknown>> {
  return {
    time_stamp: new Date((group.pushedAt || group.failedAt) * 1_000).toISOString(),
    type: type.toUpperCase(),
    ...(help === undefined ? {} : { help }),
    metrics: metrics.map((metric) => metricJson(type, metric)),
  };
}

/** The answer of `GET /api/v1/metrics`. A family named `labels` hides the group's own field, as in the real gateway. */
export function apiAnswer(groups: readonly Group[]): string {
  const data = groups.map((group) =>
    Object.fromEntries<unknown>([
      ['labels', group.labels],
      ['last_push_successful', group.pushedAt >= group.failedAt],
      ...familiesOf(group).map((family) => [family.name, familyJson(family, group)] as const),
    ]),
  );
  return JSON.stringify({ status: 'success', data });
}
