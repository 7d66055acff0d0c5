import type { LogLevel } from '../log';

/** What the program runs on: checked, complete and frozen. Only `parse` makes one. Durations are seconds. */
export interface Config {
  /** Deployment stage, from STAGE. */
  readonly stage: string;
  /** Value of the grouping label `app`: the configured name in the production stage, `<name>-<stage>` elsewhere. */
  readonly app: string;
  /** The configured name alone: the app that a scraper run belongs to when it names none. */
  readonly defaultApp: string;
  readonly logLevel: LogLevel;
  readonly database: DatabaseAddress;
  readonly gateway: GatewayAddress;
  readonly campaigns: CampaignsConfig;
  readonly tables: TablesConfig;
  readonly cleanup: readonly CleanupConfig[];
  readonly services: readonly ServiceConfig[];
  readonly ledger: LedgerConfig;
  readonly fold: FoldConfig;
  readonly labelLimits: Readonly<Record<string, number>>;
}

export interface DatabaseAddress {
  /** ARN of the Aurora cluster. */
  readonly resourceArn: string;
  /** ARN of the secret that the Data API logs in with. */
  readonly secretArn: string;
  readonly database: string;
}

export interface GatewayAddress {
  /** http or https, without credentials, without a trailing slash. */
  readonly url: string;
  readonly credentials: GatewayCredentials;
  /** PEM of the certificate authority that signed the gateway's certificate, if it is not a public one; or the path of a file with it. */
  readonly ca: string | undefined;
}

export type GatewayCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string }
  /** A JSON secret with `username` and `password`, or with `token`. */
  | { readonly kind: 'secret'; readonly arn: string };

/** Credentials as they are sent: a secret has been read by then. */
export type UsableCredentials = Exclude<GatewayCredentials, { readonly kind: 'secret' }>;

/** A table, and the name that the user wrote, which is the value of the label `table_name`. */
export interface TableRef {
  readonly schema: string | undefined;
  readonly table: string;
  readonly label: string;
}

export interface CampaignsConfig {
  readonly table: TableRef;
  readonly columns: {
    readonly id: string;
    readonly region: string;
    readonly deadline: string;
    readonly created: string;
    /** Undefined when campaigns are never soft-deleted. The column may be missing from the table all the same. */
    readonly softDeleted: string | undefined;
  };
}

interface TablesConfig {
  readonly refs: readonly TableRef[];
  /** Rows that PostgreSQL estimates; up to here they are counted exactly. */
  readonly exactUpTo: number;
}

export type CleanupConfig =
  | { readonly source: 'statistics'; readonly table: TableRef }
  | { readonly source: 'soft-delete'; readonly table: TableRef; readonly column: string; readonly id: string }
  | { readonly source: 'runs'; readonly table: TableRef };

interface FoldConfig {
  /** The label `job` of the groups that scraper runs push. */
  readonly job: string;
  /** A run that neither ended nor pushed for this long is given up, and its group removed. */
  readonly silentAfterSeconds: number;
}

interface LedgerConfig {
  /** How far each run looks back for rows that a slow transaction committed behind the watermark. */
  readonly lookbackSeconds: number;
}

export interface ServiceConfig {
  readonly name: string;
  readonly probes: readonly ProbeConfig[];
}

export type ProbeConfig = HttpProbeConfig | DatabaseProbeConfig | FreshnessProbeConfig | HeartbeatProbeConfig;

interface CommonProbeConfig {
  /** Unique within the service; the value of the label `probe`. */
  readonly name: string;
  /** The probe's own limit; the run's budget may cut it shorter. */
  readonly timeoutSeconds: number;
}

export interface HttpProbeConfig extends CommonProbeConfig {
  readonly kind: 'http';
  /** http or https, without credentials. */
  readonly url: string;
  /** Statuses that mean up, both ends included. */
  readonly status: { readonly from: number; readonly to: number };
  /** Text that the body must contain. */
  readonly body: string | undefined;
  /** Field of the JSON body (a path of keys joined by dots) and the value that it must have. */
  readonly json: { readonly field: string; readonly equals: string | number | boolean | null } | undefined;
}

export interface DatabaseProbeConfig extends CommonProbeConfig {
  readonly kind: 'database';
  /** A SELECT that must succeed and give at least one row. */
  readonly query: string;
}

export interface FreshnessProbeConfig extends CommonProbeConfig {
  readonly kind: 'freshness';
  readonly table: TableRef;
  /** A timestamp column; it needs an index. */
  readonly column: string;
  readonly maxAgeSeconds: number;
}

export interface HeartbeatProbeConfig extends CommonProbeConfig {
  readonly kind: 'heartbeat';
  readonly job: string;
  /** Other grouping labels that the group must have. */
  readonly labels: Readonly<Record<string, string>>;
  /** A gauge with a time in seconds since 1970; without one, the group's last push counts. */
  readonly metric: string | undefined;
  readonly maxAgeSeconds: number;
}

/** What alerts and dashboard are made with. The jobs do not need it. */
export interface MonitoringConfig {
  /** Value of the label `app` in production. */
  readonly app: string;
  /** Where the pages of docs/runbooks are served. */
  readonly runbooksUrl: string;
  readonly grafanaUrl: string;
  readonly jobIntervalSeconds: number;
  readonly scrapeIntervalSeconds: number;
  /** Jobs that are deployed. */
  readonly jobs: readonly ('collect' | 'probe' | 'fold')[];
  /** Age of a push from which on its data is stale. */
  readonly staleAfterSeconds: number;
  readonly serviceDownForSeconds: number;
  readonly probeSlowSeconds: number;
  readonly certificateWarnSeconds: number;
  /** A bound of Django's latency histogram. */
  readonly slowRequestSeconds: number;
  readonly errorRatio: number;
  /** Requests per second below which ratios and quantiles say nothing. */
  readonly leastRequestRate: number;
  /** 5xx answers in the window of the error ratio, below which a ratio is luck. */
  readonly leastRequestErrors: number;
  /** Slow requests in the window of the latency, below which a quantile is luck. */
  readonly leastSlowRequests: number;
  /** New connection errors within a minute. */
  readonly connectionErrorsPerMinute: number;
  /** Regular expressions of view names that are no traffic of users. */
  readonly ignoredViews: readonly string[];
  /** Calls of the Naver API within a day. */
  readonly naverDailyQuota: number;
  readonly naverQuotaWarnRatio: number;
  readonly scraperSuccessWithinSeconds: number;
  readonly scraperFailingWithinSeconds: number;
  /** Share of the active campaigns of a day before. */
  readonly campaignDropRatio: number;
  readonly campaignsLeast: number;
  readonly campaignsLeastInRegion: number;
  readonly connectionsWarnRatio: number;
  readonly tableGrowthRatio: number;
  readonly tableGrowthLeastBytes: number;
  readonly cleanupWithinSeconds: number;
}
