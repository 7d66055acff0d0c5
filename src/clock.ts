import { setTimeout as delay } from 'node:timers/promises';

/** Time as the program sees it; injected, so that a test decides what time it is. */
export interface Clock {
  /** Milliseconds from an arbitrary start; never goes back. For durations and deadlines. */
  elapsed(): number;
  /** Milliseconds since 1970-01-01T00:00:00Z. For log lines and checks: what is counted uses the database's clock. */
  now(): number;
  /** Resolves after `ms` milliseconds, rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  elapsed: () => performance.now(),
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, { signal }).catch((thrown: unknown) => {
      signal.throwIfAborted();
      throw thrown;
    });
  },
};
