/**
 * Every metric that this project produces, once. Names, types and labels of the contract are fixed: dashboards
 * and alerts outside the project rely on them (two gauges end in `_total` and two counters do not: that is the contract).
 */

export type JobName = 'collect' | 'probe' | 'fold';

interface Definition {
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Unit of the value, as the field names it; `1` for a truth value. */
  readonly unit: string;
  readonly jobs: readonly JobName[];
  /** Most label sets that are named; what is beyond is summed into `other`. Only for labels whose values come from data. */
  readonly limit?: number;
  /** Labels that are `other` in a label set beyond the limit; all of them if this is left out. */
  readonly summed?: readonly string[];
  /** Upper bounds of a histogram's buckets, ascending, without +Inf. Changing them is a migration of the ledger. */
  readonly buckets?: readonly number[];
}

/** Regions that are named by default: Korea has about 250 districts, so this leaves room for four times as many spellings. */
const REGIONS = 1_000;

/**
 * Seconds. A Naver call answers in some hundred milliseconds and is given up after 10 s; below 50 ms it was a refusal
 * or a cache, and where exactly it lay says nothing.
 */
const NAVER_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** Seconds. Enriching one campaign takes several Naver calls; enriching a region takes minutes. */
const ENRICHMENT_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300] as const;

export const catalog = {
  reviewmaps_campaign_active_total: {
    type: 'gauge',
    help: 'Campaigns that can be applied for now: deadline absent or in the future, not soft-deleted. A region without any reports 0 for 30 days after it was last active. Regions beyond the label limit are summed into "other".',
    labels: ['region'],
    unit: 'campaigns',
    jobs: ['collect'],
    limit: REGIONS,
  },
  reviewmaps_campaign_expired_total: {
    type: 'counter',
    help: 'Campaigns whose deadline passed while they were in the table, each deadline once, in the region it had when it was counted. Starts from what had expired when the ledger was first used.',
    labels: ['region'],
    unit: 'campaigns',
    jobs: ['collect'],
    limit: REGIONS,
  },
  reviewmaps_table_rows_total: {
    type: 'gauge',
    help: "Rows of the table, partitions included: counted exactly while PostgreSQL estimates no more than tables.exactUpTo (default 1000000), PostgreSQL's estimate above it (reviewmaps_table_rows_exact says which).",
    labels: ['table_name'],
    unit: 'rows',
    jobs: ['collect'],
  },
  reviewmaps_table_rows_exact: {
    type: 'gauge',
    help: "1 if reviewmaps_table_rows_total of the table was counted, 0 if it is PostgreSQL's estimate.",
    labels: ['table_name'],
    unit: '1',
    jobs: ['collect'],
  },
  reviewmaps_table_size_bytes: {
    type: 'gauge',
    help: 'Bytes that the table takes on disk with its indexes, TOAST and partitions.',
    labels: ['table_name'],
    unit: 'bytes',
    jobs: ['collect'],
  },
  reviewmaps_table_missing: {
    type: 'gauge',
    help: '1 if the configuration names this table and the database does not have it, otherwise 0.',
    labels: ['table_name'],
    unit: '1',
    jobs: ['collect'],
  },
  reviewmaps_cleanup_deleted_rows: {
    type: 'counter',
    help: "Rows deleted from the table, by its configured source. statistics: PostgreSQL's n_tup_del, so deletes by anyone, rolled-back ones and moves between partitions included, TRUNCATE not; what a statistics reset swallowed is lost. soft-delete: each row once when its column is set. runs: what scraper runs report.",
    labels: ['table_name'],
    unit: 'rows',
    jobs: ['collect', 'fold'],
  },
  reviewmaps_enrichment_total: {
    type: 'counter',
    help: 'Campaigns that scraper runs enriched, by scope (a region, or "all") and status (success, failed).',
    labels: ['scope', 'status'],
    unit: 'campaigns',
    jobs: ['fold'],
    // Each region with both statuses.
    limit: 2 * REGIONS,
    summed: ['scope'],
  },
  reviewmaps_enrichment_duration_seconds: {
    type: 'histogram',
    help: 'Time that enriching took, by scope (a region, or "all").',
    labels: ['scope'],
    unit: 'seconds',
    jobs: ['fold'],
    limit: REGIONS,
    buckets: ENRICHMENT_BUCKETS,
  },
  reviewmaps_naver_api_calls_total: {
    type: 'counter',
    help: 'Calls of the Naver API, by endpoint and status code ("timeout" or "error" when no answer came).',
    labels: ['endpoint', 'status_code'],
    unit: 'calls',
    jobs: ['fold'],
    limit: 500,
    summed: ['endpoint'],
  },
  reviewmaps_naver_api_duration_seconds: {
    type: 'histogram',
    help: 'Time that calls of the Naver API took, by endpoint, whatever they answered.',
    labels: ['endpoint'],
    unit: 'seconds',
    jobs: ['fold'],
    limit: 100,
    buckets: NAVER_BUCKETS,
  },
  reviewmaps_naver_api_rate_limit_hits: {
    type: 'counter',
    help: 'Calls of the Naver API that it refused because its limit was reached (status 429).',
    labels: [],
    unit: 'calls',
    jobs: ['fold'],
  },
  reviewmaps_exceptions_total: {
    type: 'counter',
    help: 'Exceptions by type and by the view that raised them; of a scraper run, by the step of the run.',
    labels: ['exception_type', 'view_name'],
    unit: 'exceptions',
    jobs: ['fold'],
    limit: 1_000,
  },
  reviewmaps_scraper_runs_total: {
    type: 'counter',
    help: 'Scraper runs that ended, by scraper and status (success, failed).',
    labels: ['scraper', 'status'],
    unit: 'runs',
    jobs: ['fold'],
    limit: 200,
    summed: ['scraper'],
  },
  reviewmaps_scraper_runs_silent_total: {
    type: 'counter',
    help: 'Scraper runs that neither ended nor pushed for longer than fold.silentAfter (default 6 h): they were killed, or still run unseen.',
    labels: ['scraper'],
    unit: 'runs',
    jobs: ['fold'],
    limit: 200,
  },
  reviewmaps_scraper_runs_in_flight: {
    type: 'gauge',
    help: 'Scraper runs that have pushed, have not ended and are not silent.',
    labels: ['scraper'],
    unit: 'runs',
    jobs: ['fold'],
  },
  reviewmaps_scraper_last_run_duration_seconds: {
    type: 'gauge',
    help: "Time from the start to the last push of the scraper's latest run that ended.",
    labels: ['scraper'],
    unit: 'seconds',
    jobs: ['fold'],
  },
  reviewmaps_scraper_last_success_timestamp_seconds: {
    type: 'gauge',
    help: "When the scraper's latest successful run ended, in seconds since 1970 by the gateway's clock.",
    labels: ['scraper'],
    unit: 'seconds',
    jobs: ['fold'],
  },
  reviewmaps_fold_rejected_series_total: {
    type: 'counter',
    help: 'Series of scraper runs that were not counted, by reason, once for each push: unknown_metric, wrong_type, wrong_labels, bad_value, bad_buckets, other_source, duplicate, too_long, refused (by the database), went_back (lower than before: a late or restored push).',
    labels: ['reason'],
    unit: 'series',
    jobs: ['fold'],
  },
  reviewmaps_fold_rejected_groups_total: {
    type: 'counter',
    help: "Groups of scraper runs that were removed for a reason other than their end, once for each push: poison (a family with another type than the catalog's, which makes the pushes of others fail), oversized, refused (by the database), replayed (a run that had ended already). And those that stay, push_refused: the gateway refused the newest push.",
    labels: ['reason'],
    unit: 'groups',
    jobs: ['fold'],
  },
  reviewmaps_fold_step_success: {
    type: 'gauge',
    help: '1 if the step of this fold did its work, otherwise 0: read the gateway, count into the ledger, remove groups that are done, totals from the ledger.',
    labels: ['step'],
    unit: '1',
    jobs: ['fold'],
  },
  reviewmaps_fold_groups_waiting: {
    type: 'gauge',
    help: 'Groups of scraper runs that did not fit into this fold and are left for the next, which takes ended runs first, then the oldest.',
    labels: [],
    unit: 'groups',
    jobs: ['fold'],
  },
  reviewmaps_fold_groups_read: {
    type: 'gauge',
    help: 'Groups of scraper runs that this fold found at the gateway.',
    labels: [],
    unit: 'groups',
    jobs: ['fold'],
  },
  reviewmaps_database_connections: {
    type: 'gauge',
    help: 'Client connections to the database server by state, all databases.',
    labels: ['state'],
    unit: 'connections',
    jobs: ['collect'],
  },
  reviewmaps_database_connections_max: {
    type: 'gauge',
    help: "The server's max_connections.",
    labels: [],
    unit: 'connections',
    jobs: ['collect'],
  },
  reviewmaps_service_up: {
    type: 'gauge',
    help: '1 if every probe of the service passed in this run, otherwise 0. As old as the push: compare push_time_seconds.',
    labels: ['service'],
    unit: '1',
    jobs: ['probe'],
  },
  reviewmaps_probe_success: {
    type: 'gauge',
    help: '1 if the probe passed in this run, otherwise 0.',
    labels: ['service', 'probe'],
    unit: '1',
    jobs: ['probe'],
  },
  reviewmaps_probe_duration_seconds: {
    type: 'gauge',
    help: 'Time that the probe took in this run.',
    labels: ['service', 'probe'],
    unit: 'seconds',
    jobs: ['probe'],
  },
  reviewmaps_probe_failure_reason: {
    type: 'gauge',
    help: '1 for the reason why the probe failed in this run; absent while it passes.',
    labels: ['service', 'probe', 'reason'],
    unit: '1',
    jobs: ['probe'],
  },
  reviewmaps_probe_certificate_expiry_timestamp_seconds: {
    type: 'gauge',
    help: 'When the certificate that the service showed ends, in seconds since 1970. Only for probes that speak TLS.',
    labels: ['service', 'probe'],
    unit: 'seconds',
    jobs: ['probe'],
  },
  reviewmaps_collector_success: {
    type: 'gauge',
    help: '1 if the collector published its series in this run, 0 if it failed and they are missing.',
    labels: ['collector'],
    unit: '1',
    jobs: ['collect'],
  },
  reviewmaps_collector_duration_seconds: {
    type: 'gauge',
    help: 'Time that the collector took in this run, failed or not.',
    labels: ['collector'],
    unit: 'seconds',
    jobs: ['collect'],
  },
  reviewmaps_ledger_lease_held: {
    type: 'gauge',
    help: '1 if the run held its lease in the ledger, 0 if the ledger could not be used and every counter is missing from this push.',
    labels: [],
    unit: '1',
    jobs: ['collect', 'fold'],
  },
  reviewmaps_label_sets_over_limit: {
    type: 'gauge',
    help: 'Label sets of the metric that are summed into "other" because its label limit is reached.',
    labels: ['metric'],
    unit: 'label sets',
    jobs: ['collect', 'fold'],
  },
  reviewmaps_job_duration_seconds: {
    type: 'gauge',
    help: 'Time from the start of the run to its push.',
    labels: [],
    unit: 'seconds',
    jobs: ['collect', 'probe', 'fold'],
  },
  reviewmaps_job_success: {
    type: 'gauge',
    help: '1 if every part of the run did its work (a service found down is work done), otherwise 0.',
    labels: [],
    unit: '1',
    jobs: ['collect', 'probe', 'fold'],
  },
  reviewmaps_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels say which version of this project pushed, on which Node.js.',
    labels: ['version', 'node'],
    unit: '1',
    jobs: ['collect', 'probe', 'fold'],
  },
} as const satisfies Record<`reviewmaps_${string}`, Definition>;

export type MetricName = keyof typeof catalog;
export type LabelsOf<M extends MetricName> = Readonly<Record<(typeof catalog)[M]['labels'][number], string>>;

/** Metrics whose label sets are limited, with the limit that holds unless the configuration says otherwise. */
export const DEFAULT_LABEL_LIMITS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries<Definition>(catalog).flatMap(([name, { limit }]) =>
    limit === undefined ? [] : [[name, limit]],
  ),
);

/** The label value that takes what is beyond a limit, and the one for NULL and empty text. */
export const OTHER = 'other';
export const UNKNOWN = 'unknown';

/** Letters that alone make no label value: blank, tab, line ends, and the wide blank of Korean and Japanese keyboards. */
export const BLANKS = ' \t\n\r\u3000';

export function definitionOf(metric: MetricName): Definition {
  return catalog[metric];
}

/** The metrics that scraper runs may push: the contract's, and those that say what became of the run. */
export const RUN_METRICS = [
  'reviewmaps_enrichment_total',
  'reviewmaps_enrichment_duration_seconds',
  'reviewmaps_naver_api_calls_total',
  'reviewmaps_naver_api_duration_seconds',
  'reviewmaps_naver_api_rate_limit_hits',
  'reviewmaps_exceptions_total',
  'reviewmaps_cleanup_deleted_rows',
] as const satisfies readonly MetricName[];
export type RunMetric = (typeof RUN_METRICS)[number];

/** What a run says of itself: gauges that fold reads and does not publish. */
export const RUN_STARTED = 'reviewmaps_scraper_run_started_timestamp_seconds';
export const RUN_COMPLETED = 'reviewmaps_scraper_run_completed';
export const RUN_MARKS = {
  [RUN_STARTED]: 'When the process of the run started, in seconds since 1970 by its own clock.',
  [RUN_COMPLETED]: '1 if the run succeeded, 0 if it failed; absent while it runs.',
} as const;

export function isMetric(name: string): name is MetricName {
  return Object.hasOwn(catalog, name);
}
