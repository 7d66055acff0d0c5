import { LedgerError, messageOf, PushError, QueryError, TimeoutError } from '../errors';
import { within } from '../jobs/budget';
import { type Check, type CheckContext, change, type Finding, fail } from './check';

/** Milliseconds for a check that says nothing else: a slow gateway or a busy database still answers within it. */
const CHECK_LIMIT_MS = 20_000;
const BUSY = 'run it again; if that stays so, look in pg_stat_activity for what the statement waits for';

/** What became of a check. A skipped one did not run, since something that it needs failed. */
export interface Result extends Omit<Finding, 'status'> {
  readonly name: string;
  readonly status: Finding['status'] | 'skip';
  readonly seconds: number;
}

/**
 * Starts every check, each as soon as those that it needs are done. None rejects, and all settle when the signal aborts.
 * @returns their results in the order of the checks, so that a report can follow them.
 */
export function startChecks(checks: readonly Check[], context: CheckContext): readonly Promise<Result>[] {
  const started = new Map<string, Promise<Result>>();
  for (const check of checks) {
    const needs = (check.needs ?? []).map((name) => {
      const need = started.get(name);
      if (need === undefined)
        throw new TypeError(`${check.name} needs "${name}", which is not a check before it`);
      return need;
    });
    started.set(check.name, runCheck(check, needs, context));
  }
  return [...started.values()];
}

async function runCheck(
  check: Check,
  needs: readonly Promise<Result>[],
  context: CheckContext,
): Promise<Result> {
  const { name, limitMs = CHECK_LIMIT_MS } = check;
  const missing = (await Promise.all(needs)).filter(({ status }) => status === 'fail' || status === 'skip');
  if (missing.length > 0) {
    const names = missing.map((need) => need.name).join(', ');
    return { name, status: 'skip', text: `needs: ${names}`, fixes: [], seconds: 0 };
  }
  const start = context.clock.elapsed();
  const limit = `no answer within ${limitMs / 1_000} s`;
  const finding = await within(context.signal, limitMs, limit, (signal) =>
    check.run({ ...context, signal }),
  ).catch((thrown: unknown) => failure(thrown, check));
  return { name, ...finding, seconds: (context.clock.elapsed() - start) / 1_000 };
}

function failure(thrown: unknown, { whenSilent = BUSY }: Check): Finding {
  return thrown instanceof TimeoutError ? fail(thrown.message, change(whenSilent)) : fail(sentenceOf(thrown));
}

function sentenceOf(thrown: unknown): string {
  if (thrown instanceof QueryError && thrown.sqlState !== undefined) {
    return `${thrown.message} (SQLSTATE ${thrown.sqlState})`;
  }
  const known = [QueryError, PushError, LedgerError].some((type) => thrown instanceof type);
  return known ? messageOf(thrown) : `the check itself failed: ${messageOf(thrown)}`;
}
