import { spawnSync } from 'node:child_process';
import { describe } from '@jest/globals';
import type { Client } from 'pg';
import { connectPostgres } from '../../dev/data-api/postgres-backend';
import { startDataApi } from '../../dev/data-api/server';
import { systemClock } from '../../src/clock';
import { createDataApiClient, createDataApiDatabase } from '../../src/database/data-api';
import type { Database } from '../../src/database/database';
import { connectTo, type Postgres, startPostgres } from './postgres';

/** Jest wants to know before any test runs; Debian keeps initdb off the PATH. */
const installed =
  spawnSync('sh', ['-c', 'command -v initdb || ls /usr/lib/postgresql/*/bin/initdb']).status === 0;

/** `describe` for what needs a PostgreSQL server: skipped by name where there is none, a failure where CI is set. */
export const describePostgres = installed || process.env['CI'] ? describe : describe.skip;

export const DATABASE_ADDRESS = {
  resourceArn: 'arn:aws:rds:ap-northeast-2:123456789012:cluster:local',
  secretArn: 'arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:local',
  database: 'postgres',
};

/** A PostgreSQL server behind the local Data API endpoint. */
export interface Stack {
  readonly postgres: Postgres;
  /** Address for AWS_ENDPOINT_URL_RDS_DATA. */
  readonly endpoint: string;
  /** The production adapter with the real SDK. */
  readonly database: Database;
  /** A direct connection, as the application has one. */
  readonly sql: Client;
  /** Rows of a statement over the direct connection. */
  rows<T extends Record<string, unknown>>(statement: string, values?: readonly unknown[]): Promise<T[]>;
  stop(): Promise<void>;
}

/** @param role what the endpoint logs in as; it must exist when the first statement runs. */
export async function startStack(
  settings: Readonly<Record<string, string>> = {},
  role = 'postgres',
): Promise<Stack> {
  const postgres = await startPostgres({ settings });
  const sql = await connectTo(postgres.url);
  if (role !== 'postgres') await sql.query(`create role ${role} login`);
  const backend = await connectPostgres(postgres.url.replace('postgres@', `${role}@`));
  const api = await startDataApi({ backend });
  const client = createDataApiClient({
    region: 'ap-northeast-2',
    endpoint: api.url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return {
    postgres,
    endpoint: api.url,
    database: createDataApiDatabase({ client, address: DATABASE_ADDRESS, clock: systemClock }),
    sql,
    rows: async (statement, values) =>
      (await sql.query(statement, values === undefined ? [] : [...values])).rows,
    stop: async () => {
      client.destroy();
      await sql.end().catch(() => undefined);
      await api.close();
      await backend.close();
      await postgres.stop();
    },
  };
}
