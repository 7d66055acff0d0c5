import { messageOf, QueryError } from '../errors';
import { inWords } from './duration';
import { down, type ProbeOutcome } from './probe';

interface Attempt {
  readonly signal: AbortSignal;
  /** How long the statement was waited for. */
  readonly seconds: number;
}

/**
 * What a statement that failed says about its service.
 * @throws what was thrown, when it is neither the database's nor the clock's doing: a defect.
 */
export function queryFailure(thrown: unknown, { signal, seconds }: Attempt): ProbeOutcome {
  if (signal.aborted) {
    const waited = `the database did not answer within ${inWords(seconds)}`;
    return down('timeout', `${waited}; a cluster that resumes was waited for until then`, thrown);
  }
  if (!(thrown instanceof QueryError)) throw thrown;
  if (thrown.sqlState !== undefined) {
    return down(
      'query',
      `the database refused the query with SQLSTATE ${thrown.sqlState}: ${thrown.message}`,
      thrown,
    );
  }
  return thrown.retryable
    ? down('connect', `the database could not be reached: ${messageOf(thrown)}`, thrown)
    : down('query', `the query could not be run: ${messageOf(thrown)}`, thrown);
}
