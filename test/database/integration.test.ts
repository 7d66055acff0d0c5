import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Parameter, Row } from '../../src/database/database';
import { quoted } from '../../src/database/identifier';
import { describePostgres, type Stack, startStack } from '../servers/stack';

/** The real SDK, through the local Data API endpoint, to a PostgreSQL server. */

const START_LIMIT_MS = 40_000;

let stack: Stack;

function query(sql: string, parameters: Readonly<Record<string, Parameter>> = {}, limitMs = 5_000) {
  return stack.database.query({ sql, parameters, idempotent: true }, AbortSignal.timeout(limitMs));
}

async function only(sql: string, parameters?: Readonly<Record<string, Parameter>>): Promise<Row | undefined> {
  return (await query(sql, parameters))[0];
}

describePostgres('the adapter, the SDK, the local endpoint and PostgreSQL (needs initdb)', () => {
  beforeAll(async () => {
    stack = await startStack();
  }, START_LIMIT_MS);

  afterAll(async () => {
    await stack?.stop();
  }, START_LIMIT_MS);

  it('carries 64-bit integers exactly, both ways', async () => {
    const id: Parameter = { type: 'int8', value: 9007199254740993n };
    const lowest: Parameter = { type: 'int8', value: -9223372036854775808n };
    expect(
      await only(
        'SELECT :id AS id, :id + 1 AS next, :lowest AS lowest, 7::int2 AS small, :id::text AS written',
        {
          id,
          lowest,
        },
      ),
    ).toEqual({
      id: 9007199254740993n,
      next: 9007199254740994n,
      lowest: -9223372036854775808n,
      small: 7n,
      written: '9007199254740993',
    });
  });

  it('gives timestamps in UTC with their microseconds', async () => {
    expect(
      await only(
        `SELECT '2026-11-03 09:00:00.000001+09'::timestamptz AS at,
                         '2026-11-03 09:00:00'::timestamp AS local,
                         :at::timestamptz AS given`,
        {
          at: { type: 'text', value: '2026-11-03T00:00:00.123456Z' },
        },
      ),
    ).toEqual({
      at: '2026-11-03T00:00:00.000001Z',
      local: '2026-11-03T09:00:00.000000',
      given: '2026-11-03T00:00:00.123456Z',
    });
  });

  it('keeps NULL apart from an empty text, zero and false', async () => {
    expect(
      await only(
        `SELECT NULL::text AS nothing, NULL::int8 AS none, :p::timestamptz AS never,
                         ''::text AS empty, 0::int8 AS zero, false AS off`,
        { p: { type: 'text', value: null } },
      ),
    ).toEqual({ nothing: null, none: null, never: null, empty: '', zero: 0n, off: false });
  });

  it('carries Korean text, quotes, backslashes and what looks like a parameter', async () => {
    const value = "강남 'O\"Brien' \\ :id 🍜\nDROP TABLE campaign; --";
    expect(
      await only("SELECT :region::text AS region, ':id' AS quoted", { region: { type: 'text', value } }),
    ).toEqual({ region: value, quoted: ':id' });
  });

  it('reads numbers and booleans by their types', async () => {
    expect(
      await only('SELECT 0.1::float8 AS ratio, 1::numeric(30,10) AS money, :yes AS yes, :half AS half', {
        yes: { type: 'bool', value: true },
        half: { type: 'float8', value: 0.5 },
      }),
    ).toEqual({ ratio: 0.1, money: '1.0000000000', yes: true, half: 0.5 });
  });

  it('creates, fills and reads an oddly named table', async () => {
    const table = quoted('odd "table"');
    expect(await query(`CREATE TABLE ${table} (id bigserial, region varchar(100))`)).toEqual([]);
    const insert = `INSERT INTO ${table} (region) VALUES (:region)`;
    expect(await query(insert, { region: { type: 'text', value: '서울' } })).toEqual([]);
    expect(await query(`SELECT id, region FROM ${table}`)).toEqual([{ id: 1n, region: '서울' }]);
    expect(await query(`SELECT id FROM ${table} WHERE false`)).toEqual([]);
  });

  it.each([
    ['SELECT 1 FROM nowhere', '42P01', 'relation "nowhere" does not exist'],
    ['SELECT 1/0', '22012', 'division by zero'],
    ["SELECT 'x'::int8", '22P02', 'invalid input syntax'],
  ])("throws PostgreSQL's refusal of %s", async (sql, sqlState, words) => {
    await expect(query(sql)).rejects.toMatchObject({
      name: 'QueryError',
      sqlState,
      retryable: false,
      message: expect.stringContaining(words),
    });
  });

  it.each(['SELECT ARRAY[1, 2] AS list', "SELECT '\\x00'::bytea AS list"])(
    'asks for a cast of %s',
    async (sql) => {
      await expect(query(sql)).rejects.toThrow('column "list" has type');
    },
  );

  it("ends with the signal's reason while the statement runs", async () => {
    const controller = new AbortController();
    const reason = new Error('the budget is spent');
    const statement = { sql: 'SELECT 1 AS n FROM pg_sleep(30) -- to be aborted', idempotent: true };
    const waiting = stack.database.query(statement, controller.signal);
    waiting.catch(() => {});
    const running =
      "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%to be abor' || 'ted' AND state = 'active'";
    while ((await only(running))?.['n'] !== 1n);
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});
