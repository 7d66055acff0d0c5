/** Lets one holder in at a time, in the order of asking. */
export interface Queue {
  /**
   * Waits for the turn; the holder calls what it gets, once, when it is done.
   * @throws the signal's reason when it aborts before the turn comes.
   */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createQueue(): Queue {
  let last = Promise.resolve();
  return {
    async enter(signal) {
      signal.throwIfAborted();
      const turn = last;
      const { promise: left, resolve: leave } = Promise.withResolvers<void>();
      last = turn.then(() => left);
      const aborted = Promise.withResolvers<never>();
      const onAbort = () => {
        leave();
        aborted.reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await Promise.race([turn, aborted.promise]);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
      return leave;
    },
  };
}
