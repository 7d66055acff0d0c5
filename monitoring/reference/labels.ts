import type { GroupReason, SeriesReason } from '../../src/fold/run-push';
import { type catalog, DEFAULT_LABEL_LIMITS, type MetricName } from '../../src/metrics/catalog';
import type { FailureReason } from '../../src/probes/probe';
import { collectors, serviceNames, tableNames } from './configured';

/** Every label of the catalog, once: it means the same wherever it is. */

type Catalog = typeof catalog;
type LabelOf<M extends MetricName> = Catalog[M]['labels'][number];
type LabelName = { [M in MetricName]: LabelOf<M> }[MetricName];
type MetricsWith<L> = { [M in MetricName]: L extends LabelOf<M> ? M : never }[MetricName];

/** What each value means, by value. */
type Meanings = Readonly<Record<string, string>>;

export interface LabelExplanation {
  readonly about: string;
  /** A closed set; nothing else occurs. */
  readonly values?: Meanings;
  /** A closed set that differs from metric to metric. */
  readonly valuesOf?: Readonly<Record<string, Meanings>>;
  /** What the configuration of this installation gives. */
  readonly here?: readonly string[];
}

const probeReasons: Readonly<Record<FailureReason, string>> = {
  timeout: 'No answer within the time of the probe or of the run.',
  dns: 'The host name could not be resolved.',
  connect: 'The connection was refused, could not be made or broke off.',
  tls: 'The handshake failed, or the certificate was not accepted.',
  status: 'The status is not an expected one.',
  redirect: 'It redirects, and redirects are not followed.',
  body: 'The body is not as configured.',
  stale: 'The newest row or push is older than `maxAge`.',
  missing: 'The table, column, row, group or value does not exist.',
  query: 'The database refused the query, or it could not be sent.',
  gateway: 'The Pushgateway could not be read.',
  internal: 'The probe itself is defective.',
};

const seriesReasons: Readonly<Record<SeriesReason | 'went_back', string>> = {
  unknown_metric: 'Not a metric that runs may push.',
  wrong_type: "Another type than the catalog's.",
  wrong_labels: 'A label is missing or too much, or has a value outside its closed set.',
  bad_value: 'Not finite, negative, or above 2^53.',
  bad_buckets: 'A bound of the catalog is missing, or the counts are not monotone.',
  other_source: "The table's deleted rows are counted from another source.",
  duplicate: 'The same series is in the push twice.',
  too_long: 'The labels take more than 1,800 bytes.',
  refused: 'The database refuses it, which is a defect of this project.',
  went_back: 'Lower than before: a late push, or a gateway that restored an old file.',
};

const groupReasons: Readonly<Record<GroupReason | 'replayed' | 'push_refused', string>> = {
  poison:
    "It holds a metric of the catalog with another type, so that everyone's pushes of that metric are refused.",
  oversized: 'More than 2 MiB.',
  refused: 'The database refuses it, which is a defect of this project.',
  replayed: 'The run had ended and was counted already.',
  push_refused: 'The gateway refused the newest push of the run. The group stays.',
};

const reasons: Readonly<Record<MetricsWith<'reason'>, Meanings>> = {
  reviewmaps_probe_failure_reason: probeReasons,
  reviewmaps_fold_rejected_series_total: seriesReasons,
  reviewmaps_fold_rejected_groups_total: groupReasons,
};

export const labels: Readonly<Record<LabelName, LabelExplanation>> = {
  region: {
    about:
      'The region as the campaign has it, blanks around it removed. `unknown`: NULL or blank. `other`: regions beyond the label limit, in one sum.',
  },
  table_name: {
    about:
      'The table as `tables.names` and `cleanup` in reviewmaps.config.ts write it, with its schema if they do.',
    here: tableNames,
  },
  scope: {
    about:
      'What was enriched: the name of a region, or `all` for a run over everything. The scraper chooses; it never pushes both for the same work, so that sums count once. `other`: beyond the label limit.',
  },
  endpoint: {
    about:
      'A short name of the called endpoint such as `local-search`, chosen by whoever calls; never an address with parameters. `other`: beyond the label limit.',
  },
  exception_type: { about: 'Name of the exception class. `other`: beyond the label limit.' },
  view_name: {
    about:
      'Name of the Django view in the URL configuration; of a scraper run, the name of its step. `other`: beyond the label limit.',
  },
  scraper: {
    about:
      'The grouping label `scraper` of the run, cut at 100 letters. `unknown`: the run names none. `other`: 100 scrapers are named, further ones are summed.',
  },
  status: { about: 'How it ended.', values: { success: 'It did its work.', failed: 'It did not.' } },
  status_code: {
    about: 'How the called API answered.',
    values: {
      '100 … 599': 'The HTTP status.',
      timeout: 'No answer in time.',
      error: 'No answer for another reason: DNS, refused, broken off.',
    },
  },
  reason: {
    about:
      'Why something failed or was not counted; each metric has a closed set of its own. What to do about each: [probe reasons](operations.md#probe-reasons), [what is rejected](scraper-runs.md#what-is-rejected).',
    valuesOf: reasons,
  },
  step: {
    about: 'The part of a fold, in the order in which they run; the last two side by side.',
    values: {
      read: 'Ask the gateway for the groups of scraper runs.',
      count: 'Add what is new to the ledger.',
      remove: 'Delete groups that are counted and over.',
      totals: 'Read the totals that are published.',
    },
  },
  state: {
    about:
      "The state in PostgreSQL's `pg_stat_activity`. A state that a newer PostgreSQL adds appears by itself.",
    values: {
      active: 'Runs a query.',
      idle: 'Waits for the next command.',
      'idle in transaction': 'Waits inside a transaction: it may hold locks and hold back vacuum.',
      'idle in transaction (aborted)': 'The same, after an error in it.',
      'fastpath function call': 'Runs a fast-path function.',
      disabled: '`track_activities` is off for it.',
      unknown: 'Is just being opened and has none yet.',
    },
  },
  service: { about: 'A key of `services` in reviewmaps.config.ts.', here: serviceNames },
  probe: {
    about:
      'Name of the probe within its service: what its `name` says, or its kind (`http`, `database`, `freshness`, `heartbeat`); the second of a kind is `http-2`.',
  },
  collector: {
    about: 'Part of collect. One that works on a table has its name behind a slash.',
    here: collectors,
  },
  metric: {
    about: 'A metric with a label limit.',
    here: Object.keys(DEFAULT_LABEL_LIMITS),
  },
  version: { about: 'Version of this project, from package.json.' },
  node: { about: 'Version of Node.js.' },
};

/** Labels that every series gets on its way. */
export const commonLabels: Readonly<Record<'app' | 'job' | 'instance' | 'le', string>> = {
  app: "The application and its stage: `reviewmaps-server` in the production stage, `reviewmaps-server-<stage>` elsewhere. Jobs push it as a grouping label; Django's target gets it at the scrape. It is the dashboard's `$application`.",
  job: 'What jobs push has the job of their group, because the gateway is scraped with `honor_labels`; what Django exposes has `django`.',
  instance: 'Empty for what is pushed. Of Django, the address of the process.',
  le: 'Upper bound of a bucket of a histogram. Pushed ones have `1`, those of Django `1.0`: match `le=~"1|1[.]0"`.',
};
