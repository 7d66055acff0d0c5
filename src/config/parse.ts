import * as v from 'valibot';
import { ConfigError } from '../errors';
import { DEFAULT_LABEL_LIMITS } from '../metrics/catalog';
import type {
  CleanupConfig,
  Config,
  DatabaseAddress,
  MonitoringConfig,
  ProbeConfig,
  ServiceConfig,
} from './config';
import {
  databaseAddress,
  type Environment,
  gatewayAddress,
  logLevel,
  type Problems,
  stageOf,
  webAddress,
} from './environment';
import { type CheckedUserConfig, userConfig } from './schema';

/** What the configuration is for; only the probes need the addresses of the services. */
export type Purpose = 'collect' | 'probe' | 'fold' | 'everything';

/**
 * Checks the environment and the user's configuration together and gives what the program runs on, frozen.
 * Reads nothing but its arguments, and the file that PUSHGATEWAY_CA names.
 * @throws ConfigError with every problem, one sentence each.
 */
export function parse(env: Environment, user: unknown, purpose: Purpose): Config {
  const problems: string[] = [];
  const found: Problems = { add: (problem) => problems.push(problem) };
  const checked = v.safeParse(userConfig, user);
  if (!checked.success) problems.push(...checked.issues.map(sentence));
  const environment = {
    stage: stageOf(env, found),
    logLevel: logLevel(env, found),
    database: databaseAddress(env, found),
    gateway: gatewayAddress(env, found),
  };
  const config = checked.success ? complete(checked.output, environment, env, purpose, found) : undefined;
  if (config === undefined || problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(config);
}

/** Only the database's address, for what needs nothing else. Throws ConfigError. */
export function parseDatabase(env: Environment): DatabaseAddress {
  const problems: string[] = [];
  const address = databaseAddress(env, { add: (problem) => problems.push(problem) });
  if (problems.length > 0) throw new ConfigError(problems);
  return deepFreeze(address);
}

/** The thresholds of alerts and dashboard, which need no environment. Throws ConfigError with every problem. */
export function parseMonitoring(user: unknown): MonitoringConfig {
  const checked = v.safeParse(userConfig, user);
  if (!checked.success) throw new ConfigError(checked.issues.map(sentence));
  const { app, monitoring } = checked.output;
  const { services, requests, naver, scrapers, campaigns, database } = monitoring;
  return deepFreeze({
    app,
    runbooksUrl: monitoring.runbooks,
    grafanaUrl: monitoring.grafana,
    jobIntervalSeconds: monitoring.jobInterval,
    scrapeIntervalSeconds: monitoring.scrapeInterval,
    jobs: monitoring.jobs,
    staleAfterSeconds: monitoring.staleAfterRuns * monitoring.jobInterval,
    serviceDownForSeconds: services.downFor,
    probeSlowSeconds: services.probeSlow,
    certificateWarnSeconds: services.certificateWarning,
    slowRequestSeconds: requests.slow,
    errorRatio: requests.errorRatio,
    leastRequestRate: requests.floor,
    leastRequestErrors: requests.leastErrors,
    leastSlowRequests: requests.leastSlow,
    connectionErrorsPerMinute: requests.connectionErrors,
    ignoredViews: requests.ignoredViews,
    naverDailyQuota: naver.dailyQuota,
    naverQuotaWarnRatio: naver.quotaWarning,
    scraperSuccessWithinSeconds: scrapers.successWithin,
    scraperFailingWithinSeconds: scrapers.failingWithin,
    campaignDropRatio: campaigns.dropTo,
    campaignsLeast: campaigns.least,
    campaignsLeastInRegion: campaigns.leastInRegion,
    connectionsWarnRatio: database.connectionsWarning,
    tableGrowthRatio: database.growthPerDay,
    tableGrowthLeastBytes: database.growthLeastBytes,
    cleanupWithinSeconds: database.cleanupWithin,
  });
}

function sentence(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return `reviewmaps.config.ts: ${path === null ? 'the configuration' : `"${path}"`} ${issue.message}`;
}

function complete(
  user: CheckedUserConfig,
  environment: Pick<Config, 'stage' | 'logLevel' | 'database' | 'gateway'>,
  env: Environment,
  purpose: Purpose,
  problems: Problems,
): Config {
  const { columns } = user.campaigns;
  return {
    ...environment,
    app: environment.stage === user.productionStage ? user.app : `${user.app}-${environment.stage}`,
    defaultApp: user.app,
    campaigns: {
      table: user.campaigns.table,
      columns: { ...columns, softDeleted: columns.softDeleted ?? undefined },
    },
    tables: {
      refs: withoutTwins(user.tables.names, 'tables.names', problems),
      exactUpTo: user.tables.exactUpTo,
    },
    cleanup: cleanup(user, problems),
    services: purpose === 'collect' || purpose === 'fold' ? [] : services(user, env, problems),
    fold: { job: user.fold.job, silentAfterSeconds: user.fold.silentAfter },
    ledger: { lookbackSeconds: user.ledger.lookback },
    labelLimits: { ...DEFAULT_LABEL_LIMITS, ...defined(user.labelLimits) },
  };
}

function defined(limits: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(limits).flatMap(([metric, limit]) => (limit === undefined ? [] : [[metric, limit]])),
  );
}

function cleanup(user: CheckedUserConfig, problems: Problems): readonly CleanupConfig[] {
  withoutTwins(
    user.cleanup.map(({ table }) => table),
    'cleanup',
    problems,
  );
  return user.cleanup;
}

/** Two entries with the same label would be the same series twice. */
function withoutTwins<T extends { readonly label: string }>(
  refs: readonly T[],
  key: string,
  problems: Problems,
): readonly T[] {
  const seen = new Set<string>();
  for (const { label } of refs) {
    if (seen.has(label))
      problems.add(`reviewmaps.config.ts: "${key}" names the table ${label} twice: remove one`);
    seen.add(label);
  }
  return refs;
}

function services(user: CheckedUserConfig, env: Environment, problems: Problems): readonly ServiceConfig[] {
  return Object.entries(user.services).map(([name, probes]) => {
    const named = probes.map((probe, index) =>
      probeConfig(probe, probe.name ?? nameOf(probe.kind, index, probes), env, problems),
    );
    const names = new Set(named.map((probe) => probe.name));
    if (names.size < named.length) {
      problems.add(
        `reviewmaps.config.ts: "services.${name}" has two probes of the same name: give each a "name" of its own`,
      );
    }
    return { name, probes: named };
  });
}

type UserProbe = CheckedUserConfig['services'][string][number];

/** A probe is named after its kind; the second of a kind gets a number. */
function nameOf(kind: string, index: number, probes: readonly UserProbe[]): string {
  const before = probes.slice(0, index).filter((probe) => probe.kind === kind).length;
  return before === 0 ? kind : `${kind}-${before + 1}`;
}

function probeConfig(probe: UserProbe, name: string, env: Environment, problems: Problems): ProbeConfig {
  const common = { name, timeoutSeconds: probe.timeout };
  switch (probe.kind) {
    case 'http': {
      const [from, to] = typeof probe.status === 'number' ? [probe.status, probe.status] : probe.status;
      const url = webAddress(
        env,
        probe.urlFrom,
        'the address to probe, such as https://reviewmaps.example/v1/healthz',
        problems,
      );
      return { ...common, kind: 'http', url, status: { from, to }, body: probe.body, json: probe.json };
    }
    case 'database':
      return { ...common, kind: 'database', query: probe.query };
    case 'freshness':
      return {
        ...common,
        kind: 'freshness',
        table: probe.table,
        column: probe.column,
        maxAgeSeconds: probe.maxAge,
      };
    case 'heartbeat':
      return {
        ...common,
        kind: 'heartbeat',
        job: probe.job,
        labels: probe.labels,
        metric: probe.metric,
        maxAgeSeconds: probe.maxAge,
      };
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
