import type { Clock } from '../clock';

/**
 * What a failed attempt says about the next one.
 *
 * - `final`: the same call gives the same answer.
 * - `asleep`: a paused cluster is waking; the call was cancelled, nothing ran.
 * - `throttled`: turned away for lack of room, nothing ran.
 * - `unreached`: nothing ran, and there is no sign of load.
 * - `unknown`: it may have run, and its answer is lost.
 */
export type Verdict = 'final' | 'asleep' | 'throttled' | 'unreached' | 'unknown';

export interface Failure {
  readonly verdict: Verdict;
  /** What the caller gets when there is no other attempt. */
  readonly error: Error;
}

/** Attempts in all for what should pass within moments; a waking cluster does not use them up. */
export const MAX_ATTEMPTS = 3;

/** Doubles with each failure, then full jitter: the schedule of the AWS SDKs, which start at 50 ms. */
const BASE_MS = 50;
/** Throttling needs longer to pass than a broken connection. */
const THROTTLED_BASE_MS = 500;
/** A paused cluster takes 15 s, or over 30 s after a day's pause: between one and two seconds a step. */
const ASLEEP_MS = 1_000;

interface Situation {
  readonly verdict: Verdict;
  /** How many attempts have failed, those that found the cluster asleep left out. */
  readonly failures: number;
  readonly idempotent: boolean;
}

/**
 * Milliseconds to wait before the next attempt; undefined when there must be none.
 * @param random from 0 up to, not including, 1
 */
export function delayBefore(
  { verdict, failures, idempotent }: Situation,
  random: number,
): number | undefined {
  if (verdict === 'final') return undefined;
  if (verdict === 'asleep') return ASLEEP_MS * (1 + random);
  if (failures >= MAX_ATTEMPTS) return undefined;
  if (verdict === 'unknown' && !idempotent) return undefined;
  const base = verdict === 'throttled' ? THROTTLED_BASE_MS : BASE_MS;
  return base * 2 ** (failures - 1) * random;
}

interface RetryOptions<T> {
  readonly attempt: () => Promise<T>;
  readonly judge: (thrown: unknown) => Failure;
  readonly idempotent: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  /** The only bound on waiting. */
  readonly signal: AbortSignal;
  /** Told before each wait. */
  readonly onRepeat: (failure: Failure, delayMs: number) => void;
}

/**
 * Makes attempts until one succeeds or none is allowed any more.
 * @throws the last failure's error; the signal's reason as soon as it aborts, whether or not the attempt settles.
 */
export async function withRetries<T>(options: RetryOptions<T>): Promise<T> {
  const { attempt, judge, idempotent, clock, random, signal, onRepeat } = options;
  let failures = 0;
  for (;;) {
    signal.throwIfAborted();
    let failure: Failure;
    try {
      return await untilAborted(attempt(), signal);
    } catch (thrown) {
      signal.throwIfAborted();
      failure = judge(thrown);
    }
    if (failure.verdict !== 'asleep') failures += 1;
    const delayMs = delayBefore({ verdict: failure.verdict, failures, idempotent }, random());
    if (delayMs === undefined) throw failure.error;
    onRepeat(failure, delayMs);
    await untilAborted(clock.sleep(delayMs, signal), signal);
  }
}

/** The promise's outcome, or the signal's reason if that comes first. What settles later is dropped. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
