import { DJANGO_LATENCY_BOUNDS } from '../../../src/config/monitoring';
import { GROUP_JOBS } from '../../../src/jobs/job';
import { catalog, definitionOf, isMetric } from '../../../src/metrics/catalog';
import { ALERTS_OF_NOBODY, NOISY, QUIET } from './applications';

/**
 * What the gateway and Django's /metrics would answer: every metric of the catalog and of django-prometheus, with
 * their real names, types and labels. Two applications: one has all kinds of events, the other has been healthy since it started.
 */

type Labels = Readonly<Record<string, string>>;

/** A value of labels whose counters stand still. */
const IDLE = 'idle';

/** Values of labels; the events that a healthy application never has are with `EVENTS`. */
const LABEL_VALUES: Readonly<Record<string, readonly string[]>> = {
  region: ['서울', '부산', 'unknown'],
  table_name: ['campaign', 'reviews'],
  scope: ['서울', 'all'],
  endpoint: ['local', 'geocode', IDLE],
  exception_type: ['ValueError', 'Timeout'],
  view_name: ['campaign-list', 'enrich'],
  scraper: ['daily', 'hourly'],
  step: ['read', 'count'],
  state: ['active', 'idle'],
  service: ['django', 'database'],
  probe: ['http'],
  collector: ['campaigns', 'expired', 'tables'],
  metric: ['reviewmaps_campaign_active_total'],
  status_code: ['200', '429', 'timeout'],
  status: ['success', 'failed'],
  version: ['0.1.0'],
  node: ['24.21.0'],
};
const REASONS: Readonly<Record<string, readonly string[]>> = {
  reviewmaps_probe_failure_reason: ['timeout'],
  reviewmaps_fold_rejected_series_total: ['wrong_type', 'bad_value'],
  reviewmaps_fold_rejected_groups_total: ['poison'],
};

/** Metrics of which an application without any such event has no series. */
const EVENTS = new Set([
  'reviewmaps_campaign_active_total',
  'reviewmaps_campaign_expired_total',
  'reviewmaps_cleanup_deleted_rows',
  'reviewmaps_enrichment_total',
  'reviewmaps_enrichment_duration_seconds',
  'reviewmaps_naver_api_calls_total',
  'reviewmaps_naver_api_duration_seconds',
  'reviewmaps_naver_api_rate_limit_hits',
  'reviewmaps_exceptions_total',
  'reviewmaps_scraper_runs_total',
  'reviewmaps_scraper_runs_silent_total',
  'reviewmaps_scraper_runs_in_flight',
  'reviewmaps_scraper_last_run_duration_seconds',
  'reviewmaps_scraper_last_success_timestamp_seconds',
  'reviewmaps_fold_rejected_series_total',
  'reviewmaps_fold_rejected_groups_total',
  'reviewmaps_probe_failure_reason',
  'reviewmaps_label_sets_over_limit',
]);

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}{${pairs.join(',')}} ${value}`;
}

function labelSets(names: readonly string[], metric: string): Labels[] {
  return names.reduce<Labels[]>(
    (sets, name) => {
      const values = name === 'reason' ? REASONS[metric] : LABEL_VALUES[name];
      if (values === undefined) throw new Error(`no values for the label ${name} of ${metric}`);
      return sets.flatMap((set) => values.map((value) => ({ ...set, [name]: value })));
    },
    [{}],
  );
}

/** A counter that grows: the `index` tells series apart. */
function total(index: number, elapsed: number): number {
  return 100 + index * 7 + Math.floor(elapsed * (2 + index));
}

/** Observations that fell evenly into the buckets, and one in each second above them all. */
function histogram(
  name: string,
  labels: Labels,
  bounds: readonly string[],
  index: number,
  elapsed: number,
): string[] {
  const each = total(index, elapsed);
  const count = each * bounds.length + Math.floor(elapsed);
  return [
    ...bounds.map((le, at) => line(`${name}_bucket`, { ...labels, le }, each * (at + 1))),
    line(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
    line(`${name}_sum`, labels, count * 0.3),
    line(`${name}_count`, labels, count),
  ];
}

/** As Python's client writes a bound; the gateway writes 1 for 1.0. */
const pythonBound = (value: number) => (Number.isInteger(value) ? value.toFixed(1) : String(value));
const DJANGO_BOUNDS = DJANGO_LATENCY_BOUNDS.map(pythonBound);

function gaugeValue(name: string, unit: string, index: number, now: number): number {
  if (name.endsWith('_expiry_timestamp_seconds')) return now + 86_400 * 30;
  if (name.endsWith('_timestamp_seconds')) return now - 3_600 * (index + 1);
  if (name === 'reviewmaps_database_connections_max') return 100;
  if (name === 'reviewmaps_table_missing' || name === 'reviewmaps_fold_groups_waiting') return 0;
  if (unit === '1') return 1;
  return unit === 'bytes' ? 8_192_000 * (index + 1) + Math.floor(now % 1_000) : 5 + index;
}

/** What the gateway answers `elapsed` seconds after the start. */
export function gatewayText(elapsed: number, now: number): string {
  const lines: string[] = [];
  for (const app of [NOISY, QUIET]) {
    for (const [name, { type, labels, unit, jobs, buckets }] of Object.entries(catalogByName())) {
      if (app === QUIET && EVENTS.has(name)) continue;
      // What every job says of itself comes from each; anything else from one.
      const pushers = jobs.length === 3 ? jobs : jobs.slice(0, 1);
      for (const job of pushers) {
        for (const [index, set] of labelSets(labels, name).entries()) {
          const all = { ...set, app, job: GROUP_JOBS[job] };
          const running = set['endpoint'] === IDLE ? 0 : elapsed;
          if (type === 'gauge') lines.push(line(name, all, gaugeValue(name, unit, index, now)));
          if (type === 'counter') lines.push(line(name, all, total(index, running)));
          if (type === 'histogram')
            lines.push(...histogram(name, all, (buckets ?? []).map(String), index, running));
        }
      }
    }
    for (const job of Object.values(GROUP_JOBS)) {
      lines.push(
        line('push_time_seconds', { app, job }, now),
        line('push_failure_time_seconds', { app, job }, 0),
      );
    }
  }
  return text([
    ...lines,
    line(
      'pushgateway_http_requests_total',
      { code: '200', handler: 'push', method: 'put' },
      total(0, elapsed),
    ),
    // Prometheus writes these itself once an alert fires, which takes minutes.
    line('ALERTS', { alertname: 'Down', alertstate: 'firing', severity: 'critical', app: NOISY }, 1),
    line('ALERTS', { alertname: ALERTS_OF_NOBODY, alertstate: 'firing', severity: 'warning' }, 1),
    line('ALERTS', { alertname: 'Watchdog', alertstate: 'firing', severity: 'none' }, 1),
  ]);
}

function catalogByName() {
  return Object.fromEntries(
    Object.keys(catalog).map((name) => {
      if (!isMetric(name)) throw new Error(`${name} is not in the catalog`);
      return [name, definitionOf(name)];
    }),
  );
}

/** Seconds after the start at which an exception is seen for the first time. */
export const LATE_EXCEPTION_AT = 6;
export const LATE_EXCEPTIONS = 3;

/** What Django's /metrics answers. The quiet application had its requests before: their counters stand still. */
export function djangoText(app: string, sinceStart: number): string {
  const noisy = app === NOISY;
  const elapsed = noisy ? sinceStart : 0;
  const requests = [
    { view: 'campaign-list', method: 'GET' },
    { view: 'review-detail', method: 'POST' },
    { view: 'prometheus-django-metrics', method: 'GET' },
  ];
  const database = { alias: 'default', vendor: 'postgresql' };
  const cache = { backend: 'django_prometheus.cache.backends.redis.RedisCache' };
  const counted = (name: string, labels: Labels, index = 0) => line(name, labels, total(index, elapsed));
  const latency = 'django_http_requests_latency_seconds_by_view_method';
  return text([
    ...requests.flatMap((labels, index) => [
      ...(noisy ? ['200', '404', '500'] : ['200']).map((status) =>
        counted('django_http_responses_total_by_status_view_method_total', { status, ...labels }, index),
      ),
      ...histogram(latency, labels, DJANGO_BOUNDS, index, elapsed),
    ]),
    // Nobody asks for it any more: a quantile or a share of nothing is NaN.
    ...histogram(latency, { view: IDLE, method: 'GET' }, DJANGO_BOUNDS, 0, 0),
    line('django_cache_get_total', { backend: IDLE }, 5),
    ...histogram('django_http_requests_latency_including_middlewares_seconds', {}, DJANGO_BOUNDS, 0, elapsed),
    counted('django_db_execute_total', database),
    counted('django_db_new_connections_total', database),
    ...histogram('django_db_query_duration_seconds', database, DJANGO_BOUNDS, 0, elapsed),
    counted('django_cache_get_total', cache, 3),
    counted('django_cache_get_misses_total', cache),
    line('process_resident_memory_bytes', {}, 120_000_000),
    line('process_virtual_memory_bytes', {}, 480_000_000),
    line('process_cpu_seconds_total', {}, elapsed / 4),
    line('process_start_time_seconds', {}, 1_700_000_000),
    line('process_open_fds', {}, 40),
    line('process_max_fds', {}, 1_024),
    ...(noisy ? djangoEvents(elapsed, database, cache) : []),
  ]);
}

function djangoEvents(elapsed: number, database: Labels, cache: Labels): string[] {
  const late = { exception_type: 'LateError', view_name: 'late' };
  return [
    line('django_cache_get_hits_total', cache, total(1, elapsed)),
    line('django_cache_get_fail_total', cache, total(0, elapsed)),
    line('django_db_errors_total', { ...database, type: 'OperationalError' }, total(0, elapsed)),
    line('django_db_new_connection_errors_total', database, total(0, elapsed)),
    line('django_http_exceptions_total_by_type_total', { type: 'ValueError' }, total(0, elapsed)),
    line('django_http_exceptions_total_by_view_total', { view: 'campaign-list' }, total(0, elapsed)),
    line(
      'reviewmaps_exceptions_total',
      { exception_type: 'ValueError', view_name: 'campaign-list' },
      total(0, elapsed),
    ),
    ...(elapsed < LATE_EXCEPTION_AT ? [] : [line('reviewmaps_exceptions_total', late, LATE_EXCEPTIONS)]),
  ];
}

/** Text format 0.0.4: families together, each with its type. */
function text(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
