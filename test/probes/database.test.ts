import { describe, expect, test } from '@jest/globals';
import type { Database, Row, Statement } from '../../src/database/database';
import { QueryError } from '../../src/errors';
import { databaseProbe } from '../../src/probes/database';
import { contextWith, detailOf, reasonOf } from './context';

const probe = databaseProbe({
  kind: 'database',
  name: 'query',
  timeoutSeconds: 10,
  query: 'SELECT 1 AS one',
});

const answering = (rows: readonly Row[]): Database => ({ query: () => Promise.resolve(rows) });
const failing = (thrown: unknown): Database => ({ query: () => Promise.reject(thrown) });

describe('databaseProbe', () => {
  test('runs the configured query once, as one that may be repeated, within its signal', async () => {
    const calls: [Statement, AbortSignal][] = [];
    const { signal } = new AbortController();
    const database: Database = {
      query: (statement, given) => {
        calls.push([statement, given]);
        return Promise.resolve([{ one: 1n }]);
      },
    };
    expect(await probe(contextWith({ database, signal }))).toEqual({ up: true });
    expect(calls).toEqual([[{ sql: 'SELECT 1 AS one', idempotent: true }, signal]]);
    expect(calls[0]?.[1]).toBe(signal);
  });

  test('is missing when the query gives no row', async () => {
    const outcome = await probe(contextWith({ database: answering([]) }));
    expect(outcome).toEqual({
      up: false,
      reason: 'missing',
      detail: 'the query gave no row, expected at least one',
    });
  });

  test('is up when the row holds only NULL: that it came is what was asked', async () => {
    expect(await probe(contextWith({ database: answering([{ one: null }]) }))).toEqual({ up: true });
  });

  test('is query with SQLSTATE, message and cause when PostgreSQL refuses', async () => {
    const error = new QueryError('permission denied for table campaign', { sqlState: '42501' });
    const outcome = await probe(contextWith({ database: failing(error) }));
    expect(outcome).toEqual({
      up: false,
      reason: 'query',
      detail: 'the database refused the query with SQLSTATE 42501: permission denied for table campaign',
      cause: error,
    });
  });

  test('is connect when the database could not be reached', async () => {
    const error = new QueryError('DatabaseUnavailableException', { retryable: true });
    const outcome = await probe(contextWith({ database: failing(error) }));
    expect(reasonOf(outcome)).toBe('connect');
    expect(detailOf(outcome)).toContain('DatabaseUnavailableException');
  });

  test('is query when the Data API refuses for good without a SQLSTATE', async () => {
    const error = new QueryError('the secret cannot be read');
    expect(reasonOf(await probe(contextWith({ database: failing(error) })))).toBe('query');
  });

  test('is timeout when its time is over, says how long it waited and that it did for a resuming cluster', async () => {
    const controller = new AbortController();
    const database: Database = {
      query: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          controller.abort();
        }),
    };
    const outcome = await probe(contextWith({ database, signal: controller.signal }));
    expect(reasonOf(outcome)).toBe('timeout');
    expect(detailOf(outcome)).toBe(
      'the database did not answer within 10 s; a cluster that resumes was waited for until then',
    );
  });

  test('lets a defect through', async () => {
    const defect = new TypeError('not a function');
    await expect(probe(contextWith({ database: failing(defect) }))).rejects.toBe(defect);
  });
});
