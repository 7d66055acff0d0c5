// prom-client types only its index, which also loads its Pushgateway client and cluster support: 67 KB instead of
// 13 KB in each bundle.
declare module 'prom-client/lib/registry' {
  import { Registry as Documented, type Metric } from 'prom-client';
  /** What a registry needs of a metric to render it. */
  export interface GivenMetric {
    readonly name: string;
    get(): Promise<{
      name: string;
      help: string;
      type: 'histogram';
      values: readonly { metricName: string; labels: Record<string, string | number>; value: number }[];
    }>;
  }
  export default class Registry extends Documented {
    registerMetric(metric: Metric | GivenMetric): void;
  }
}
declare module 'prom-client/lib/gauge' {
  import { Gauge } from 'prom-client';
  export default Gauge;
}
declare module 'prom-client/lib/counter' {
  import { Counter } from 'prom-client';
  export default Counter;
}
