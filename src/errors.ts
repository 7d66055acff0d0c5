/**
 * The errors of this project. Names are literal so that a minified bundle keeps them, and each carries
 * what the adapter that raised it knows: whether another attempt can help, and the cause.
 */
interface ErrorDetails {
  /** What was caught, if this error wraps another. */
  cause?: unknown;
  /** True when the same call may succeed if it is made again later. Default false. */
  retryable?: boolean;
}

abstract class MonitoringError extends Error {
  abstract override readonly name: string;
  readonly retryable: boolean;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.retryable = details.retryable ?? false;
  }
}

/** Something a user wrote is wrong. `problems` has one sentence each, with the key and the fix. */
export class ConfigError extends MonitoringError {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  /** @param what has the problems; the beginning of the message. */
  constructor(problems: readonly string[], what = 'The configuration') {
    super(
      `${what} has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.problems = Object.freeze([...problems]);
  }
}

abstract class SqlError extends MonitoringError {
  /** The five characters PostgreSQL gives for what went wrong, when it was PostgreSQL that failed. */
  readonly sqlState: string | undefined;

  constructor(message: string, details: ErrorDetails & { sqlState?: string | undefined } = {}) {
    super(message, details);
    this.sqlState = details.sqlState;
  }
}

/** A statement failed, or answered with something that its collector cannot use. */
export class QueryError extends SqlError {
  override readonly name = 'QueryError';
}

/** The ledger is missing, older than this program, or refused a call. */
export class LedgerError extends SqlError {
  override readonly name = 'LedgerError';
}

/** The Pushgateway could not be reached, or refused what was sent. */
export class PushError extends MonitoringError {
  override readonly name = 'PushError';
  /** HTTP status of the gateway's answer, if it answered. */
  readonly status: number | undefined;

  constructor(message: string, details: ErrorDetails & { status?: number | undefined } = {}) {
    super(message, details);
    this.status = details.status;
  }
}

/** The time that this piece of work was given is over. */
export class TimeoutError extends MonitoringError {
  override readonly name = 'TimeoutError';
}

/** What can be said of anything that was thrown, for a person. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
