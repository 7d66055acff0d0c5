import type { DatabaseAddress } from '../config/config';
import { QueryError } from '../errors';
import { meaningOfConnection } from './connection-failures';
import type { Failure, Verdict } from './retry';
import { meaningOfAnswer } from './service-answers';
import { look, type Meaning, type Thrown } from './thrown';

/** States in which nothing ran, or what ran was rolled back, and in which another attempt may pass at once. */
const NOTHING_RAN: Readonly<Record<string, Verdict>> = {
  '40001': 'unreached', // serialization_failure
  '40P01': 'unreached', // deadlock_detected
  '53300': 'throttled', // too_many_connections
  '57P03': 'throttled', // cannot_connect_now: starting up
};
/** States after which nobody knows: a connection that failed, a server that was stopped or crashed. */
const CONNECTION_LOST = /^(08...|57P01|57P02)$/;
/** States that a later run may find gone: no resources, a lock that is held, a statement that was cancelled. */
const PASSING = /^(53...|55P03|57014)$/;

/**
 * What a failed call of the RDS Data API means, and whether the statement may be sent again. The error's message
 * says what to do and what the service said; PostgreSQL's own words stay as they are.
 */
export function judgeFailure(thrown: unknown, address: DatabaseAddress): Failure {
  const seen = look(thrown);
  const sqlState = lastSqlState(seen.message);
  // Older clusters report PostgreSQL's errors as bad requests.
  if (
    seen.name === 'DatabaseErrorException' ||
    (seen.name === 'BadRequestException' && sqlState !== undefined)
  ) {
    return refusedByPostgres(seen.message, sqlState, thrown);
  }
  const meaning = meaningOfAnswer(seen, address) ?? meaningOfConnection(seen) ?? UNKNOWN_TO_US;
  const mayHaveRun = meaning.verdict === 'unknown' ? '; the statement may have run' : '';
  const quoted = meaning.quoted ?? true;
  return {
    verdict: meaning.verdict,
    error: new QueryError(`${meaning.sentence}${mayHaveRun}${quoted ? quote(seen) : ''}`, {
      retryable: meaning.verdict !== 'final' || meaning.passing === true,
      ...(quoted ? { cause: thrown } : {}),
    }),
  };
}

const UNKNOWN_TO_US: Meaning = { verdict: 'final', sentence: 'the RDS Data API could not be called' };

function quote({ name, firstLine, code }: Thrown): string {
  const said = firstLine === '' || firstLine === 'UnknownError' ? code : firstLine;
  return said === undefined ? ` (${name})` : ` (${name}: ${said})`;
}

/** The message repeats what PostgreSQL was given, which may contain the mark as well: the last one is the state. */
function lastSqlState(message: string): string | undefined {
  return [...message.matchAll(/SQLState: ([0-9A-Z]{5})\b/g)].at(-1)?.[1];
}

function refusedByPostgres(message: string, sqlState: string | undefined, cause: unknown): Failure {
  const words = message.replace(/^ERROR:\s*/, '').replace(/;?\s*SQLState: [0-9A-Z]{5}\s*$/, '');
  const verdict = verdictOf(sqlState ?? '');
  const retryable = verdict !== 'final' || PASSING.test(sqlState ?? '');
  return { verdict, error: new QueryError(words, { sqlState, retryable, cause }) };
}

function verdictOf(sqlState: string): Verdict {
  if (CONNECTION_LOST.test(sqlState)) return 'unknown';
  return (Object.hasOwn(NOTHING_RAN, sqlState) ? NOTHING_RAN[sqlState] : undefined) ?? 'final';
}
