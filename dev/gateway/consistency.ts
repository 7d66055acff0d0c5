import { type Family, type Metric, type MetricType, seriesKey } from './exposition';
import { formatNumber } from './go-number';

/** Families that a real gateway exposes of itself. A push may add series to them only with the same type. */
export const OWN_FAMILIES: Readonly<Record<string, MetricType>> = {
  go_gc_duration_seconds: 'summary',
  go_goroutines: 'gauge',
  go_info: 'gauge',
  go_memstats_alloc_bytes: 'gauge',
  go_memstats_alloc_bytes_total: 'counter',
  go_threads: 'gauge',
  process_cpu_seconds_total: 'counter',
  process_max_fds: 'gauge',
  process_open_fds: 'gauge',
  process_resident_memory_bytes: 'gauge',
  process_start_time_seconds: 'gauge',
  process_virtual_memory_bytes: 'gauge',
  pushgateway_build_info: 'gauge',
  pushgateway_http_push_duration_seconds: 'summary',
  pushgateway_http_push_size_bytes: 'summary',
  pushgateway_http_requests_total: 'counter',
};

function typeWord(type: MetricType): string {
  return type.toUpperCase();
}

function describe(name: string, type: MetricType, metric: Metric): string {
  const labels = Object.entries(metric.labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `label:<name:${JSON.stringify(label)} value:${JSON.stringify(value)} > `)
    .join('');
  return `"${name}" { ${labels}${type}:<value:${formatNumber(metric.value)} > }`;
}

/** Names that a histogram or summary exposes besides its own. */
function partNames({ name, type }: Pick<Family, 'name' | 'type'>): readonly string[] {
  if (type === 'histogram') return [`${name}_bucket`, `${name}_sum`, `${name}_count`];
  return type === 'summary' ? [`${name}_sum`, `${name}_count`] : [];
}

/**
 * What a scrape of all these families together could not expose: a name with two types, a series twice, a
 * histogram whose parts have another family's name. In the order of the families: the later one is at fault.
 */
export function inconsistencies(
  families: readonly Family[],
  own: Readonly<Record<string, MetricType>>,
): readonly string[] {
  const problems: string[] = [];
  const types = new Map<string, MetricType>();
  const parts = new Map<string, string>();
  const seen = new Set<string>();

  for (const { name, type, metrics } of families) {
    const ownType = Object.hasOwn(own, name) ? own[name] : undefined;
    if (ownType !== undefined && ownType !== type) {
      problems.push(
        `gathered metric family ${name} has type ${typeWord(type)} but should have ${typeWord(ownType)}`,
      );
      continue;
    }
    const known = types.get(name);
    if (known === undefined) {
      types.set(name, type);
      const clash = partNames({ name, type }).find((part) => types.has(part));
      if (clash !== undefined) {
        problems.push(
          `collected histogram or summary named "${name}" collides with previously collected metric named "${clash}"`,
        );
      }
      const owner = parts.get(name);
      if (owner !== undefined) {
        problems.push(
          `collected metric named "${name}" collides with previously collected histogram or summary named "${owner}"`,
        );
      }
      for (const part of partNames({ name, type })) parts.set(part, name);
    }
    for (const metric of metrics) {
      if (known !== undefined && known !== type) {
        problems.push(`collected metric ${describe(name, type, metric)} is not a ${typeWord(known)}`);
        continue;
      }
      const series = `${name} ${seriesKey(metric.labels)}`;
      if (seen.has(series)) {
        problems.push(
          `collected metric ${describe(name, type, metric)} was collected before with the same name and label values`,
        );
      }
      seen.add(series);
    }
  }
  return problems;
}
