import { messageOf } from '../../src/errors';

/** An error as the service reports it: the name is what the SDK gives as `error.name`. */
export class ApiError extends Error {
  override readonly name: string;
  readonly status: number;

  constructor(name: string, status: number, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
    this.status = status;
  }
}

export const badRequest = (message: string) => new ApiError('BadRequestException', 400, message);
/** Not in the service's model, yet it sends it for what its front end refuses. */
const invalid = (message: string) => new ApiError('ValidationException', 400, message);
export const unsupportedResult = (message: string) =>
  new ApiError('UnsupportedResultException', 400, message);
export const statementTimedOut = () =>
  new ApiError('StatementTimeoutException', 400, 'Request timed out: the statement ran out of its time');
export const transactionNotFound = (id: string) =>
  new ApiError('TransactionNotFoundException', 404, `Transaction ${id} is not found`);
/** Unmodelled as well; seen for infinite timestamps. */
export const internalFailure = (message: string) => new ApiError('InternalFailure', 500, message);
export const tooLarge = () => badRequest('Database returned more than the allowed response size limit');

/** SQLSTATEs of a server that is starting, stopping or full: the service answers as if there were none. */
const UNAVAILABLE = new Set(['57P01', '57P02', '57P03', '53300']);
/** What a mistake in this program throws, not a driver. */
const DEFECTS = [TypeError, RangeError, ReferenceError] as const;
const SEVERAL_COMMANDS = 'cannot insert multiple commands into a prepared statement';

function property(thrown: unknown, name: string): string | undefined {
  if (typeof thrown !== 'object' || thrown === null) return undefined;
  const value: unknown = Reflect.get(thrown, name);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** The first message that says something: a refused connection to a name with two addresses has an empty one of its own. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.message === '' && thrown.errors.length > 0) {
    return reasonOf(thrown.errors[0]);
  }
  return messageOf(thrown);
}

/** What a driver threw, as the service reports it: PostgreSQL's errors with their SQLSTATE, everything else as an unavailable database. */
export function fromDriver(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  if (DEFECTS.some((defect) => thrown instanceof defect)) {
    return new ApiError('InternalServerErrorException', 500, reasonOf(thrown), thrown);
  }
  const sqlState = property(thrown, 'code');
  const severity = property(thrown, 'severity');
  if (sqlState === undefined || severity === undefined || UNAVAILABLE.has(sqlState)) {
    return new ApiError('DatabaseUnavailableException', 504, reasonOf(thrown), thrown);
  }
  const message = messageOf(thrown);
  if (sqlState === '42601' && message === SEVERAL_COMMANDS)
    return invalid("Multistatements aren't supported");
  const position = property(thrown, 'position');
  const where = position === undefined ? '' : `; Position: ${position}`;
  return new ApiError(
    'DatabaseErrorException',
    400,
    `${severity}: ${message}${where}; SQLState: ${sqlState}`,
    thrown,
  );
}
