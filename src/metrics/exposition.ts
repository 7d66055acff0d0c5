import Counter from 'prom-client/lib/counter';
import Gauge from 'prom-client/lib/gauge';
import Registry, { type GivenMetric } from 'prom-client/lib/registry';
import { definitionOf, type MetricName } from './catalog';
import type { Histogram, Sample } from './sample';

/**
 * Renders samples as Prometheus text format 0.0.4, families in the catalog's names' order. The registry is made here
 * and thrown away: a warm container carries nothing into its next run.
 * @param samples checked with `problemOf`; a counter's value is its whole total.
 */
export async function exposition(samples: readonly Sample[]): Promise<string> {
  const registry = new Registry();
  const families = Map.groupBy(samples, ({ metric }) => metric);
  const sorted = [...families].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [metric, series] of sorted) addFamily(registry, metric, series);
  return registry.metrics();
}

function addFamily(registry: Registry, metric: MetricName, series: readonly Sample[]): void {
  const { type, help, labels } = definitionOf(metric);
  const options = { name: metric, help, labelNames: [...labels], registers: [registry] };
  switch (type) {
    case 'counter': {
      const counter = new Counter(options);
      for (const one of series) counter.inc({ ...one.labels }, single(one));
      return;
    }
    case 'gauge': {
      const gauge = new Gauge(options);
      for (const one of series) gauge.set({ ...one.labels }, single(one));
      return;
    }
    case 'histogram':
      registry.registerMetric(given(metric, help, series));
  }
}

function single({ metric, value }: Sample): number {
  if (typeof value !== 'number') throw new TypeError(`${metric} has one value, not a histogram`);
  return value;
}

/**
 * prom-client's histogram observes values; here the counts are known already. A registry renders whatever has `get`,
 * in the shape that its own histograms give.
 */
function given(name: MetricName, help: string, series: readonly Sample[]): GivenMetric {
  const values = series.flatMap((one) =>
    typeof one.value === 'number' ? [] : lines(name, one.labels, one.value),
  );
  return {
    name,
    get: async () => ({ name, help, type: 'histogram', values }),
  };
}

type Line = Awaited<ReturnType<GivenMetric['get']>>['values'][number];

function lines(name: MetricName, labels: Sample['labels'], { buckets, sum, count }: Histogram): Line[] {
  const bounds = definitionOf(name).buckets ?? [];
  return [
    ...bounds.map((le, index) => ({
      metricName: `${name}_bucket`,
      labels: { ...labels, le },
      value: buckets[index] ?? 0,
    })),
    { metricName: `${name}_bucket`, labels: { ...labels, le: '+Inf' }, value: count },
    { metricName: `${name}_sum`, labels: { ...labels }, value: sum },
    { metricName: `${name}_count`, labels: { ...labels }, value: count },
  ];
}
