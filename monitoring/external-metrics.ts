/** Metrics that others expose and that rules and panels rely on. A name that is not here or in the catalog may not be used. */

interface ExternalMetric {
  readonly type: 'gauge' | 'counter' | 'histogram';
  /** Besides `job`, `instance` and `app`, which the scrape adds. */
  readonly labels: readonly string[];
  readonly source: 'prometheus' | 'pushgateway' | 'django-prometheus' | 'process';
}

const REQUEST = ['view', 'method'] as const;
const CONNECTION = ['alias', 'vendor'] as const;

export const externalMetrics = {
  up: { type: 'gauge', labels: [], source: 'prometheus' },
  ALERTS: { type: 'gauge', labels: ['alertname', 'alertstate', 'severity'], source: 'prometheus' },
  prometheus_rule_evaluation_failures_total: {
    type: 'counter',
    labels: ['rule_group'],
    source: 'prometheus',
  },

  push_time_seconds: { type: 'gauge', labels: [], source: 'pushgateway' },
  push_failure_time_seconds: { type: 'gauge', labels: [], source: 'pushgateway' },
  pushgateway_http_requests_total: {
    type: 'counter',
    labels: ['code', 'handler', 'method'],
    source: 'pushgateway',
  },

  django_http_responses_total_by_status_view_method_total: {
    type: 'counter',
    labels: ['status', ...REQUEST],
    source: 'django-prometheus',
  },
  django_http_requests_latency_seconds_by_view_method: {
    type: 'histogram',
    labels: REQUEST,
    source: 'django-prometheus',
  },
  django_http_requests_latency_including_middlewares_seconds: {
    type: 'histogram',
    labels: [],
    source: 'django-prometheus',
  },
  django_http_exceptions_total_by_type_total: {
    type: 'counter',
    labels: ['type'],
    source: 'django-prometheus',
  },
  django_http_exceptions_total_by_view_total: {
    type: 'counter',
    labels: ['view'],
    source: 'django-prometheus',
  },
  django_db_execute_total: { type: 'counter', labels: CONNECTION, source: 'django-prometheus' },
  django_db_query_duration_seconds: { type: 'histogram', labels: CONNECTION, source: 'django-prometheus' },
  django_db_new_connections_total: { type: 'counter', labels: CONNECTION, source: 'django-prometheus' },
  django_db_new_connection_errors_total: { type: 'counter', labels: CONNECTION, source: 'django-prometheus' },
  django_db_errors_total: { type: 'counter', labels: [...CONNECTION, 'type'], source: 'django-prometheus' },
  django_cache_get_total: { type: 'counter', labels: ['backend'], source: 'django-prometheus' },
  django_cache_get_hits_total: { type: 'counter', labels: ['backend'], source: 'django-prometheus' },
  django_cache_get_misses_total: { type: 'counter', labels: ['backend'], source: 'django-prometheus' },
  django_cache_get_fail_total: { type: 'counter', labels: ['backend'], source: 'django-prometheus' },

  // They vanish when Django runs several workers with PROMETHEUS_MULTIPROC_DIR.
  process_resident_memory_bytes: { type: 'gauge', labels: [], source: 'process' },
  process_virtual_memory_bytes: { type: 'gauge', labels: [], source: 'process' },
  process_cpu_seconds_total: { type: 'counter', labels: [], source: 'process' },
  process_start_time_seconds: { type: 'gauge', labels: [], source: 'process' },
  process_open_fds: { type: 'gauge', labels: [], source: 'process' },
  process_max_fds: { type: 'gauge', labels: [], source: 'process' },
} as const satisfies Record<string, ExternalMetric>;

/** Seconds as Python's client writes them in the label `le`: 1 is "1.0". */
export function bound(seconds: number): string {
  return Number.isInteger(seconds) ? seconds.toFixed(1) : String(seconds);
}
