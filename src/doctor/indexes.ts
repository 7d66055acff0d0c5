import { qualified } from '../database/identifier';
import { flag, onlyRow, text } from '../database/read';
import { type Check, change, type Fix, ok, sql, warn } from './check';
import { type IndexNeed, nameOf } from './requirements';

/**
 * Only a btree that begins with the column helps, and only once it is valid (a failed CREATE INDEX CONCURRENTLY leaves
 * one that is not). A partial one helps where its predicate follows from every search: `column <= now()` implies not null.
 */
const SQL = `
  select format('%I.%I', n.nspname, c.relname) as name, quote_ident(a.attname) as column_name,
         c.relkind::text as kind,
         coalesce(bool_or(i.indisvalid and i.indisready and (i.indpred is null or (:partial
           and pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', a.attname)))), false) as indexed,
         coalesce(string_agg(format('%I.%I', n.nspname, x.relname), E'\\n' order by x.relname)
           filter (where not i.indisvalid), '') as invalid
  from pg_class c
  join pg_namespace n on n.oid = c.relnamespace
  join pg_attribute a on a.attrelid = c.oid and a.attname = :column
  left join (pg_index i join pg_class x on x.oid = i.indexrelid
             join pg_am m on m.oid = x.relam and m.amname = 'btree')
    on i.indrelid = c.oid and i.indkey[0] = a.attnum
  where c.oid = to_regclass(:table)
  group by 1, 2, 3`;

/** What pg_class calls a partitioned table; it has no CREATE INDEX CONCURRENTLY. */
const PARTITIONED = 'p';
/** Ordinary, partitioned, materialized: what can have an index. */
const INDEXABLE = new Set(['r', PARTITIONED, 'm']);

/** A column that is searched has an index for it. */
export function indexCheck(need: IndexNeed): Check {
  return {
    name: `index ${nameOf(need)}`,
    needs: [`column ${nameOf(need)}`],
    run: async ({ database, signal }) => {
      const parameters = {
        table: { type: 'text', value: qualified(need.table) },
        column: { type: 'text', value: need.column },
        partial: { type: 'bool', value: !need.nulls },
      } as const;
      const row = onlyRow(await database.query({ sql: SQL, parameters, idempotent: true }, signal));
      if (flag(row, 'indexed')) return ok('there is one');
      const kind = text(row, 'kind');
      if (!INDEXABLE.has(kind)) {
        return warn(
          `${need.table.label} is a view or a foreign table, so its index cannot be seen`,
          change('check that the tables behind it have one'),
        );
      }
      const invalid = text(row, 'invalid')
        .split('\n')
        .filter((name) => name !== '');
      const create = creation(need, text(row, 'name'), text(row, 'column_name'), kind);
      const found =
        invalid.length === 0 ? 'none' : `only an invalid one, which no query uses (${invalid.join(', ')})`;
      if (need.steadier !== undefined) {
        return warn(
          `${found}: ${need.why}; but an index on a column that upserts change ends their HOT updates`,
          change(`rather probe ${need.steadier}, which no update changes; otherwise:`),
          create,
        );
      }
      return warn(`${found}: ${need.why}`, ...dropping(invalid, kind), create);
    },
  };
}

function dropping(invalid: readonly string[], kind: string): Fix[] {
  return invalid.map((name) => sql(`drop index ${kind === PARTITIONED ? '' : 'concurrently '}${name}`));
}

function creation({ mostlyNull }: IndexNeed, table: string, column: string, kind: string): Fix {
  const how = kind === PARTITIONED ? '' : 'concurrently ';
  const which = mostlyNull ? ` where ${column} is not null` : '';
  return sql(`create index ${how}on ${table} (${column})${which}`);
}
