import { describe, expect, test } from '@jest/globals';
import type { FreshnessProbeConfig } from '../../src/config/config';
import type { Cell, Database, Statement } from '../../src/database/database';
import { QueryError } from '../../src/errors';
import { freshnessProbe } from '../../src/probes/freshness';
import { contextWith, detailOf, reasonOf } from './context';

const HOUR = 3_600;

const config: FreshnessProbeConfig = {
  kind: 'freshness',
  name: 'campaigns',
  timeoutSeconds: 10,
  table: { schema: undefined, table: 'campaign', label: 'campaign' },
  column: 'created_at',
  maxAgeSeconds: 26 * HOUR,
};

function runWith(age: Cell) {
  const database: Database = { query: () => Promise.resolve([{ age_seconds: age }]) };
  return freshnessProbe(config)(contextWith({ database }));
}

function runFailing(thrown: unknown, ports: { signal?: AbortSignal } = {}) {
  const database: Database = { query: () => Promise.reject(thrown) };
  return freshnessProbe(config)(contextWith({ database, ...ports }));
}

async function sqlOf(asked: FreshnessProbeConfig): Promise<string> {
  const statements: Statement[] = [];
  const database: Database = {
    query: (statement) => {
      statements.push(statement);
      return Promise.resolve([{ age_seconds: 0 }]);
    },
  };
  await freshnessProbe(asked)(contextWith({ database }));
  expect(statements).toHaveLength(1);
  expect(statements[0]?.idempotent).toBe(true);
  return statements[0]?.sql ?? '';
}

describe('freshnessProbe', () => {
  test.each([0, 25 * HOUR, 26 * HOUR])(
    'is up when the newest value is %d s old and 26 h are allowed',
    async (age) => {
      expect(await runWith(age)).toEqual({ up: true });
    },
  );

  test('is stale beyond the limit, with both ages in words', async () => {
    const outcome = await runWith(3 * 24 * HOUR + 4 * HOUR + 5 * 60);
    expect(reasonOf(outcome)).toBe('stale');
    expect(detailOf(outcome)).toBe(
      'the newest value in column "created_at" of table "campaign" is 3 d 4 h 5 min old, expected at most 26 h',
    );
  });

  test('tells an age just over the limit from the limit', async () => {
    expect(detailOf(await runWith(26 * HOUR + 0.2))).toContain('is 26 h 1 s old, expected at most 26 h');
  });

  test('is missing when no row has a value up to now', async () => {
    const outcome = await runWith(null);
    expect(reasonOf(outcome)).toBe('missing');
    expect(detailOf(outcome)).toBe('column "created_at" of table "campaign" has no value up to now');
  });

  test.each([
    ['42P01', 'table "campaign" does not exist'],
    ['42703', 'column "created_at" of table "campaign" does not exist'],
  ])('is missing with a sentence on SQLSTATE %s', async (sqlState, detail) => {
    const error = new QueryError('ERROR', { sqlState });
    expect(await runFailing(error)).toEqual({ up: false, reason: 'missing', detail, cause: error });
  });

  test('is query on another SQLSTATE', async () => {
    const outcome = await runFailing(new QueryError('permission denied', { sqlState: '42501' }));
    expect(reasonOf(outcome)).toBe('query');
    expect(detailOf(outcome)).toContain('SQLSTATE 42501: permission denied');
  });

  test('is connect when the database could not be reached', async () => {
    expect(reasonOf(await runFailing(new QueryError('unavailable', { retryable: true })))).toBe('connect');
  });

  test('is timeout when its time is over', async () => {
    const signal = AbortSignal.abort();
    expect(reasonOf(await runFailing(signal.reason, { signal }))).toBe('timeout');
  });

  test('lets a defect through, and a result that is not what the statement promises', async () => {
    const defect = new TypeError('not a function');
    await expect(runFailing(defect)).rejects.toBe(defect);
    await expect(runWith('soon')).rejects.toThrow('a finite number');
  });

  test('quotes names, and names the table by what the user wrote', async () => {
    const odd = { schema: 'Review Maps', table: 'odd"table', label: 'Review Maps.odd' };
    const sql = await sqlOf({ ...config, table: odd, column: 'Created At' });
    expect(sql).toContain('FROM "Review Maps"."odd""table"');
    expect(sql).toContain('max("Created At")');
    expect(sql).toContain('WHERE "Created At" <= now()');
  });
});
