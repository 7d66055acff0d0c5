import { TimeoutError } from '../errors';

/** Seconds as milliseconds. */
const SECOND = 1_000;
/** Kept back at the very end, so that the run returns before Lambda ends it. */
const RETURN_RESERVE_MS = 1 * SECOND;
/** Kept back for rendering and pushing: three attempts at a slow gateway fit. */
const PUSH_RESERVE_MS = 10 * SECOND;
/** Of a run that is given little time, at most this share is kept back for each. */
const LARGEST_RESERVE_SHARE = 0.25;

/** The time that a run has, as two signals. */
export interface Budget {
  /** Aborts when collecting must end, so that what is there can still be pushed. */
  readonly work: AbortSignal;
  /** Aborts when the run must end. */
  readonly run: AbortSignal;
  /** Milliseconds from the start until `run` aborts. */
  readonly runMs: number;
  /** Milliseconds from the start until `work` aborts. */
  readonly workMs: number;
  /** Ends the timers; call it when the run is over. */
  dispose(): void;
}

/** @param remainingMs what Lambda's `getRemainingTimeInMillis()` gives at the start of the run. */
export function createBudget(remainingMs: number): Budget {
  const share = remainingMs * LARGEST_RESERVE_SHARE;
  const runMs = Math.max(0, remainingMs - Math.min(RETURN_RESERVE_MS, share));
  const workMs = Math.max(0, runMs - Math.min(PUSH_RESERVE_MS, share));
  const work = timer(workMs, `no time left: collecting had ${(workMs / SECOND).toFixed(1)} s`);
  const run = timer(runMs, `no time left: the run had ${(runMs / SECOND).toFixed(1)} s`);
  return {
    work: work.signal,
    run: run.signal,
    runMs,
    workMs,
    dispose: () => {
      work.clear();
      run.clear();
    },
  };
}

interface Timer {
  readonly signal: AbortSignal;
  clear(): void;
}

function timer(ms: number, sentence: string): Timer {
  const controller = new AbortController();
  const handle = setTimeout(() => controller.abort(new TimeoutError(sentence)), ms);
  return { signal: controller.signal, clear: () => clearTimeout(handle) };
}

/** A signal that aborts with `parent` or after `ms` milliseconds, with `sentence` in its TimeoutError. */
export async function within<T>(
  parent: AbortSignal,
  ms: number,
  sentence: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = timer(ms, sentence);
  try {
    return await settleBy(AbortSignal.any([parent, limit.signal]), work);
  } finally {
    limit.clear();
  }
}

/** Runs `work`, and rejects with the signal's reason as soon as it aborts, whether `work` heeds the signal or not. */
export async function settleBy<T>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => void setImmediate(() => reject(signal.reason));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work(signal), aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
