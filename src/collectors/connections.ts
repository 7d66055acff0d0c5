import { flag, quantity, text } from '../database/read';
import { QueryError } from '../errors';
import { sample } from '../metrics/sample';
import type { Collector } from './collector';

/** The states that pg_stat_activity knows for a client (PostgreSQL's documentation of that view); each is always reported. */
const STATES = [
  'active',
  'idle',
  'idle in transaction',
  'idle in transaction (aborted)',
  'fastpath function call',
  'disabled',
  // One that is just being opened has none.
  'unknown',
] as const;

/** A role without the right sees the others' sessions with everything NULL, so their number would be small and wrong. */
const SQL = `
  select coalesce(state, 'unknown') as state, count(pid) as n,
         current_setting('max_connections')::bigint as maximum,
         current_user::text as role, pg_has_role(current_user, 'pg_read_all_stats', 'usage') as allowed
  from (select 1) as always left join pg_stat_activity on backend_type = 'client backend'
  group by 1`;

/** Client connections of the whole server by state, and the most that it accepts. */
export const connectionsCollector: Collector = {
  name: 'connections',
  needsLedger: false,
  collect: async ({ database, signal }) => {
    const rows = await database.query({ sql: SQL, idempotent: true }, signal);
    const [first] = rows;
    if (first === undefined) throw new QueryError('pg_stat_activity gave no answer');
    if (!flag(first, 'allowed')) {
      const role = text(first, 'role');
      throw new QueryError(
        `the role ${role} cannot see other sessions: run "grant pg_read_all_stats to ${role}"`,
      );
    }
    const found = new Map(rows.map((row) => [text(row, 'state'), quantity(row, 'n')]));
    const states = new Set([...STATES, ...found.keys()]);
    return {
      samples: [
        ...[...states].map((state) =>
          sample('reviewmaps_database_connections', { state }, found.get(state) ?? 0),
        ),
        sample('reviewmaps_database_connections_max', {}, quantity(first, 'maximum')),
      ],
    };
  },
};
