import type { DatabaseProbeConfig } from '../config/config';
import type { Row } from '../database/database';
import { down, type Probe } from './probe';
import { queryFailure } from './query-failure';

/** Up when the configured SELECT succeeds and gives at least one row. A resuming cluster is waited for by the port. */
export function databaseProbe(config: DatabaseProbeConfig): Probe {
  return async ({ clock, database, signal }) => {
    const started = clock.elapsed();
    let rows: readonly Row[];
    try {
      rows = await database.query({ sql: config.query, idempotent: true }, signal);
    } catch (thrown) {
      return queryFailure(thrown, { signal, seconds: (clock.elapsed() - started) / 1000 });
    }
    return rows.length > 0 ? { up: true } : down('missing', 'the query gave no row, expected at least one');
  };
}
