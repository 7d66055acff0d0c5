import type { Database, Parameter, Row } from '../database/database';
import { LedgerError, QueryError } from '../errors';

/** The schema in the application's database that holds everything of the ledger. */
export const SCHEMA = 'reviewmaps_monitoring';

/** One statement that calls the ledger; it may be repeated. @throws LedgerError */
export async function callLedger(
  database: Database,
  sql: string,
  parameters: Readonly<Record<string, Parameter>>,
  signal: AbortSignal,
): Promise<readonly Row[]> {
  try {
    return await database.query({ sql, parameters, idempotent: true }, signal);
  } catch (thrown) {
    throw explained(thrown);
  }
}

export function asText(value: string | null): Parameter {
  return { type: 'text', value };
}

export function asFloat(value: number): Parameter {
  return { type: 'float8', value };
}

/** A label set as the ledger gives it. */
export function parseLabels(json: string): Record<string, string> {
  const parsed: unknown = JSON.parse(json);
  if (typeof parsed !== 'object' || parsed === null)
    throw new LedgerError(`the ledger gave labels that are no object: ${json}`);
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, String(value)]));
}

export const LEDGER_IS_OLDER = 'the ledger is older than this program: run "npm run migrate"';

/** What a SQLSTATE means when it comes from the ledger, and what to do. Codes: PostgreSQL's appendix "Error Codes". */
const ADVICE: Readonly<Record<string, string>> = {
  '3F000': `the ledger's schema ${SCHEMA} does not exist: run "npm run migrate"`,
  '42883': LEDGER_IS_OLDER,
  '42501':
    'the database role may not use the ledger or read the table: run "npm run migrate -- --grant-to ROLE", and grant SELECT on the table',
  '55P03': 'another run holds the ledger and did not let go in time',
};

function explained(thrown: unknown): unknown {
  if (!(thrown instanceof QueryError)) return thrown;
  const advice = thrown.sqlState === undefined ? undefined : ADVICE[thrown.sqlState];
  return new LedgerError(advice ?? thrown.message, {
    cause: thrown,
    retryable: thrown.retryable,
    sqlState: thrown.sqlState,
  });
}
