import { systemClock } from '../../src/clock';
import { parse } from '../../src/config/parse';
import type { Database } from '../../src/database/database';
import type { JobContext } from '../../src/jobs/job';
import type { Ledger } from '../../src/ledger/ledger';
import { createLog } from '../../src/log';
import type { GroupingKey } from '../../src/pushgateway/gateway';

export const ENVIRONMENT = {
  STAGE: 'prod',
  DATABASE_CLUSTER_ARN: 'arn:aws:rds:ap-northeast-2:123456789012:cluster:reviewmaps',
  DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:reviewmaps-AbCdEf',
  DATABASE_NAME: 'reviewmaps',
  PUSHGATEWAY_URL: 'http://127.0.0.1:9091',
  DJANGO_HEALTH_URL: 'http://127.0.0.1:8000/v1/healthz',
};

interface Push {
  readonly key: GroupingKey;
  readonly exposition: string;
}

export type LogLine = Record<string, unknown> & { level: string; event: string };

/** A job's context with ports that remember what they were asked; nothing leaves the process. */
export function stubContext(user: unknown = {}) {
  const pushes: Push[] = [];
  const lines: LogLine[] = [];
  const database: Database = { query: async () => [] };
  const context: JobContext = {
    config: parse(ENVIRONMENT, user, 'everything'),
    database,
    gateway: {
      push: async (key, exposition) => {
        pushes.push({ key, exposition });
      },
      remove: async () => undefined,
      read: async () => ({ now: 0, groups: [] }),
      scan: async () => 0,
    },
    clock: systemClock,
    log: createLog({ level: 'debug', now: () => 0, write: (line) => lines.push(JSON.parse(line)) }),
    build: { version: '1.2.3', node: 'v24.0.0' },
  };
  return { context, pushes, lines };
}

export function stubLedger(changes: Partial<Ledger> = {}): Ledger & { calls: string[] } {
  const calls: string[] = [];
  const ledger: Ledger = {
    acquireLease: async () => true,
    releaseLease: async () => undefined,
    countMoments: async () => [],
    countDeletes: async () => [],
    acknowledge: async () => undefined,
    overLimit: async () => 0,
    rememberRegions: async () => [],
    ...changes,
  };
  const recording = Object.entries(ledger).map(([name, method]) => [
    name,
    (...given: unknown[]) => {
      calls.push(name);
      return Reflect.apply(method, ledger, given);
    },
  ]);
  return { ...ledger, ...Object.fromEntries(recording), calls };
}

/** Never settles, whatever the signal says: a part that hangs. */
export function never(): Promise<never> {
  return Promise.withResolvers<never>().promise;
}
