import { externalMetrics } from '../../../monitoring/external-metrics';
import { DJANGO_LATENCY_BOUNDS } from '../../../src/config/monitoring';
import { definitionOf, RUN_METRICS } from '../../../src/metrics/catalog';

/** As Python's client writes a bound. */
const BOUNDS = [...DJANGO_LATENCY_BOUNDS.map((one) => (one % 1 === 0 ? one.toFixed(1) : `${one}`)), '+Inf'];
const SCRAPE = 'view="prometheus-django-metrics",method="GET"';

/**
 * What Django's /metrics answers while nobody but Prometheus has asked it anything: django-prometheus and the drop-in
 * declare their names, and only what has no labels has a value.
 * @param scrapes that were answered before
 */
export function idleDjango(scrapes: number): string {
  const declared = Object.entries(externalMetrics).flatMap(([name, { type, source }]) =>
    source === 'django-prometheus' || source === 'process' ? [`# TYPE ${name} ${type}`] : [],
  );
  const ofDropIn = RUN_METRICS.map((name) =>
    definitionOf(name).type === 'histogram'
      ? `# TYPE ${name} histogram`
      : `# TYPE ${name.replace(/_total$/, '')}_total counter`,
  );
  const answered = [
    `django_http_responses_total_by_status_view_method_total{status="200",${SCRAPE}} ${scrapes}`,
    ...histogram('django_http_requests_latency_seconds_by_view_method', `${SCRAPE},`, scrapes),
  ];
  return [
    ...declared,
    ...ofDropIn,
    ...(scrapes === 0 ? [] : answered),
    ...histogram('django_http_requests_latency_including_middlewares_seconds', '', scrapes),
    'reviewmaps_naver_api_rate_limit_hits_total 0',
    'process_resident_memory_bytes 120000000',
    'process_virtual_memory_bytes 480000000',
    `process_cpu_seconds_total ${scrapes / 10}`,
    'process_start_time_seconds 1700000000',
    'process_open_fds 40',
    'process_max_fds 1024',
    '',
  ].join('\n');
}

/** Every observation took 20 ms. */
function histogram(name: string, labels: string, count: number): string[] {
  const suffix = labels === '' ? '' : `{${labels.replace(/,$/, '')}}`;
  return [
    ...BOUNDS.map((le) => `${name}_bucket{${labels}le="${le}"} ${Number(le) < 0.02 ? 0 : count}`),
    `${name}_sum${suffix} ${count * 0.02}`,
    `${name}_count${suffix} ${count}`,
  ];
}
