import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { tableCollector } from '../../src/collectors/tables';
import type { TableRef } from '../../src/config/config';
import { describePostgres, type Stack, startStack } from '../servers/stack';
import { collectorContext, values } from './context';

const LIMIT_MS = 60_000;

function ref(table: string, schema?: string): TableRef {
  return { schema, table, label: schema === undefined ? table : `${schema}.${table}` };
}

describePostgres('the tables collector on PostgreSQL (needs initdb)', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ autovacuum: 'off' });
  }, LIMIT_MS);
  afterAll(async () => {
    await stack?.stop();
  }, LIMIT_MS);

  async function collect(table: TableRef, exactUpTo = 1_000_000) {
    const { context, lines } = collectorContext(stack.database);
    const { samples } = await tableCollector(table, exactUpTo).collect(context);
    const of = (metric: string) => values(samples, metric)[table.label];
    return {
      rows: of('reviewmaps_table_rows_total'),
      exact: of('reviewmaps_table_rows_exact'),
      bytes: of('reviewmaps_table_size_bytes'),
      missing: of('reviewmaps_table_missing'),
      lines,
    };
  }

  it('counts rows exactly, and bytes with indexes and TOAST', async () => {
    await stack.sql.query(`create table plain (id int primary key, body text);
      alter table plain alter body set storage external;
      insert into plain select i, repeat('x', 3000) from generate_series(1, 1000) i`);
    const [size] = await stack.rows<{ bytes: number; heap: number }>(
      "select pg_total_relation_size('plain')::int as bytes, pg_relation_size('plain')::int as heap",
    );
    const found = await collect(ref('plain'));
    expect(found).toMatchObject({ rows: 1_000, exact: 1, missing: 0, bytes: size?.bytes });
    expect(found.bytes).toBeGreaterThan((size?.heap ?? 0) * 2);
  });

  it('takes the estimate above the limit, and does not count then', async () => {
    await stack.sql.query(
      'create table large as select i from generate_series(1, 20000) i; analyze large; delete from large where i <= 5000',
    );
    expect(await collect(ref('large'), 20_000)).toMatchObject({ rows: 15_000, exact: 1 });
    expect(await collect(ref('large'), 10_000)).toMatchObject({ rows: 20_000, exact: 0 });
  });

  it('estimates a table that was never analysed, rather than taking it for empty', async () => {
    await stack.sql.query('create table fresh as select i from generate_series(1, 20000) i');
    const { rows, exact } = await collect(ref('fresh'), 1_000);
    expect(exact).toBe(0);
    expect(rows).toBeGreaterThan(5_000);
    expect(await collect(ref('fresh'))).toMatchObject({ rows: 20_000, exact: 1 });
  });

  it('sums partitions of every level', async () => {
    await stack.sql.query(`
      create table parted (id int, kind int) partition by list (kind);
      create table parted_1 partition of parted for values in (1);
      create table parted_2 partition of parted for values in (2) partition by range (id);
      create table parted_2a partition of parted_2 for values from (0) to (100000);
      insert into parted select i, 1 + i % 2 from generate_series(1, 4000) i; analyze parted`);
    const [size] = await stack.rows<{ bytes: number }>(
      "select (pg_total_relation_size('parted_1') + pg_total_relation_size('parted_2a'))::int as bytes",
    );
    expect(await collect(ref('parted'))).toMatchObject({ rows: 4_000, exact: 1, bytes: size?.bytes });
    expect(await collect(ref('parted'), 10)).toMatchObject({ rows: 4_000, exact: 0 });
  });

  it('finds schema-qualified and oddly named tables', async () => {
    await stack.sql.query(
      `create schema "Odd schema"; create table "Odd schema"."select :x % \\ 표" as select 1 as a`,
    );
    expect(await collect(ref('select :x % \\ 표', 'Odd schema'))).toMatchObject({ rows: 1, missing: 0 });
  });

  it('counts an empty table as 0', async () => {
    await stack.sql.query('create table nothing (id int)');
    expect(await collect(ref('nothing'))).toMatchObject({ rows: 0, exact: 1, bytes: 0 });
  });

  it.each([ref('absent'), ref('absent', 'nowhere')])(
    'reports a table that does not exist as data, with a warning',
    async (table) => {
      const { lines, ...found } = await collect(table);
      expect(found).toEqual({ missing: 1, rows: undefined, exact: undefined, bytes: undefined });
      expect(lines).toEqual([expect.objectContaining({ level: 'warn', table: table.label })]);
    },
  );

  it(
    'fails for a table that it may not read, naming it',
    async () => {
      const limited = await startStack({}, 'reader');
      try {
        await limited.sql.query('create table secret (id int)');
        const { context } = collectorContext(limited.database);
        await expect(tableCollector(ref('secret'), 10).collect(context)).rejects.toMatchObject({
          name: 'QueryError',
          sqlState: '42501',
          message: expect.stringContaining('secret'),
        });
      } finally {
        await limited.stop();
      }
    },
    LIMIT_MS,
  );
});
