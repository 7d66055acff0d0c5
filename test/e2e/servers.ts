import { describe } from '@jest/globals';
import { findPostgres } from '../servers/postgres';
import { hasCode } from '../servers/process';
import { findPushgateway } from '../servers/pushgateway';
import { DATABASE_ADDRESS } from '../servers/stack';

const installed = findPostgres() !== undefined && findPushgateway() !== undefined;

/** `describe` for what needs PostgreSQL and a Pushgateway: skipped by name where one is missing, a failure where CI is set. */
export const describeServers = installed || process.env['CI'] ? describe : describe.skip;

interface Addresses {
  /** Address of the local Data API. */
  readonly dataApi: string;
  readonly gateway: string;
  readonly health?: string;
}

/** Everything that a deployed function gets, and nothing of the machine's own. */
export function environment({ dataApi, gateway, health }: Addresses): Record<string, string> {
  return {
    STAGE: 'prod',
    LOG_LEVEL: 'debug',
    AWS_REGION: 'ap-northeast-2',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_ENDPOINT_URL_RDS_DATA: dataApi,
    DATABASE_CLUSTER_ARN: DATABASE_ADDRESS.resourceArn,
    DATABASE_SECRET_ARN: DATABASE_ADDRESS.secretArn,
    DATABASE_NAME: DATABASE_ADDRESS.database,
    PUSHGATEWAY_URL: gateway,
    ...(health === undefined ? {} : { DJANGO_HEALTH_URL: health }),
  };
}

/** Stops processes in the middle of whatever they do, until `work` is done. */
export async function frozen<T>(pids: readonly number[], work: () => Promise<T>): Promise<T> {
  const signalAll = (signal: NodeJS.Signals): void => {
    for (const pid of pids) {
      try {
        process.kill(pid, signal);
      } catch (thrown) {
        // One that has ended meanwhile, as idle connections do, need not be stopped.
        if (!hasCode(thrown, 'ESRCH')) throw thrown;
      }
    }
  };
  try {
    signalAll('SIGSTOP');
    return await work();
  } finally {
    signalAll('SIGCONT');
  }
}
