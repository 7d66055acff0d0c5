import { ExecuteStatementCommand, RDSDataClient, type RDSDataClientConfig } from '@aws-sdk/client-rds-data';
import type { Clock } from '../clock';
import type { DatabaseAddress } from '../config/config';
import { errorFields, type Log } from '../log';
import type { Database } from './database';
import { decodeRows } from './decode';
import { encodeParameters } from './encode';
import { judgeFailure } from './failure';
import { type Failure, withRetries } from './retry';

/** Milliseconds to reach the service: far more than a handshake around the world takes. */
const CONNECTION_TIMEOUT_MS = 2_000;

/**
 * The SDK's client, as this adapter needs it. Region, endpoint and credentials come from the SDK's own
 * environment (AWS_REGION, AWS_ENDPOINT_URL_RDS_DATA, …) unless they are given.
 */
export function createDataApiClient(
  given: Pick<RDSDataClientConfig, 'region' | 'endpoint' | 'credentials'> = {},
): RDSDataClient {
  return new RDSDataClient({
    ...given,
    // The SDK repeats a statement whose answer was lost. Whether that is safe only the statement knows.
    maxAttempts: 1,
    // No limit on the answer: a statement may take 45 s, and the caller's signal ends it before.
    requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS },
  });
}

interface DataApiOptions {
  readonly client: RDSDataClient;
  readonly address: DatabaseAddress;
  readonly clock: Clock;
  /** Hears of every repeat. */
  readonly log?: Log;
  /** From 0 up to, not including, 1; for jitter. */
  readonly random?: () => number;
}

/**
 * The database through the RDS Data API. A statement is sent again only when it certainly did not run, or when
 * it is idempotent; a waking cluster is waited for until the signal aborts.
 */
export function createDataApiDatabase(options: DataApiOptions): Database {
  const { client, address, clock, log, random = Math.random } = options;

  /** What a statement's repeats look like in the log: a waking cluster is said once, not every second. */
  function repeatLogger(): (failure: Failure, delayMs: number) => void {
    let saidAsleep = false;
    return ({ verdict, error }, delayMs) => {
      if (verdict !== 'asleep') {
        log?.warn('statement is sent again', { ...errorFields(error), delayMs: Math.round(delayMs) });
      } else if (!saidAsleep) {
        saidAsleep = true;
        log?.info('cluster is waking up', errorFields(error));
      }
    };
  }

  return {
    async query({ sql, parameters, idempotent }, signal) {
      const command = {
        resourceArn: address.resourceArn,
        secretArn: address.secretArn,
        database: address.database,
        sql,
        parameters: encodeParameters(parameters),
        includeResultMetadata: true,
        resultSetOptions: { longReturnType: 'STRING', decimalReturnType: 'STRING' },
      } as const;
      const output = await withRetries({
        attempt: () => client.send(new ExecuteStatementCommand(command), { abortSignal: signal }),
        judge: (thrown) => judgeFailure(thrown, address),
        idempotent,
        clock,
        random,
        signal,
        onRepeat: repeatLogger(),
      });
      return decodeRows(output);
    },
  };
}
