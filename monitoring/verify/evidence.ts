import type { MonitoringConfig } from '../../src/config/config';
import { GROUP_JOBS } from '../../src/jobs/job';
import type { JobName } from '../../src/metrics/catalog';
import type { GatewayState } from '../../src/pushgateway/gateway';
import { externalMetrics } from '../external-metrics';
import { SCRAPE_JOBS } from '../settings';
import { metricNames, whose } from './labels';
import type { LoadedRule, Prometheus, Series, Target } from './prometheus';
import { type ScrapeConfig, scrapeConfigs } from './relabel';

/** How many series of a name there are, by the labels that tell where they come from. */
interface Stock {
  readonly name: string;
  /** Empty where the series has no such label. */
  readonly job: string;
  readonly app: string;
  readonly exportedJob: string;
  readonly count: number;
}

/** What a job says of its runs. */
interface JobState {
  /** Seconds since the last push that was accepted; undefined when there is no such group. */
  readonly pushAge: number | undefined;
  /** When that was, by the gateway's clock, in seconds since 1970: tells which of its pushes Prometheus has seen. */
  readonly pushedAt: number | undefined;
  /** The push after that one was refused. */
  readonly refused: boolean;
  /** What failed in its last run. */
  readonly failures: readonly string[];
}

/** Everything that was asked of Prometheus before anything is judged. */
export interface Evidence {
  /** Value of the label `app` that is verified. */
  readonly app: string;
  readonly settings: MonitoringConfig;
  readonly targets: readonly Target[];
  readonly stock: readonly Stock[];
  /** Series of single scraper runs, which must not be stored. */
  readonly runSeries: number;
  readonly jobs: Readonly<Record<JobName, JobState>>;
  /** Undefined where it cannot be asked. */
  readonly rules: readonly LoadedRule[] | undefined;
  /** Undefined where it cannot be asked. */
  readonly alertmanagers: readonly string[] | undefined;
  /** About how many alerts of the last minutes no Alertmanager took. */
  readonly undelivered: number;
  /** Undefined where it cannot be asked. */
  readonly scrape: ReadonlyMap<string, ScrapeConfig> | undefined;
  /** Families that Django declares in each of its targets, undefined where it cannot be asked. */
  readonly families: ReadonlySet<string> | undefined;
  /** What the gateway holds, when it was asked too. */
  readonly gateway: GatewayState | undefined;
  /** Django's start times went back: several processes answer in turn. */
  readonly mixedProcesses: boolean;
  /** Metrics of the contract that are stored without one of their labels, and those that have one as `exported_…`. */
  readonly withoutLabel: ReadonlySet<string>;
  readonly labelAside: ReadonlySet<string>;
  /** Bounds (`le`) of Django's latency histogram by view. */
  readonly latencyBounds: ReadonlySet<string>;
}

interface Sources {
  readonly prometheus: Prometheus;
  readonly app: string;
  readonly settings: MonitoringConfig;
  readonly gateway: GatewayState | undefined;
}

/** Names that rules and panels read, recording rules included; nothing else, since every series of them is looked at. */
const NAMES = [
  'reviewmaps.*',
  ...Object.entries(externalMetrics).flatMap(([name, { type }]) => {
    if (name === 'up') return [];
    return type === 'histogram' ? [`${name}_(bucket|count|sum)`] : [name];
  }),
].join('|');

/** Seconds. A push time of 0, of a group that was only ever refused, is older than this. */
const FOREVER = 1_000_000_000;

/** Prometheus sends an alert that fires again each minute (--rules.alert.resend-delay), and the watchdog always fires. */
export const SENDING_SECONDS = 120;

const LATENCY = 'django_http_requests_latency_seconds_by_view_method_bucket';

const DROPPED = `prometheus_notifications_dropped_total{job="${SCRAPE_JOBS.prometheus}"}[${SENDING_SECONDS}s]`;

/** Asks everything. @throws AnswerError when Prometheus cannot be asked at all. */
export async function gather({ prometheus, app, settings, gateway }: Sources): Promise<Evidence> {
  const own = `app=${JSON.stringify(app)}`;
  const jobs = `job=~"${Object.values(GROUP_JOBS).join('|')}"`;
  const django = `job="${SCRAPE_JOBS.django}"`;
  const [
    stock,
    up,
    targets,
    runs,
    ages,
    refused,
    failures,
    rules,
    alertmanagers,
    undelivered,
    configuration,
    families,
    mixed,
    pushes,
    withoutLabel,
    labelAside,
    bounds,
  ] = await Promise.all([
    prometheus.query(`count by (__name__, job, app, exported_job) ({__name__=~"${NAMES}"})`),
    prometheus.query('up'),
    prometheus.targets(),
    prometheus.query('count({__name__=~"reviewmaps_.*",run!=""})'),
    prometheus.query(`time() - push_time_seconds{${own},${jobs}}`),
    prometheus.query(`push_failure_time_seconds{${own},${jobs}} > push_time_seconds{${own},${jobs}}`),
    prometheus.query(
      `{__name__=~"reviewmaps_(job|collector|fold_step)_success|reviewmaps_ledger_lease_held",${own},${jobs}} == 0`,
    ),
    prometheus.rules(),
    prometheus.alertmanagers(),
    // Of two Prometheis with the same alerts one that delivers them is enough. One that has just started drops what
    // fires before it knows its Alertmanagers.
    prometheus.query(`min(increase(${DROPPED}) unless resets(${DROPPED}) > 0)`),
    prometheus.configuration(),
    prometheus.families(`{${django},${own}}`),
    prometheus.query(`resets(process_start_time_seconds{${django},${own}}[10m]) > 0`),
    prometheus.query(`push_time_seconds{${own},${jobs}}`),
    // Django may have a view without a name; a job leaves no label empty.
    prometheus.query(whose(`${own},${jobs}`, (label) => `${label}=""`)),
    prometheus.query(whose(own, (label) => `exported_${label}!=""`)),
    prometheus.query(`count by (le) (${LATENCY}{${django},${own}})`),
  ]);
  const jobState = (job: JobName): JobState => {
    const ofJob = ({ labels }: Series) => labels['job'] === GROUP_JOBS[job];
    return {
      pushAge: ages
        .filter((one) => ofJob(one) && one.value < FOREVER)
        .map(({ value }) => value)
        .toSorted((one, other) => one - other)[0],
      pushedAt: pushes.find(ofJob)?.value,
      refused: refused.some(ofJob),
      failures: failures.filter(ofJob).map(failed),
    };
  };
  return {
    app,
    settings,
    gateway,
    // A service that only stores what others scrape has no targets of its own.
    targets: targets === undefined || targets.length === 0 ? up.map(targetOf) : targets,
    stock: stock.map(stockOf),
    runSeries: runs[0]?.value ?? 0,
    jobs: { collect: jobState('collect'), probe: jobState('probe'), fold: jobState('fold') },
    rules,
    alertmanagers,
    undelivered: undelivered[0]?.value ?? 0,
    scrape: configuration === undefined ? undefined : scrapeConfigs(configuration),
    families,
    mixedProcesses: mixed.length > 0,
    withoutLabel: metricNames(withoutLabel),
    labelAside: metricNames(labelAside),
    latencyBounds: new Set(bounds.map(({ labels }) => labels['le'] ?? '')),
  };
}

function stockOf({ labels, value }: Series): Stock {
  return {
    name: labels['__name__'] ?? '',
    job: labels['job'] ?? '',
    app: labels['app'] ?? '',
    exportedJob: labels['exported_job'] ?? '',
    count: value,
  };
}

function targetOf({ labels, value }: Series): Target {
  const health = value === 1 ? 'up' : 'down';
  return { labels, scrapePool: labels['job'] ?? '', scrapeInterval: '', health, lastError: '' };
}

function failed({ labels }: Series): string {
  const { collector, step, __name__: name } = labels;
  if (collector !== undefined) return `collector ${collector}`;
  if (step !== undefined) return `step ${step}`;
  return name === 'reviewmaps_ledger_lease_held' ? 'the ledger' : 'a part of the run';
}

/** How many series of the name belong to the application that is verified. Those whose job was moved aside are nobody's. */
export function countOf({ stock, app }: Evidence, name: string, job?: string): number {
  return stock
    .filter((one) => one.name === name && one.app === app && one.exportedJob === '')
    .filter((one) => job === undefined || one.job === job)
    .reduce((sum, { count }) => sum + count, 0);
}

/** Other applications that have series of the name. */
export function otherApps({ stock, app }: Evidence, name: string, job?: string): readonly string[] {
  const others = stock.filter(
    (one) => one.name === name && one.app !== app && one.app !== '' && (job === undefined || one.job === job),
  );
  return [...new Set(others.map((one) => one.app))].toSorted();
}
