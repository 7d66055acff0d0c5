import { BatchExecuteStatementCommand } from '@aws-sdk/client-rds-data';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from './client';

const failure = (name: string, status: number, message: string | RegExp) =>
  expect.objectContaining({
    name,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
    $metadata: expect.objectContaining({ httpStatusCode: status }),
  });

/** What the endpoint promises whatever PostgreSQL is behind it. `client` is called once the endpoint is up. */
export function dataApiContract(client: () => Client): void {
  beforeAll(() => client().execute('CREATE TABLE contract (id int PRIMARY KEY, note text)'));
  afterAll(() => client().execute('DROP TABLE contract'));

  describe('parameters', () => {
    it.each([
      ['text', { stringValue: "it's 강남" }, undefined, "it's 강남"],
      ['bigint', { longValue: 5 }, undefined, '5'],
      ['double precision', { doubleValue: 1.25 }, undefined, '1.25'],
      ['double precision', { doubleValue: Number.NaN }, undefined, 'NaN'],
      ['boolean', { booleanValue: true }, undefined, 'true'],
      ['bytea', { blobValue: new Uint8Array([0, 255]) }, undefined, '\\x00ff'],
      ['date', { stringValue: '2026-01-31' }, 'DATE', '2026-01-31'],
      ['time without time zone', { stringValue: '23:59:59' }, 'TIME', '23:59:59'],
      [
        'timestamp without time zone',
        { stringValue: '2026-01-31 01:02:03' },
        'TIMESTAMP',
        '2026-01-31 01:02:03',
      ],
      ['numeric', { stringValue: '12.50' }, 'DECIMAL', '12.50'],
      ['json', { stringValue: '{"a":1}' }, 'JSON', '{"a":1}'],
      [
        'uuid',
        { stringValue: '0190cd3a-0000-7000-8000-000000000001' },
        'UUID',
        '0190cd3a-0000-7000-8000-000000000001',
      ],
    ] as const)('arrive as %s', async (type, value, typeHint, text) => {
      const parameter = { name: 'p', value, ...(typeHint === undefined ? {} : { typeHint }) };
      const { records } = await client().execute('SELECT pg_typeof(:p)::text, :p::text', {
        parameters: [parameter],
      });
      expect(records).toEqual([[{ stringValue: type }, { stringValue: text }]]);
    });

    it('are never converted to what the statement needs', async () => {
      const parameters = [{ name: 'id', value: { stringValue: '1' } }];
      await expect(client().execute('SELECT * FROM contract WHERE id = :id', { parameters })).rejects.toEqual(
        failure('DatabaseErrorException', 400, /^ERROR: operator does not exist: .*SQLState: 42883$/s),
      );
    });

    it('keep every digit of a 64-bit integer, both ways', async () => {
      const { arns, raw } = client();
      const body = JSON.stringify({
        ...arns,
        sql: 'SELECT :n, :n::text',
        parameters: [{ name: 'n', value: { longValue: 0 } }],
      }).replace('"longValue":0', '"longValue":-9223372036854775808');
      const { status, text } = await raw('/Execute', body);
      expect(status).toBe(200);
      expect(text).toContain('{"longValue":-9223372036854775808},{"stringValue":"-9223372036854775808"}');
    });

    it.each([
      ['a missing one', { parameters: [] }, 'Cannot find parameter: p'],
      [
        'an array',
        { parameters: [{ name: 'p', value: { arrayValue: { longValues: [1] } } }] },
        /Array parameters/,
      ],
      ['a schema', { parameters: [{ name: 'p', value: { isNull: true } }], schema: 'public' }, /schema/],
      ['an empty ARN', { parameters: [{ name: 'p', value: { isNull: true } }], secretArn: '' }, /secretArn/],
    ])('refuse %s', async (_, extra, message) => {
      await expect(client().execute('SELECT :p', extra)).rejects.toEqual(
        failure('BadRequestException', 400, message),
      );
    });

    it('need both ARNs', async () => {
      const { status, errorType, text } = await client().raw(
        '/Execute',
        '{"sql":"SELECT 1","secretArn":"x"}',
      );
      expect({ status, errorType }).toEqual({ status: 400, errorType: 'BadRequestException' });
      expect(JSON.parse(text)).toEqual({
        code: 'BadRequestException',
        message: expect.stringContaining('resourceArn'),
      });
    });
  });

  describe('results', () => {
    it('give every type as its field', async () => {
      const { records } = await client().execute(
        `SELECT 1::int2, 2::int8, 1.50::numeric, 1.5::float8, 'NaN'::float8, true, NULL::int, ''::text,
                '\\x00ff'::bytea, timestamptz '2026-01-01 09:00:00.120+09', date '2026-01-31',
                ARRAY[1,2], ARRAY['a',NULL], '{"a": 1}'::jsonb`,
      );
      expect(records).toEqual([
        [
          { longValue: 1 },
          { longValue: 2 },
          { stringValue: '1.50' },
          { doubleValue: 1.5 },
          { doubleValue: Number.NaN },
          { booleanValue: true },
          { isNull: true },
          { stringValue: '' },
          { blobValue: expect.objectContaining({ 0: 0, 1: 255 }) },
          { stringValue: '2026-01-01 00:00:00.12' },
          { stringValue: '2026-01-31' },
          { arrayValue: { longValues: [1, 2] } },
          expect.objectContaining({
            arrayValue: expect.objectContaining({ stringValues: expect.arrayContaining(['a']) }),
          }),
          { stringValue: '{"a": 1}' },
        ],
      ]);
    });

    it('say names and types of the columns when asked', async () => {
      const sql = 'SELECT id AS number, note, now() AS at, ARRAY[1] AS list FROM contract';
      const { records, columnMetadata } = await client().execute(sql, { includeResultMetadata: true });
      expect(records).toEqual([]);
      expect(columnMetadata?.map(({ label, name, typeName }) => [label, name, typeName])).toEqual([
        ['number', 'number', 'int4'],
        ['note', 'note', 'text'],
        ['at', 'at', 'timestamptz'],
        ['list', 'list', '_int4'],
      ]);
      expect((await client().execute(sql)).columnMetadata).toBeUndefined();
    });

    it('name the types that the database has of its own', async () => {
      await client().execute("CREATE TYPE contract_state AS ENUM ('open', 'on hold')");
      const sql = "SELECT 'open'::contract_state, '{open,on hold}'::contract_state[]";
      const { records, columnMetadata } = await client().execute(sql, { includeResultMetadata: true });
      await client().execute('DROP TYPE contract_state');
      expect(records).toEqual([
        [{ stringValue: 'open' }, { arrayValue: { stringValues: ['open', 'on hold'] } }],
      ]);
      expect(columnMetadata?.map(({ typeName }) => typeName)).toEqual(['contract_state', '_contract_state']);
    });

    it('follow resultSetOptions', async () => {
      const { records } = await client().execute('SELECT 9007199254740993::int8, 2.5::numeric, 3::numeric', {
        resultSetOptions: { longReturnType: 'STRING', decimalReturnType: 'DOUBLE_OR_LONG' },
      });
      expect(records).toEqual([
        [{ stringValue: '9007199254740993' }, { doubleValue: 2.5 }, { longValue: 3 }],
      ]);
    });

    it('come as one JSON string with formatRecordsAs', async () => {
      const { records, formattedRecords, columnMetadata } = await client().execute(
        `SELECT 1 AS n, '"강남"' AS t, NULL AS nothing, ARRAY[true] AS flags`,
        { formatRecordsAs: 'JSON', includeResultMetadata: true },
      );
      expect({ records, columnMetadata }).toEqual({ records: undefined, columnMetadata: undefined });
      expect(JSON.parse(formattedRecords ?? '')).toEqual([
        { n: 1, t: '"강남"', nothing: null, flags: [true] },
      ]);
    });

    it('count the rows that a statement touched', async () => {
      const insert = await client().execute(
        "INSERT INTO contract SELECT g, 'x' FROM generate_series(1, 3) g",
      );
      expect(insert).toMatchObject({ numberOfRecordsUpdated: 3, generatedFields: [] });
      expect(insert.records).toBeUndefined();
      const removed = await client().execute('DELETE FROM contract WHERE id < 3 RETURNING id');
      expect(removed.records).toEqual([[{ longValue: 1 }], [{ longValue: 2 }]]);
      expect(await client().execute('SELECT id FROM contract')).toMatchObject({ numberOfRecordsUpdated: 0 });
      await client().execute('DELETE FROM contract');
    });

    it.each(["interval '1 day'", "'pg_class'::regclass", `'x'::"char"`, 'ARRAY[[1],[2]]'])(
      'refuse %s',
      async (value) => {
        await expect(client().execute(`SELECT ${value}`)).rejects.toEqual(
          failure('UnsupportedResultException', 400, /result contains/),
        );
      },
    );

    it('fail for an infinite timestamp', async () => {
      await expect(client().execute("SELECT 'infinity'::timestamptz")).rejects.toEqual(
        failure('InternalFailure', 500, /infinite/),
      );
    });

    it('may have 1 MiB, and 64 KiB a row', async () => {
      const rows = (count: number, width: number) =>
        client().execute(`SELECT repeat('x', ${width}) FROM generate_series(1, ${count})`);
      expect((await rows(100, 10_000)).records).toHaveLength(100);
      const refusal = failure(
        'BadRequestException',
        400,
        'Database returned more than the allowed response size limit',
      );
      await expect(rows(110, 10_000)).rejects.toEqual(refusal);
      await expect(rows(300, 10_000)).rejects.toEqual(refusal);
      await expect(rows(1, 70_000)).rejects.toEqual(refusal);
    });
  });

  describe('errors', () => {
    it('carry the SQLSTATE and the position', async () => {
      await expect(client().execute('SELECT * FROM nowhere')).rejects.toEqual(
        failure(
          'DatabaseErrorException',
          400,
          'ERROR: relation "nowhere" does not exist; Position: 15; SQLState: 42P01',
        ),
      );
    });

    it('come for two statements in a call, which has no effect', async () => {
      await expect(client().execute('INSERT INTO contract VALUES (1); SELECT 1')).rejects.toEqual(
        failure('ValidationException', 400, /Multistatements/),
      );
      expect(await client().value('SELECT count(*) FROM contract')).toEqual({ longValue: 0 });
    });

    it('come for another database', async () => {
      await expect(client().execute('SELECT 1', { database: 'other' })).rejects.toEqual(
        failure('DatabaseErrorException', 400, /"other" does not exist.*SQLState: 3D000/),
      );
    });

    it('come for what is no call', async () => {
      expect(await client().raw('/ExecuteSql', '{}')).toMatchObject({
        status: 404,
        errorType: 'UnknownOperationException',
      });
      expect(await client().raw('/Execute', '{')).toMatchObject({
        status: 400,
        errorType: 'BadRequestException',
      });
    });

    it('come for a request of more than 4 MiB', async () => {
      const sql = `SELECT '${'x'.repeat(4 * 1024 * 1024)}'`;
      const answer = client().raw('/Execute', JSON.stringify({ ...client().arns, sql }));
      await expect(answer).resolves.toMatchObject({ status: 400, errorType: 'BadRequestException' });
    });
  });

  describe('sessions', () => {
    it('keep nothing from one call to the next', async () => {
      await client().execute("SET TimeZone = 'Asia/Seoul'");
      await client().execute('SELECT pg_advisory_lock(4711)');
      await client().execute('BEGIN');
      await client().execute('INSERT INTO contract VALUES (9)');
      const locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
      // Clean-up follows the answer: a session may hold the lock for a moment more.
      for (const limit = AbortSignal.timeout(10_000); !limit.aborted; )
        if ((await client().value(locks))?.longValue === 0) break;
      const sql = `SELECT current_setting('TimeZone'), (${locks}), (SELECT count(*) FROM contract WHERE id = 9)`;
      const { records } = await client().execute(sql);
      expect(records).toEqual([[{ stringValue: 'UTC' }, { longValue: 0 }, { longValue: 1 }]]);
      await client().execute('DELETE FROM contract');
    });
  });

  describe('transactions', () => {
    it('keep what was committed, and nothing that was rolled back', async () => {
      const { begin, execute, commit, rollback, value } = client();
      const kept = await begin();
      await execute('INSERT INTO contract VALUES (1)', { transactionId: kept });
      expect(await commit(kept)).toMatchObject({ transactionStatus: 'Transaction Committed' });
      const undone = await begin();
      await execute('INSERT INTO contract VALUES (2)', { transactionId: undone });
      expect(await rollback(undone)).toMatchObject({ transactionStatus: 'Rollback Complete' });
      expect(await value('SELECT array_agg(id) FROM contract')).toEqual({ arrayValue: { longValues: [1] } });
      await execute('DELETE FROM contract');
    });

    it('have settings of their own, in which times are UTC all the same', async () => {
      const { begin, execute, rollback, value } = client();
      const transactionId = await begin();
      await execute("SET LOCAL TimeZone = 'Asia/Seoul'", { transactionId });
      const at = await value("SELECT timestamptz '2026-01-01 00:00:00+00'", { transactionId });
      await rollback(transactionId);
      expect(at).toEqual({ stringValue: '2026-01-01 00:00:00' });
    });

    it('let the calls beside them have their answers in the end', async () => {
      const { begin, commit, value, execute } = client();
      const transactionId = await begin();
      await execute('INSERT INTO contract VALUES (3)', { transactionId });
      const beside = value('SELECT 1');
      await commit(transactionId);
      expect(await beside).toEqual({ longValue: 1 });
      await execute('DELETE FROM contract');
    });

    it('cannot be committed after a failed statement', async () => {
      const { begin, commit, execute, value } = client();
      const transactionId = await begin();
      await execute('INSERT INTO contract VALUES (4)', { transactionId });
      await expect(execute('SELECT nothing', { transactionId })).rejects.toThrow(/42703/);
      await expect(commit(transactionId)).rejects.toEqual(failure('DatabaseErrorException', 400, /25P02/));
      expect(await value('SELECT count(*) FROM contract')).toEqual({ longValue: 0 });
    });

    it('are unknown once they ended', async () => {
      const { begin, commit, execute, rollback } = client();
      const transactionId = await begin();
      await rollback(transactionId);
      const unknown = failure('TransactionNotFoundException', 404, /is not found/);
      await expect(commit(transactionId)).rejects.toEqual(unknown);
      await expect(execute('SELECT 1', { transactionId: 'never' })).rejects.toEqual(unknown);
    });
  });

  describe('batches', () => {
    const batch = (ids: readonly number[], transactionId?: string) =>
      client().sdk.send(
        new BatchExecuteStatementCommand({
          ...client().arns,
          sql: 'INSERT INTO contract VALUES (:id::int)',
          parameterSets: ids.map((id) => [{ name: 'id', value: { longValue: id } }]),
          ...(transactionId === undefined ? {} : { transactionId }),
        }),
      );

    it('run a statement for each set of parameters', async () => {
      const { updateResults } = await batch([1, 2, 3]);
      expect(updateResults).toEqual([
        { generatedFields: [] },
        { generatedFields: [] },
        { generatedFields: [] },
      ]);
      expect(await client().value('SELECT count(*) FROM contract')).toEqual({ longValue: 3 });
      await client().execute('DELETE FROM contract');
    });

    it('have no effect when one of them fails', async () => {
      await expect(batch([1, 2, 1])).rejects.toEqual(
        failure('DatabaseErrorException', 400, /SQLState: 23505/),
      );
      expect(await client().value('SELECT count(*) FROM contract')).toEqual({ longValue: 0 });
    });

    it('belong to the transaction that they name', async () => {
      const transactionId = await client().begin();
      await batch([5], transactionId);
      await client().rollback(transactionId);
      expect(await client().value('SELECT count(*) FROM contract')).toEqual({ longValue: 0 });
    });
  });
}
