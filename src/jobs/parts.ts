import type { Clock } from '../clock';
import { settleBy } from './budget';

/** What became of one part of a run, and how long it took in seconds. */
export interface PartResult<T> {
  readonly name: string;
  readonly seconds: number;
  readonly outcome:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly error: unknown };
}

export interface Part<T> {
  readonly name: string;
  run(signal: AbortSignal): Promise<T>;
}

/** Seconds since `clock.elapsed()` was `start`, to the microsecond: more digits are noise. */
export function secondsSince(start: number, clock: Clock): number {
  return Math.round((clock.elapsed() - start) * 1_000) / 1_000_000;
}

/**
 * Runs parts side by side. One that fails, or does not end when the signal aborts, is its own failure and nobody
 * else's. Settles as soon as every part did, or the signal aborts.
 */
export function runParts<T>(
  parts: readonly Part<T>[],
  signal: AbortSignal,
  clock: Clock,
): Promise<PartResult<T>[]> {
  return Promise.all(
    parts.map(async ({ name, run }): Promise<PartResult<T>> => {
      const start = clock.elapsed();
      const outcome = await settleBy(signal, run).then(
        (value) => ({ ok: true, value }) as const,
        (error: unknown) => ({ ok: false, error }) as const,
      );
      return { name, seconds: secondsSince(start, clock), outcome };
    }),
  );
}
