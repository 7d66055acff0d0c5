import type { FreshnessProbeConfig } from '../config/config';
import type { Row, Statement } from '../database/database';
import { qualified, quoted } from '../database/identifier';
import { onlyRow, quantityOrNull } from '../database/read';
import { QueryError } from '../errors';
import { inWords } from './duration';
import { down, type Probe } from './probe';
import { queryFailure } from './query-failure';

/** PostgreSQL's codes for a table and for a column that does not exist. */
const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';

/**
 * Up when the newest value of a timestamp column is younger than the limit, by the database's clock. Values
 * in the future do not count: one wrong date must not hide that nothing arrives any more.
 */
export function freshnessProbe(config: FreshnessProbeConfig): Probe {
  const statement = newestAge(config);
  const { column, table, maxAgeSeconds } = config;
  const place = `column "${column}" of table "${table.label}"`;

  return async ({ clock, database, signal }) => {
    const started = clock.elapsed();
    let rows: readonly Row[];
    try {
      rows = await database.query(statement, signal);
    } catch (thrown) {
      const state = thrown instanceof QueryError && !signal.aborted ? thrown.sqlState : undefined;
      if (state === UNDEFINED_TABLE) return down('missing', `table "${table.label}" does not exist`, thrown);
      if (state === UNDEFINED_COLUMN) return down('missing', `${place} does not exist`, thrown);
      return queryFailure(thrown, { signal, seconds: (clock.elapsed() - started) / 1000 });
    }
    const age = quantityOrNull(onlyRow(rows), 'age_seconds');
    if (age === null) return down('missing', `${place} has no value up to now`);
    if (age <= maxAgeSeconds) return { up: true };
    return down(
      'stale',
      `the newest value in ${place} is ${inWords(age)} old, expected at most ${inWords(maxAgeSeconds)}`,
    );
  };
}

/**
 * max() with only a range on its own column is one descent of a btree index on that column, to the newest
 * entry up to now (NULLs are outside the range), in whichever direction and order of NULLs it was built.
 * now() and not clock_timestamp(): an index condition has to be stable within the statement.
 */
function newestAge({ column, table }: FreshnessProbeConfig): Statement {
  const value = quoted(column);
  return {
    sql: `SELECT extract(epoch FROM now() - max(${value}))::float8 AS age_seconds
FROM ${qualified(table)}
WHERE ${value} <= now()`,
    idempotent: true,
  };
}
