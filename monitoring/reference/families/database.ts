import { promql } from '../../rules/promql';
import type { Explanations } from '../definition';
import { fresh } from '../queries';

const FAILED =
  'The collector `connections` failed. Mostly the role may not see other sessions: `npm run doctor` says so, with the GRANT.';

export const database = {
  reviewmaps_database_connections: {
    note: 'Of the whole server, whichever application they belong to. Every state is always reported.',
    zero: 'No connection is in that state.',
    absent: FAILED,
    examples: [
      {
        asks: 'Connections by state, while the numbers are fresh',
        query: promql`sum by (app, state) (${fresh('reviewmaps_database_connections')}) > 0`,
      },
      {
        asks: 'Transactions that are open and do nothing',
        query: promql`sum by (app) (reviewmaps_database_connections{state=~"idle in transaction.*"})`,
      },
    ],
  },
  reviewmaps_database_connections_max: {
    note: 'Some of them are reserved for superusers (`superuser_reserved_connections`), so the application is refused a little earlier.',
    zero: 'Does not occur.',
    absent: FAILED,
    examples: [
      {
        asks: 'Connections that are still free',
        query: promql`
max by (app) (reviewmaps_database_connections_max)
-
sum by (app) (reviewmaps_database_connections)`,
      },
      { asks: 'Share that is in use', query: promql`reviewmaps:db_connections_used:ratio` },
    ],
  },
} as const satisfies Partial<Explanations>;
