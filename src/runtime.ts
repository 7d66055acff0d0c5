import { version } from '../package.json';
import { systemClock } from './clock';
import { createCollectors } from './collectors/create';
import type { Config } from './config/config';
import { createDataApiClient, createDataApiDatabase } from './database/data-api';
import type { Database } from './database/database';
import type { CollectContext } from './jobs/collect';
import type { FoldContext } from './jobs/fold';
import type { JobContext } from './jobs/job';
import type { ProbeJobContext } from './jobs/probe';
import type { Ledger } from './ledger/ledger';
import { createPostgresLedger } from './ledger/postgres';
import { createPostgresRunLedger } from './ledger/postgres-runs';
import { createLog, type Fields, type Log } from './log';
import type { JobName } from './metrics/catalog';
import { createProbe } from './probes/create';
import { createGateway } from './pushgateway/client';
import { type CredentialsSource, createCredentialsSource } from './pushgateway/credentials';
import { secretsManager } from './pushgateway/secrets-manager';

type Ports = Pick<JobContext, 'database' | 'gateway'>;

/** What a process needs for its runs, made once: a Lambda container keeps them between its runs. */
export interface Runtime {
  readonly config: Config;
  readonly credentials: CredentialsSource;
  readonly log: Log;
  /** The ports, with a log for what they have to say. */
  connect(log: Log): Ports;
  /** True when the gateway only shows what would be pushed: then nothing counts as published. */
  readonly dryRun: boolean;
}

/** @param write receives each log line, without its newline. */
export function createRuntime(config: Config, write: (line: string) => void): Runtime {
  const credentials = createCredentialsSource(config.gateway.credentials, secretsManager());
  const log = createLog({
    level: config.logLevel,
    write,
    now: systemClock.now,
    secrets: credentials.secrets,
  });
  const client = createDataApiClient({ region: regionOf(config.database.resourceArn) });
  return {
    config,
    credentials,
    log,
    dryRun: false,
    connect: (given) => ({
      database: createDataApiDatabase({ client, address: config.database, clock: systemClock, log: given }),
      gateway: createGateway({
        url: config.gateway.url,
        ca: config.gateway.ca,
        credentials: credentials.get,
        onRefused: credentials.drop,
        clock: systemClock,
        log: given,
      }),
    }),
  };
}

/** The cluster's own region, which is the only one that can answer for it. */
function regionOf(arn: string): string {
  return arn.split(':')[3] ?? '';
}

/** What one run of a job gets: the runtime's ports, with a log that names the run. */
function jobContext(runtime: Runtime, job: JobName, run: Fields): JobContext {
  const log = runtime.log.with({ job, ...run });
  return {
    ...runtime.connect(log),
    config: runtime.config,
    clock: systemClock,
    log,
    build: { version, node: process.version },
  };
}

/** In a dry run nothing counts as published. */
function ledgerOf({ config, dryRun }: Runtime, job: JobName, database: Database): Ledger {
  const { app, labelLimits } = config;
  const { lookbackSeconds } = config.ledger;
  const ledger = createPostgresLedger({ database, app, job, lookbackSeconds, labelLimits });
  return dryRun ? { ...ledger, acknowledge: async () => undefined } : ledger;
}

/** @param holder names this run and no other. */
export function collectContext(runtime: Runtime, holder: string, run: Fields): CollectContext {
  const context = jobContext(runtime, 'collect', run);
  return {
    ...context,
    ledger: ledgerOf(runtime, 'collect', context.database),
    holder,
    collectors: createCollectors(runtime.config),
  };
}

/** @param holder names this run and no other. */
export function foldContext(runtime: Runtime, holder: string, run: Fields): FoldContext {
  const context = jobContext(runtime, 'fold', run);
  const { app, labelLimits } = runtime.config;
  const { database } = context;
  const runs = createPostgresRunLedger({ database, app, labelLimits });
  return { ...context, ledger: ledgerOf(runtime, 'fold', database), runs, holder };
}

export function probeContext(runtime: Runtime, run: Fields): ProbeJobContext {
  return { ...jobContext(runtime, 'probe', run), createProbe };
}
