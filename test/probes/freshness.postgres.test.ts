import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'pg';
import type { Database } from '../../src/database/database';
import { QueryError } from '../../src/errors';
import { freshnessProbe } from '../../src/probes/freshness';
import type { ProbeOutcome } from '../../src/probes/probe';
import { connectTo, type Postgres, startPostgres } from '../servers/postgres';
import { contextWith, detailOf, reasonOf } from './context';

/** Jest wants to know before any test runs; Debian keeps initdb off the PATH. */
const installed =
  spawnSync('sh', ['-c', 'command -v initdb || ls /usr/lib/postgresql/*/bin/initdb']).status === 0;
const describePostgres = installed || process.env['CI'] ? describe : describe.skip;

describePostgres('freshnessProbe on PostgreSQL (needs initdb)', () => {
  let server: Postgres | undefined;
  let client: Client;
  let sql = '';

  beforeAll(async () => {
    server = await startPostgres();
    client = await connectTo(server.url);
  }, 60_000);

  afterAll(async () => {
    await client?.end();
    await server?.stop();
  });

  const database: Database = {
    query: async (statement) => {
      sql = statement.sql;
      try {
        return (await client.query(sql)).rows;
      } catch (thrown) {
        const sqlState = thrown instanceof Object && 'code' in thrown ? String(thrown.code) : undefined;
        throw new QueryError('refused', { sqlState, cause: thrown });
      }
    },
  };

  function probe(table: string, column = 'created_at'): Promise<ProbeOutcome> {
    return freshnessProbe({
      kind: 'freshness',
      name: 'newest',
      timeoutSeconds: 5,
      table: { schema: 'public', table, label: table },
      column,
      maxAgeSeconds: 3_600,
    })(contextWith({ database }));
  }

  test('measures the newest value, and neither NULL nor a date to come counts', async () => {
    await client.query(`CREATE TABLE late (created_at timestamptz)`);
    await client.query(
      `INSERT INTO late VALUES (now() - interval '5 hours'), (now() - interval '2 hours'), (NULL), ('2099-01-01'), ('infinity')`,
    );
    const outcome = await probe('late');
    expect(reasonOf(outcome)).toBe('stale');
    expect(detailOf(outcome)).toMatch(/ is 2 h( \d+ s)? old, expected at most 1 h$/);
    await client.query(`INSERT INTO late VALUES (now() - interval '59 minutes')`);
    expect(await probe('late')).toEqual({ up: true });
  });

  test('is missing without a row, with nothing but NULL and dates to come, without the column or the table', async () => {
    await client.query('CREATE TABLE hollow (created_at timestamptz)');
    expect(detailOf(await probe('hollow'))).toContain('has no value up to now');
    await client.query(`INSERT INTO hollow VALUES (NULL), ('2099-01-01')`);
    expect(detailOf(await probe('hollow'))).toContain('has no value up to now');
    expect(detailOf(await probe('hollow', 'updated_at'))).toBe(
      'column "updated_at" of table "hollow" does not exist',
    );
    expect(detailOf(await probe('nowhere'))).toBe('table "nowhere" does not exist');
  });

  test('reads quoted names, and columns without a time zone', async () => {
    await client.query(`CREATE TABLE "Odd ""table" ("Created At" timestamp)`);
    await client.query(`INSERT INTO "Odd ""table" VALUES (now() - interval '3 hours')`);
    expect(reasonOf(await probe('Odd "table', 'Created At'))).toBe('stale');
  });

  test.each(['created_at', 'created_at DESC', 'created_at DESC NULLS LAST'])(
    'reads the end of an index on (%s) and not the table',
    async (order) => {
      await client.query('DROP TABLE IF EXISTS campaign');
      await client.query('CREATE TABLE campaign (created_at timestamptz)');
      await client.query(
        `INSERT INTO campaign SELECT now() - i * interval '1 minute' FROM generate_series(1, 20000) AS i`,
      );
      await client.query(`CREATE INDEX ON campaign (${order})`);
      await client.query('ANALYZE campaign');
      expect(await probe('campaign')).toEqual({ up: true });
      const { rows } = await client.query(`EXPLAIN ${sql}`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/Index (Only )?Scan/);
      expect(plan).toMatch(/Index Cond: .*created_at <= now\(\)/);
      expect(plan).not.toContain('Seq Scan');
    },
  );
});
