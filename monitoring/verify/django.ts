import { definitionOf, RUN_METRICS, type RunMetric } from '../../src/metrics/catalog';
import { externalMetrics } from '../external-metrics';
import { SCRAPE_JOBS } from '../settings';
import { countOf, type Evidence } from './evidence';
import { counted, empty, type Finding, fail, ok, type Section, skip } from './finding';
import type { Labels } from './relabel';
import { lostOf } from './scraping';
import { missingDjango } from './targets';

type ExternalName = keyof typeof externalMetrics;

/** Metrics that come from one part of django-prometheus: what installs it, and when it has no series. */
interface Group {
  readonly name: string;
  readonly metrics: readonly ExternalName[];
  /** What must be done for it. */
  readonly setup: string;
  /** When metrics that are declared have no series. Without it they are there from the first scrape on. */
  readonly until?: string;
  /** Panels say so themselves where it is not installed: that is a choice, and no mistake. */
  readonly optional?: true;
}

const MIDDLEWARE =
  'put django_prometheus.middleware.PrometheusBeforeMiddleware first and PrometheusAfterMiddleware last in MIDDLEWARE';
const ENGINE = "use django_prometheus's database ENGINE, such as django_prometheus.db.backends.postgresql";

const GROUPS: readonly Group[] = [
  {
    name: 'responses',
    metrics: ['django_http_responses_total_by_status_view_method_total'],
    setup: MIDDLEWARE,
  },
  {
    name: 'latency',
    metrics: [
      'django_http_requests_latency_seconds_by_view_method',
      'django_http_requests_latency_including_middlewares_seconds',
    ],
    setup: MIDDLEWARE,
  },
  {
    name: 'exceptions',
    metrics: ['django_http_exceptions_total_by_type_total', 'django_http_exceptions_total_by_view_total'],
    setup: MIDDLEWARE,
    until: 'no view has raised',
  },
  {
    name: 'database queries',
    metrics: [
      'django_db_execute_total',
      'django_db_query_duration_seconds',
      'django_db_new_connections_total',
    ],
    setup: ENGINE,
    until: 'Django has asked the database nothing',
  },
  {
    name: 'database errors',
    metrics: ['django_db_errors_total', 'django_db_new_connection_errors_total'],
    setup: ENGINE,
    until: 'nothing has failed',
  },
  {
    name: 'cache',
    metrics: [
      'django_cache_get_total',
      'django_cache_get_hits_total',
      'django_cache_get_misses_total',
      'django_cache_get_fail_total',
    ],
    setup: "use django_prometheus's cache BACKEND, such as django_prometheus.cache.backends.redis.RedisCache",
    until: 'not every outcome of a look-up has happened',
    optional: true,
  },
  {
    name: 'process',
    metrics: [
      'process_resident_memory_bytes',
      'process_virtual_memory_bytes',
      'process_cpu_seconds_total',
      'process_start_time_seconds',
      'process_open_fds',
      'process_max_fds',
    ],
    setup: 'they vanish with PROMETHEUS_MULTIPROC_DIR, and exist on Linux only',
    optional: true,
  },
];

/** What the panels need of Django, group by group. */
export function djangoSection(evidence: Evidence): Section {
  const title = 'Django, as Prometheus has it';
  const missing = missingDjango(evidence);
  if (missing !== undefined) {
    const names = [...GROUPS.map(({ name }) => name), DROP_IN_NAME, ONE_PROCESS_NAME];
    return { title, findings: names.map((name) => skip(name, missing)) };
  }
  const groups = GROUPS.map((group) => groupFinding(evidence, group));
  return { title, findings: [...groups, dropIn(evidence), oneProcess(evidence)] };
}

const DROP_IN_NAME = 'reviewmaps_ of the drop-in';
const ONE_PROCESS_NAME = 'one process a target';

function groupFinding(evidence: Evidence, { name, metrics, setup, until, optional }: Group): Finding {
  const series = (metric: ExternalName) => countOf(evidence, seriesName(metric), SCRAPE_JOBS.django);
  const missing = metrics.filter((metric) => series(metric) === 0);
  // A histogram without the buckets has no quantiles, and looks as if nobody asked for anything.
  const cut = metrics.filter(
    (metric) =>
      externalMetrics[metric].type === 'histogram' &&
      series(metric) > 0 &&
      countOf(evidence, `${metric}_bucket`, SCRAPE_JOBS.django) === 0,
  );
  if (cut.length > 0) {
    const buckets = cut.map((metric) => `${metric}_bucket`).join(', ');
    return fail(name, `without ${buckets}`, 'let the scrape keep every series of the histogram');
  }
  if (missing.length === 0) {
    return ok(
      name,
      counted(
        metrics.reduce((sum, metric) => sum + series(metric), 0),
        'series',
      ),
    );
  }
  const lost = lostOf(
    evidence,
    SCRAPE_JOBS.django,
    missing.flatMap((metric) => namesOf(metric).map((one) => seriesOf(metric, one))),
  );
  if (lost.length > 0) {
    return fail(
      name,
      `the scrape drops or renames ${lost.join(', ')}`,
      `let the metric_relabel_configs of the job "${SCRAPE_JOBS.django}" keep them`,
    );
  }
  const undeclared = missing.filter((metric) => !isDeclared(evidence, metric));
  // Django itself may be without events; what it does not even declare, it cannot count.
  if (evidence.families !== undefined && declaresAll(evidence.families) && undeclared.length > 0) {
    const what = `Django does not have ${undeclared.join(', ')}`;
    return optional === true ? empty(name, what, setup) : fail(name, what, setup);
  }
  const what = `no series of ${missing.join(', ')}`;
  if (until !== undefined) {
    return undeclared.length > 0
      ? empty(name, `${what}: ${until}, or it is not installed`, setup)
      : empty(name, `${what}: ${until}`);
  }
  return optional === true ? empty(name, what, setup) : fail(name, what, setup);
}

/** The Python package of this project declares its metrics when Django starts. */
function dropIn(evidence: Evidence): Finding {
  const name = DROP_IN_NAME;
  const { families } = evidence;
  const present = RUN_METRICS.filter(
    (metric) =>
      countOf(evidence, metric, SCRAPE_JOBS.django) +
        countOf(evidence, `${metric}_count`, SCRAPE_JOBS.django) >
      0,
  );
  if (families === undefined) {
    return present.length > 0
      ? ok(name, `there: ${present.join(', ')}`)
      : empty(name, 'Django has counted nothing yet, or the drop-in is not installed', DROP_IN);
  }
  const missing = RUN_METRICS.filter(
    (metric) => mustDeclare(families, metric) && !declares(families, metric),
  );
  return missing.length === 0
    ? ok(name, `installed, ${present.length} of ${RUN_METRICS.length} metrics with series`)
    : fail(name, `Django does not have ${missing.join(', ')}`, DROP_IN);
}

/**
 * Workers that count together (PROMETHEUS_MULTIPROC_DIR) declare what has had an event, and what has no labels; they
 * give nothing of their process.
 */
function declaresAll(families: ReadonlySet<string>): boolean {
  return ['process_start_time_seconds', 'python_info'].some((name) => families.has(name));
}

/** Whether a Django with the drop-in has this name before any event. */
export function mustDeclare(families: ReadonlySet<string>, metric: RunMetric): boolean {
  return declaresAll(families) || definitionOf(metric).labels.length === 0;
}

export const DROP_IN =
  'install the package of integrations/python in Django, as its README says, and restart every worker';

function oneProcess(evidence: Evidence): Finding {
  const name = ONE_PROCESS_NAME;
  return evidence.mixedProcesses
    ? fail(
        name,
        'several processes answered a target in turn in the last 10 minutes, so its counters jump back',
        'set PROMETHEUS_MULTIPROC_DIR for the workers of a pod, and scrape each pod by itself',
      )
    : ok(name, 'its counters come from one place');
}

function seriesName(metric: ExternalName): string {
  return externalMetrics[metric].type === 'histogram' ? `${metric}_count` : metric;
}

function namesOf(metric: ExternalName): readonly string[] {
  return externalMetrics[metric].type === 'histogram'
    ? ['bucket', 'count', 'sum'].map((part) => `${metric}_${part}`)
    : [metric];
}

/** A series as Django exposes it. */
function seriesOf(metric: ExternalName, name: string): Labels {
  const own = externalMetrics[metric].labels.map((label) => [label, 'any']);
  const bound = name.endsWith('_bucket') ? { le: '+Inf' } : {};
  return { __name__: name, ...Object.fromEntries(own), ...bound };
}

function isDeclared({ families }: Evidence, metric: string): boolean {
  return families !== undefined && declares(families, metric);
}

/** In OpenMetrics a counter's family has no _total; the Python client puts one behind every counter's series. */
export function declares(families: ReadonlySet<string>, metric: string): boolean {
  return [metric, `${metric}_total`, metric.replace(/_total$/, '')].some((name) => families.has(name));
}
