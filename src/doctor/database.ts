import { flag, onlyRow, quantity, text } from '../database/read';
import { type Check, change, fail, ok, sql, warn } from './check';

/** Milliseconds: a cluster that was paused for a day takes over 30 s to wake. */
const WAKING_LIMIT_MS = 60_000;
/** Seconds from which an answer is so slow that the cluster was probably asleep. */
const SLOW_SECONDS = 5;
/** Milliseconds; jobs run every minute, so a statement that outlives that piles up. */
const LONGEST_TIMEOUT_MS = 60_000;
/** Share of the connections that may be taken. */
const HEADROOM = 0.8;

/** The database answers through the Data API. The adapter's errors say what to do. */
export const databaseCheck: Check = {
  name: 'database',
  limitMs: WAKING_LIMIT_MS,
  whenSilent:
    'run it again if the cluster was paused; otherwise check AWS_ENDPOINT_URL_RDS_DATA and the way to the RDS Data API (inside a VPC: NAT or the rds-data interface endpoint)',
  run: async ({ config, database, clock, signal }) => {
    const start = clock.elapsed();
    const statement = `
      select current_setting('server_version') as version, current_user::text as role`;
    const row = onlyRow(await database.query({ sql: statement, idempotent: true }, signal));
    const seconds = (clock.elapsed() - start) / 1_000;
    const took =
      seconds < SLOW_SECONDS
        ? `answered in ${Math.round(seconds * 1_000)} ms`
        : `answered only after ${seconds.toFixed(1)} s: a paused cluster had to wake, or the way to it is slow`;
    const found = `PostgreSQL ${text(row, 'version')}, database ${config.database.database}, role ${text(row, 'role')}, ${took}`;
    return ok(found);
  },
};

/** A setting for the role counts too: sessions that were open before do not show it. */
const TIMEOUT_SQL = `
  select setting::bigint as session_ms, quote_ident(current_user) as role,
         exists (
           select from pg_db_role_setting r cross join unnest(r.setconfig) as configured
           where r.setrole in (0, (select oid from pg_roles where rolname = current_user))
             and r.setdatabase in (0, (select oid from pg_database where datname = current_database()))
             and configured like s.name || '=%' and configured !~ '=0+[a-z]*$'
         ) as configured
  from pg_settings s where name = :name`;

/** @param value what to propose; a client that gives up may leave its statement running (docs of the RDS Data API). */
function timeoutCheck(name: 'statement_timeout' | 'lock_timeout', value: string, why: string): Check {
  return {
    name: name.replace('_', ' '),
    needs: ['database'],
    run: async ({ database, signal }) => {
      const parameters = { name: { type: 'text', value: name } } as const;
      const row = onlyRow(await database.query({ sql: TIMEOUT_SQL, parameters, idempotent: true }, signal));
      const ms = quantity(row, 'session_ms');
      const fix = sql(`alter role ${text(row, 'role')} set ${name} = '${value}'`);
      if (ms === 0 && flag(row, 'configured'))
        return ok('set; sessions that were open before do not have it yet');
      if (ms === 0) return warn(`not set: ${why}`, fix);
      const seconds = `${ms / 1_000} s`;
      return ms > LONGEST_TIMEOUT_MS
        ? warn(`${seconds}, longer than the minute between runs: ${why}`, fix)
        : ok(seconds);
    },
  };
}

/** 45 s is what the Data API gives a statement. */
export const statementTimeoutCheck = timeoutCheck(
  'statement_timeout',
  '45s',
  'a statement that a run gave up may go on in the database',
);

/** Shorter than a run by far; the ledger's functions have limits of their own. */
export const lockTimeoutCheck = timeoutCheck(
  'lock_timeout',
  '5s',
  'a statement waits for as long as someone else holds a lock on the table',
);

const CONNECTIONS_SQL = `
  select quote_ident(current_user) as role, pg_has_role(current_user, 'pg_read_all_stats', 'usage') as allowed,
         current_setting('max_connections')::bigint as maximum,
         (select count(*) from pg_stat_activity where backend_type = 'client backend') as taken`;

/** What the collector `connections` needs, and whether there is room. */
export const connectionsCheck: Check = {
  name: 'connections',
  needs: ['database'],
  run: async ({ database, signal }) => {
    const row = onlyRow(await database.query({ sql: CONNECTIONS_SQL, idempotent: true }, signal));
    if (!flag(row, 'allowed')) {
      const role = text(row, 'role');
      return fail(
        `the role ${role} does not see other sessions, so connections cannot be counted`,
        sql(`grant pg_read_all_stats to ${role}`),
      );
    }
    const taken = quantity(row, 'taken');
    const maximum = quantity(row, 'maximum');
    const found = `${taken} of ${maximum} are taken`;
    return taken > HEADROOM * maximum
      ? warn(
          `${found}: soon the application is refused`,
          change('close idle sessions, put a pooler before the database, or raise max_connections'),
        )
      : ok(found);
  },
};
