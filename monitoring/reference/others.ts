import type { externalMetrics } from '../external-metrics';

/** What the metrics of others mean that panels and rules rely on. */

type ExternalName = keyof typeof externalMetrics;
type ExternalLabel = (typeof externalMetrics)[ExternalName]['labels'][number];

export const others: Readonly<Record<ExternalName, string>> = {
  up: '1 if Prometheus could scrape the target, 0 if not. Of Django: its `/metrics` answers, which is not yet that the site works.',
  ALERTS: "Prometheus's own alerts, 1 while pending or firing.",
  prometheus_rule_evaluation_failures_total:
    'Rules that could not be evaluated. They neither record nor alert meanwhile.',
  push_time_seconds:
    "When a group was last pushed, by the gateway's clock. 0 if every push was refused: filter `> 0`.",
  push_failure_time_seconds:
    'When a push of the group was last refused. Newer than `push_time_seconds`: the latest was.',
  pushgateway_http_requests_total:
    'Requests of the gateway by status; `code="400"` with `handler="push"` is a refused push, which may belong to no group.',
  django_http_responses_total_by_status_view_method_total:
    'Answers of Django, each once: the source of rates and error ratios.',
  django_http_requests_latency_seconds_by_view_method:
    'Time that views took. A view that raises is observed twice, so it is no source of rates.',
  django_http_requests_latency_including_middlewares_seconds:
    'Time of requests with their middlewares, all views together.',
  django_http_exceptions_total_by_type_total: 'Exceptions that views raised by class, `Http404` included.',
  django_http_exceptions_total_by_view_total: 'The same by view.',
  django_db_execute_total:
    "SQL statements. Like everything `django_db_…` it needs django_prometheus's database ENGINE.",
  django_db_query_duration_seconds: 'Time of SQL statements.',
  django_db_new_connections_total: 'Database connections that Django opened.',
  django_db_new_connection_errors_total:
    'Database connections that Django could not open. Absent until the first time.',
  django_db_errors_total: 'SQL statements that failed, by exception. Absent until the first time.',
  django_cache_get_total:
    "Look-ups in the cache. Like everything `django_cache_…` it needs django_prometheus's cache BACKEND.",
  django_cache_get_hits_total: 'Look-ups that found a value.',
  django_cache_get_misses_total: 'Look-ups that found none.',
  django_cache_get_fail_total: 'Look-ups that failed.',
  process_resident_memory_bytes:
    'Memory of the Django process (RSS). All `process_…` vanish with `PROMETHEUS_MULTIPROC_DIR`.',
  process_virtual_memory_bytes: 'Address space of the process.',
  process_cpu_seconds_total: 'CPU time that the process used; a rate of 1 is one core.',
  process_start_time_seconds: 'When the process started, in seconds since 1970.',
  process_open_fds: 'Open file descriptors.',
  process_max_fds: 'Most that may be open.',
};

export const otherLabels: Readonly<Record<ExternalLabel, string>> = {
  alertname: 'Name of the alert.',
  alertstate: '`pending` or `firing`.',
  severity: '`critical` calls someone, `warning` is read in working hours, `none` is the watchdog.',
  rule_group: 'File and name of the group of rules.',
  code: 'HTTP status of the answer.',
  handler: 'Part of the gateway: `push` takes pushes.',
  method: 'HTTP method.',
  view: 'Name of the view. `<unnamed view>`: no URL matched; `prometheus-django-metrics`: a scrape.',
  status: 'HTTP status. Not the `status` above, which says how work ended.',
  type: 'Class of the exception.',
  alias: "Key in Django's `DATABASES`.",
  vendor: 'Kind of database, `postgresql`.',
  backend: 'Class of the cache.',
};
