import type { Clock } from '../clock';
import { PushError } from '../errors';

/** How often a request is sent at most. PUT, DELETE and GET are idempotent, so a repeated one changes nothing more. */
export const MAX_ATTEMPTS = 4;

/** Milliseconds. The longest wait before the second attempt; it doubles with each further one. */
const FIRST_DELAY = 200;

/** Milliseconds. No wait grows beyond this by doubling. */
const LONGEST_DELAY = 3_000;

/** Seconds. A gateway that asks for a longer pause gets none: the next scheduled run comes before it would be over. */
export const LONGEST_RETRY_AFTER = 20;

interface FailedAttempt {
  /** 1 for the first. */
  readonly attempt: number;
  /** From 0 up to, not including, 1. */
  readonly random: number;
  /** What the gateway asked for, in seconds. */
  readonly retryAfter?: number | undefined;
}

/**
 * Milliseconds to wait after a failed attempt: full jitter (anything between nothing and the doubled limit),
 * so that many callers do not come back at once, and on top of what the gateway asked for.
 */
export function retryDelay({ attempt, random, retryAfter = 0 }: FailedAttempt): number {
  return retryAfter * 1_000 + random * Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempt - 1));
}

/**
 * Seconds that a Retry-After header asks for: a number, or a date by the answer's own clock.
 * @param date the answer's Date header. Undefined when there is nothing that can be read.
 */
export function retryAfterSeconds(header: string | undefined, date: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  // Date.parse makes a date of almost any number; a real one begins with the name of a day.
  if (!/^[A-Za-z]/.test(header)) return undefined;
  const seconds = (Date.parse(header) - Date.parse(date ?? '')) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
}

/** A failure that another attempt may mend, with the pause that the gateway asked for. */
export class RetryableRefusal extends PushError {
  readonly retryAfter: number | undefined;

  constructor(message: string, details: { status: number; retryAfter: number | undefined }) {
    super(message, { status: details.status, retryable: true });
    this.retryAfter = details.retryAfter;
  }
}

interface RetryOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Told of each failure that is followed by another attempt. */
  readonly onRetry: (failure: PushError, attempt: number, delayMs: number) => void;
}

/** Repeats what fails with a retryable PushError. @throws the last failure, or the signal's reason when time is over. */
export async function withRetries<T>(attemptOnce: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, random, signal, onRetry } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce();
    } catch (thrown) {
      signal.throwIfAborted();
      if (!(thrown instanceof PushError) || !thrown.retryable || attempt >= MAX_ATTEMPTS) throw thrown;
      const retryAfter = thrown instanceof RetryableRefusal ? thrown.retryAfter : undefined;
      if (retryAfter !== undefined && retryAfter > LONGEST_RETRY_AFTER) throw thrown;
      const delayMs = retryDelay({ attempt, random: random(), retryAfter });
      onRetry(thrown, attempt, delayMs);
      await clock.sleep(delayMs, signal);
    }
  }
}
