import type { Row } from '../database/database';
import { qualified } from '../database/identifier';
import { flag, text } from '../database/read';
import { type Check, type CheckContext, change, type Finding, fail, ok, sql, warn } from './check';
import { type ColumnNeed, type KeyNeed, nameOf } from './requirements';

/** Where nothing of the table may be read, the check of its rights says so, and this one need not. */
const SQL = `
  select format('%I.%I', n.nspname, c.relname) as name, quote_ident(current_user) as role,
         format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null) as type,
         has_column_privilege(c.oid, a.attnum, 'SELECT')
           or not has_any_column_privilege(c.oid, 'SELECT') as readable, current_setting('TimeZone') as zone
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid
  join pg_namespace n on n.oid = c.relnamespace
  join pg_type t on t.oid = a.atttypid
  where a.attrelid = to_regclass(:table) and a.attname = :column and a.attnum > 0 and not a.attisdropped`;

/** A configured column exists, may be read, and has a type that fits its use. */
export function columnCheck(need: ColumnNeed): Check {
  return {
    name: `column ${nameOf(need)}`,
    needs: [`table ${need.table.label}`],
    run: async (context) => {
      const [row] = await lookUp(SQL, need, context);
      if (row === undefined) return missing(need);
      if (!flag(row, 'readable')) {
        const name = text(row, 'name');
        const role = text(row, 'role');
        return fail(`the role ${role} may not read it`, sql(`grant select on ${name} to ${role}`));
      }
      const type = text(row, 'type');
      return need.use === 'moment' ? moment(type, text(row, 'zone')) : ok(type);
    },
  };
}

function lookUp(
  statement: string,
  { table, column }: KeyNeed,
  { database, signal }: CheckContext,
): Promise<readonly Row[]> {
  const parameters = {
    table: { type: 'text', value: qualified(table) },
    column: { type: 'text', value: column },
  } as const;
  return database.query({ sql: statement, parameters, idempotent: true }, signal);
}

function missing({ column, required }: ColumnNeed): Finding {
  return required
    ? fail(`does not exist`, change(`correct "${column}" in reviewmaps.config.ts, or add the column`))
    : ok(`the table has none, as in older schemas: no campaign counts as soft-deleted`);
}

/** A time without its zone means another moment in every session's zone: nine hours lie between UTC and Seoul. */
function moment(type: string, zone: string): Finding {
  if (type === 'timestamp with time zone') return ok(type);
  const fix = change(
    'make it timestamptz: alter table … alter column … type timestamptz using … at time zone with the zone that its values are meant in',
  );
  if (type === 'timestamp without time zone') {
    return warn(
      `${type}: it is read in the session's zone (${zone}), hours off if it was written in another`,
      fix,
    );
  }
  if (type === 'date') {
    return warn(
      `${type}: it passes when its day begins in the session's zone (${zone}), not when it ends`,
      fix,
    );
  }
  return fail(`is ${type}, not a time`, change('name a timestamptz column in reviewmaps.config.ts'));
}

/** Columns of the unique indexes that hold the column, valid and for every row; the one with the fewest first. */
const KEY_SQL = `
  select format('%I.%I', n.nspname, c.relname) as name, quote_ident(a.attname) as column_name,
         coalesce(min(i.indnkeyatts), 0) = 1 as alone, count(i.indexrelid) > 0 as together
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = :column
  left join pg_index i on i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null
    and exists (select from unnest(i.indkey::int2[]) with ordinality as k (attnum, place)
                where k.attnum = a.attnum and k.place <= i.indnkeyatts)
  where c.oid = to_regclass(:table)
  group by 1, 2`;

/** The column that identifies a row in the ledger does so. */
export function keyCheck(need: KeyNeed): Check {
  return {
    name: `unique ${nameOf(need)}`,
    needs: [`column ${nameOf(need)}`],
    run: async (context) => {
      const [row] = await lookUp(KEY_SQL, need, context);
      if (row === undefined) return fail('the column is gone');
      if (flag(row, 'alone')) return ok('names one row');
      if (flag(row, 'together')) {
        return warn(
          'is unique only together with other columns: of rows with the same value and the same time, one is counted',
          change('fine where its values come from a sequence, as in a partitioned table'),
        );
      }
      const on = `${text(row, 'name')} (${text(row, 'column_name')})`;
      return fail(
        'is not unique: of rows with the same value and the same time, one is counted',
        sql(`create unique index concurrently on ${on}`),
      );
    },
  };
}
