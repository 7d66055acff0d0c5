import type { TableRef } from '../config/config';
import type { Row } from '../database/database';
import { qualified } from '../database/identifier';
import { flag, onlyRow, quantity } from '../database/read';
import { QueryError } from '../errors';
import { sample } from '../metrics/sample';
import type { Collector } from './collector';

/** PostgreSQL's code for a relation that does not exist, and for a schema that does not. */
const MISSING = new Set(['42P01', '3F000']);

/** Rows and bytes of one table. Each table has a collector of its own: a locked one must not hold up the others. */
export function tableCollector(ref: TableRef, exactUpTo: number): Collector {
  const sql = tableSql(ref);
  const labels = { table_name: ref.label };
  return {
    name: `tables/${ref.label}`,
    needsLedger: false,
    collect: async ({ database, log, signal }) => {
      let row: Row;
      try {
        const parameters = { exactUpTo: { type: 'int8', value: BigInt(exactUpTo) } } as const;
        row = onlyRow(await database.query({ sql, parameters, idempotent: true }, signal));
      } catch (thrown) {
        if (!(thrown instanceof QueryError) || thrown.sqlState === undefined || !MISSING.has(thrown.sqlState))
          throw thrown;
        log.warn('a configured table does not exist', {
          table: ref.label,
          fix: 'correct tables.names in reviewmaps.config.ts, or create it',
        });
        return { samples: [sample('reviewmaps_table_missing', labels, 1)] };
      }
      return {
        samples: [
          sample('reviewmaps_table_missing', labels, 0),
          sample('reviewmaps_table_rows_total', labels, quantity(row, 'row_count')),
          sample('reviewmaps_table_rows_exact', labels, flag(row, 'exact') ? 1 : 0),
          sample('reviewmaps_table_size_bytes', labels, quantity(row, 'bytes')),
        ],
      };
    },
  };
}

/**
 * One statement: PostgreSQL's estimate decides whether the count runs at all (a scalar subquery in a CASE is evaluated
 * only when its branch is taken). The estimate is the planner's: the density that the last ANALYZE found times today's
 * pages. A leaf that was never analysed counts what the statistics saw inserted, and if they saw nothing, 100 bytes a
 * row, so that a large unknown table is not taken for an empty one. Partitions and inheritance children are summed.
 */
function tableSql(ref: TableRef): string {
  const table = qualified(ref);
  const relation = `'${table.replaceAll("'", "''")}'::regclass`;
  return `
    with recursive tree as (
      select ${relation}::oid as relation
      union
      select i.inhrelid from pg_inherits as i join tree on i.inhparent = tree.relation
    ), leaf as (
      select c.oid as relation, c.reltuples, c.relpages, pg_relation_size(c.oid) as heap
      from tree join pg_class as c on c.oid = tree.relation
      where c.relkind in ('r', 'm')
    ), estimate as (
      select coalesce(sum(case
        when reltuples >= 0 and relpages > 0
          then reltuples::float8 / relpages * (heap / current_setting('block_size')::integer)
        when heap = 0 then 0
        else coalesce(nullif(pg_stat_get_live_tuples(relation), 0), heap / 100)
      end), 0)::bigint as n
      from leaf
    ), size as (
      select coalesce(sum(pg_total_relation_size(relation)), 0)::bigint as bytes from tree
    )
    select estimate.n <= :exactUpTo as exact,
           case when estimate.n <= :exactUpTo then (select count(*) from ${table}) else estimate.n end as row_count,
           size.bytes
    from estimate cross join size`;
}
