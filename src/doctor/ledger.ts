import { flag, onlyRow, quantity, text } from '../database/read';
import { QueryError } from '../errors';
import { SCHEMA } from '../ledger/call';
import { installedVersion } from '../ledger/migrate';
import { LATEST_VERSION } from '../ledger/migrations';
import { type Check, type CheckContext, change, command, type Fix, fail, ok, shellWord } from './check';

/** PostgreSQL's insufficient_privilege. */
const NOT_ALLOWED = '42501';

/** The ledger is there, in the version that this program works with. */
export const ledgerCheck: Check = {
  name: 'ledger',
  needs: ['database'],
  run: async (context) => {
    const version = await versionOrDenied(context);
    if (version === 'denied') {
      return fail(`the role may not use the schema ${SCHEMA}`, ...(await remedy(context)));
    }
    if (version === LATEST_VERSION) return ok(`schema ${SCHEMA}, version ${version}`);
    if (version > LATEST_VERSION) {
      return fail(
        `the database has version ${version}, this program knows ${LATEST_VERSION}`,
        change('use the newer program'),
      );
    }
    const what = version === 0 ? 'not installed' : `version ${version}, this program needs ${LATEST_VERSION}`;
    return fail(`${what}: counters are missing from every push`, ...(await remedy(context)));
  },
};

/** Migrating may need more than the functions' role has: then another role does it, and gives this one what it needs. */
async function remedy({ database, signal }: CheckContext): Promise<Fix[]> {
  const row = onlyRow(await database.query({ sql: ROLE_SQL, idempotent: true }, signal));
  const role = text(row, 'role');
  return flag(row, 'migrates') ? [command('npm run migrate')] : granting(role);
}

/** The owner of the schema may upgrade it; whoever may create one, install it. */
const ROLE_SQL = `
  select current_user::text as role,
         coalesce((select pg_has_role(n.nspowner, 'USAGE') from pg_namespace n where n.nspname = '${SCHEMA}'),
                  has_database_privilege(current_database(), 'CREATE')) as migrates`;

function granting(role: string): Fix[] {
  return [
    change('as a role that may create schemas (its secret in DATABASE_SECRET_ARN)'),
    command(`npm run migrate -- --grant-to ${shellWord(role)}`),
  ];
}

async function versionOrDenied({ database, signal }: CheckContext): Promise<number | 'denied'> {
  try {
    return await installedVersion(database, signal);
  } catch (thrown) {
    if (thrown instanceof QueryError && thrown.sqlState === NOT_ALLOWED) return 'denied';
    throw thrown;
  }
}

/** What an invoker of the ledger's functions needs on what they touch; `has_table_privilege` with a list means any of it. */
const RIGHTS_SQL = `
  select current_user::text as role,
         (select count(*) from pg_class c
          where c.relnamespace = to_regnamespace('${SCHEMA}') and c.relkind = 'r'
            and not (has_table_privilege(c.oid, 'SELECT') and has_table_privilege(c.oid, 'INSERT')
                     and has_table_privilege(c.oid, 'UPDATE') and has_table_privilege(c.oid, 'DELETE'))) as tables,
         (select count(*) from pg_proc p
          where p.pronamespace = to_regnamespace('${SCHEMA}')
            and not has_function_privilege(p.oid, 'EXECUTE')) as functions`;

/** The role may call the ledger's functions and change its tables. */
export const ledgerRightsCheck: Check = {
  name: 'ledger rights',
  needs: ['ledger'],
  run: async ({ database, signal }) => {
    const row = onlyRow(await database.query({ sql: RIGHTS_SQL, idempotent: true }, signal));
    const role = text(row, 'role');
    const tables = quantity(row, 'tables');
    const functions = quantity(row, 'functions');
    if (tables + functions === 0) return ok(`the role ${role} may use all of it`);
    return fail(
      `the role ${role} may not use ${tables} of its tables and ${functions} of its functions`,
      ...granting(role),
    );
  },
};
