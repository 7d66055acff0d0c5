import { afterAll, beforeAll } from '@jest/globals';

/**
 * Starts something before the tests of the `describe` that this is called in, and stops it after them.
 * @param limitMs for starting, and for stopping.
 * @param started gets it before the first test; what it does is a part of starting.
 */
export function duringTests<T extends { stop(): Promise<void> }>(
  limitMs: number,
  start: () => Promise<T>,
  started: (running: T) => void | Promise<void>,
): void {
  let running: T | undefined;
  beforeAll(async () => {
    running = await start();
    await started(running);
  }, limitMs);
  afterAll(async () => {
    await running?.stop();
  }, limitMs);
}
