import type { TableRef } from '../config/config';
import { qualified } from '../database/identifier';
import { flag, onlyRow, quantity, text } from '../database/read';
import { type Check, change, fail, ok, sql } from './check';

/**
 * Looks in the catalog rather than asking for the name: a table in a schema that the role may not use, or that is not
 * on its search path, is a mistake that can be named.
 */
const SQL = `
  select format('%I.%I', n.nspname, c.relname) as name, quote_ident(n.nspname) as schema,
         quote_ident(current_user) as role,
         coalesce(array_position(current_schemas(true), n.nspname), 0)::bigint as place,
         has_schema_privilege(n.oid, 'USAGE') as usable
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relname = :table and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and (:schema::text is null or n.nspname = :schema)
  order by array_position(current_schemas(true), n.nspname) nulls last, 1`;

/** A configured table exists where the role looks for it. */
export function tableCheck(ref: TableRef): Check {
  return {
    name: `table ${ref.label}`,
    needs: ['database'],
    run: async ({ config, database, signal }) => {
      const parameters = {
        table: { type: 'text', value: ref.table },
        schema: { type: 'text', value: ref.schema ?? null },
      } as const;
      const [found, ...others] = await database.query({ sql: SQL, parameters, idempotent: true }, signal);
      if (found === undefined) {
        return fail(
          `does not exist in the database ${config.database.database}`,
          change(
            "correct its name in reviewmaps.config.ts or DATABASE_NAME, or run the application's migrations",
          ),
        );
      }
      const name = text(found, 'name');
      const role = text(found, 'role');
      if (!flag(found, 'usable')) {
        const schema = text(found, 'schema');
        return fail(
          `the role ${role} may not use the schema ${schema}`,
          sql(`grant usage on schema ${schema} to ${role}`),
        );
      }
      if (ref.schema === undefined && quantity(found, 'place') === 0) {
        const names = [found, ...others].map((row) => text(row, 'name')).join(', ');
        return fail(
          `is not on the search path of the role ${role}, only as ${names}`,
          change(`write it with its schema in reviewmaps.config.ts, such as "${name}"`),
        );
      }
      return ok(name);
    },
  };
}

const RIGHTS_SQL = `
  select format('%I.%I', n.nspname, c.relname) as name, quote_ident(current_user) as role,
         has_any_column_privilege(c.oid, 'SELECT') as readable
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.oid = to_regclass(:table)`;

/** A configured table may be read, or some of its columns: which ones, the checks of the columns say. */
export function rightsCheck(ref: TableRef): Check {
  return {
    name: `rights ${ref.label}`,
    needs: [`table ${ref.label}`],
    run: async ({ database, signal }) => {
      const parameters = { table: { type: 'text', value: qualified(ref) } } as const;
      const row = onlyRow(await database.query({ sql: RIGHTS_SQL, parameters, idempotent: true }, signal));
      const role = text(row, 'role');
      if (flag(row, 'readable')) return ok(`the role ${role} may read it`);
      const name = text(row, 'name');
      return fail(`the role ${role} may not read ${name}`, sql(`grant select on ${name} to ${role}`));
    },
  };
}

const COUNTING_SQL = `
  select current_setting('track_counts')::boolean as counting,
         exists (select from pg_class c where c.oid = to_regclass(:table) and c.relkind in ('r', 'p', 'm')) as counted`;

/** PostgreSQL counts the rows that are deleted from a table. */
export function statisticsCheck(ref: TableRef): Check {
  return {
    name: `cleanup ${ref.label}`,
    needs: [`table ${ref.label}`],
    run: async ({ database, signal }) => {
      const parameters = { table: { type: 'text', value: qualified(ref) } } as const;
      const row = onlyRow(await database.query({ sql: COUNTING_SQL, parameters, idempotent: true }, signal));
      if (!flag(row, 'counting')) {
        return fail(
          'PostgreSQL counts no deleted rows, since track_counts is off (autovacuum needs it as well)',
          change("set track_counts to on in the cluster's parameter group, or in postgresql.conf"),
        );
      }
      if (!flag(row, 'counted')) {
        return fail(
          'is a view or a foreign table, of which PostgreSQL has no statistics',
          change('name the table behind it in "cleanup" of reviewmaps.config.ts'),
        );
      }
      return ok("source: PostgreSQL's statistics, which it keeps");
    },
  };
}

/** Scraper runs report these rows themselves; there is nothing in the database to check. */
export function reportedCheck(ref: TableRef): Check {
  return {
    name: `cleanup ${ref.label}`,
    run: async () => ok('source: scraper runs; its total is published by fold'),
  };
}
