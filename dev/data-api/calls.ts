import type { Backend, RawResult, Session } from './backend';
import { bind } from './binding';
import { ApiError, badRequest, fromDriver, statementTimedOut } from './errors';
import type { Limits } from './limits';
import {
  type BatchRequest,
  batchRequest,
  beginRequest,
  type ExecuteRequest,
  endRequest,
  executeRequest,
  parseBody,
  type Target,
} from './request';
import { executeResponse, needsTypeNames } from './result';
import type { Transactions } from './transactions';
import { createTypeNames } from './type-names';

/** Answers one request's body with a JSON text. `disconnected` aborts when the client is gone. */
export type Call = (body: string, disconnected: AbortSignal) => Promise<string>;

/** The calls by path. They throw ApiError only. */
export function createCalls(
  backend: Backend,
  transactions: Transactions,
  limits: Limits,
): ReadonlyMap<string, Call> {
  const typeNames = createTypeNames();

  function checkTarget({ resourceArn, secretArn, schema, database }: Target): void {
    if (resourceArn === '') throw badRequest('resourceArn is empty');
    if (secretArn === '') throw badRequest('secretArn is empty');
    if (schema !== undefined && schema !== '') throw badRequest('The parameter schema is not supported');
    if (database !== undefined && database !== '' && database !== backend.database) {
      throw new ApiError(
        'DatabaseErrorException',
        400,
        `FATAL: database "${database}" does not exist (this endpoint serves "${backend.database}"); SQLState: 3D000`,
      );
    }
  }

  /**
   * Runs work in a session of the request's. The answer comes at the time limit at the latest; the work is
   * then cancelled, or with `continues` left to end by itself.
   */
  async function inSession<T>(
    target: Target,
    disconnected: AbortSignal,
    continues: boolean,
    work: (session: Session, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const timedOut = new AbortController();
    const timer = setTimeout(() => timedOut.abort(statementTimedOut()), limits.statementMs);
    const limit = Promise.withResolvers<never>();
    timedOut.signal.addEventListener('abort', () => limit.reject(timedOut.signal.reason));
    limit.promise.catch(() => undefined);
    const signal = continues ? disconnected : AbortSignal.any([disconnected, timedOut.signal]);
    const id = target.transactionId;
    const done =
      id === undefined
        ? backend.session((session) => work(session, signal), signal)
        : transactions.use(id, (session) => work(session, signal));
    try {
      return await Promise.race([done, limit.promise]);
    } finally {
      clearTimeout(timer);
      done.catch(() => undefined);
    }
  }

  async function execute(request: ExecuteRequest, disconnected: AbortSignal): Promise<string> {
    checkTarget(request);
    const statement = bind(request.sql, request.parameters);
    const shape = {
      metadata: request.includeResultMetadata,
      formatted: request.formatRecordsAs === 'JSON',
      options: request.resultSetOptions,
    };
    // Bytes in a result are twice as long in PostgreSQL's text form as their JSON may be.
    const maxBytes = 2 * (shape.formatted ? limits.formattedBytes : limits.responseBytes);
    return await inSession(request, disconnected, request.continueAfterTimeout, async (session, signal) => {
      const result: RawResult = await session.run(statement, { signal, maxBytes });
      const names = needsTypeNames(result, shape)
        ? await typeNames.of(
            result.columns.map(({ typeOid }) => typeOid),
            session,
            signal,
          )
        : new Map<number, string>();
      return executeResponse(result, names, shape, limits);
    });
  }

  /** Outside a transaction the sets are one: all of them take effect or none. */
  async function batch(request: BatchRequest, disconnected: AbortSignal): Promise<string> {
    checkTarget(request);
    const sets = request.parameterSets.length === 0 ? [[]] : request.parameterSets;
    const statements = sets.map((parameters) => bind(request.sql, parameters));
    const own = request.transactionId === undefined;
    await inSession(request, disconnected, false, async (session, signal) => {
      const run = (sql: string) => session.run({ sql, values: [] }, { signal, maxBytes: 0 });
      if (own) await run('BEGIN');
      for (const statement of statements) {
        await session.run(statement, { signal, maxBytes: limits.responseBytes });
      }
      // After a failure the session's owner rolls back.
      if (own) await run('COMMIT');
    });
    return JSON.stringify({ updateResults: request.parameterSets.map(() => ({ generatedFields: [] })) });
  }

  async function begin(target: Target, disconnected: AbortSignal): Promise<string> {
    checkTarget(target);
    const limit = AbortSignal.timeout(limits.statementMs);
    const transactionId = await transactions
      .begin(AbortSignal.any([disconnected, limit]))
      .catch((thrown: unknown) => {
        throw limit.aborted ? statementTimedOut() : thrown;
      });
    // Nobody knows its id: left alone it would hold its session until it was idle for too long.
    if (disconnected.aborted) await transactions.rollback(transactionId);
    return JSON.stringify({ transactionId });
  }

  const calls: Readonly<Record<string, Call>> = {
    '/Execute': (body, disconnected) => execute(parseBody(executeRequest, body), disconnected),
    '/BatchExecute': (body, disconnected) => batch(parseBody(batchRequest, body), disconnected),
    '/BeginTransaction': (body, disconnected) => begin(parseBody(beginRequest, body), disconnected),
    '/CommitTransaction': async (body) => {
      await transactions.commit(parseBody(endRequest, body).transactionId);
      return JSON.stringify({ transactionStatus: 'Transaction Committed' });
    },
    '/RollbackTransaction': async (body) => {
      await transactions.rollback(parseBody(endRequest, body).transactionId);
      return JSON.stringify({ transactionStatus: 'Rollback Complete' });
    },
  };
  const guarded = (call: Call): Call => {
    return async (body, disconnected) => {
      try {
        return await call(body, disconnected);
      } catch (thrown) {
        throw fromDriver(thrown);
      }
    };
  };
  return new Map(Object.entries(calls).map(([path, call]) => [path, guarded(call)]));
}
