import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../src/clock';
import { delayBefore, type Failure, MAX_ATTEMPTS, type Verdict, withRetries } from '../../src/database/retry';

/** A clock whose waits end at once and are written down. */
function recordingClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    elapsed: () => 0,
    now: () => 0,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      slept.push(ms);
    },
  };
}

function judge(thrown: unknown): Failure {
  return { verdict: thrown as Verdict, error: new Error(`judged ${String(thrown)}`) };
}

interface Script {
  readonly outcomes: readonly (Verdict | 'ok')[];
  readonly idempotent: boolean;
}

async function play({ outcomes, idempotent }: Script) {
  const clock = recordingClock();
  let sent = 0;
  const result = await withRetries({
    attempt: async () => {
      const outcome = outcomes[sent];
      sent += 1;
      if (outcome !== 'ok') throw outcome;
      return 'done';
    },
    judge,
    idempotent,
    clock,
    random: () => 0.5,
    signal: new AbortController().signal,
    onRepeat: () => {},
  }).catch((thrown: unknown) => thrown);
  return { result, sent, slept: clock.slept };
}

describe('delayBefore', () => {
  it('gives a final answer no other attempt', () => {
    expect(delayBefore({ verdict: 'final', failures: 1, idempotent: true }, 0.5)).toBeUndefined();
  });

  it('gives a statement whose answer was lost another attempt only when it is idempotent', () => {
    expect(delayBefore({ verdict: 'unknown', failures: 1, idempotent: false }, 0.5)).toBeUndefined();
    expect(delayBefore({ verdict: 'unknown', failures: 1, idempotent: true }, 0.5)).toBe(25);
  });

  it.each(['throttled', 'unreached'] as const)(
    'gives %s another attempt whatever the statement does',
    (verdict) => {
      expect(delayBefore({ verdict, failures: 1, idempotent: false }, 0.5)).toBeGreaterThan(0);
    },
  );

  it('doubles the ceiling with each failure and spreads the delay over all of it', () => {
    const unreached = { verdict: 'unreached', idempotent: true } as const;
    expect(delayBefore({ ...unreached, failures: 1 }, 0)).toBe(0);
    expect(delayBefore({ ...unreached, failures: 1 }, 1)).toBe(50);
    expect(delayBefore({ ...unreached, failures: 2 }, 1)).toBe(100);
    expect(delayBefore({ verdict: 'throttled', idempotent: true, failures: 2 }, 1)).toBe(1_000);
  });

  it.each(['throttled', 'unreached', 'unknown'] as const)('ends with the third failure of %s', (verdict) => {
    expect(delayBefore({ verdict, failures: MAX_ATTEMPTS, idempotent: true }, 0.5)).toBeUndefined();
  });

  it('waits one to two seconds for a waking cluster, however often it was asleep', () => {
    expect(delayBefore({ verdict: 'asleep', failures: 0, idempotent: false }, 0)).toBe(1_000);
    expect(delayBefore({ verdict: 'asleep', failures: 99, idempotent: false }, 0.999)).toBeCloseTo(1_999);
  });
});

describe('withRetries', () => {
  it('gives the result of the first success', async () => {
    const outcomes = ['unreached', 'throttled', 'ok'] as const;
    expect(await play({ outcomes, idempotent: false })).toEqual({
      result: 'done',
      sent: 3,
      slept: [25, 500],
    });
  });

  it('throws what the last failure was judged to be', async () => {
    const { result, sent } = await play({
      outcomes: ['unreached', 'throttled', 'unknown', 'ok'],
      idempotent: true,
    });
    expect(sent).toBe(3);
    expect(result).toEqual(new Error('judged unknown'));
  });

  it('sends a statement that is not idempotent once when its answer was lost', async () => {
    const { result, sent } = await play({ outcomes: ['unknown', 'ok'], idempotent: false });
    expect(sent).toBe(1);
    expect(result).toEqual(new Error('judged unknown'));
  });

  it('does not count the attempts that found the cluster asleep', async () => {
    const outcomes = [...Array(20).fill('asleep'), 'unknown', 'unknown', 'ok'] as Script['outcomes'];
    const { result, sent } = await play({ outcomes, idempotent: true });
    expect(result).toBe('done');
    expect(sent).toBe(23);
  });

  it('leaves no listener on a signal that outlives it', async () => {
    const { signal } = new AbortController();
    const clock = recordingClock();
    let sent = 0;
    await withRetries({
      attempt: async () => {
        sent += 1;
        if (sent < 3) throw 'asleep';
      },
      judge,
      idempotent: true,
      clock,
      random: () => 0,
      signal,
      onRepeat: () => {},
    });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('makes no attempt when the signal has aborted before', async () => {
    const reason = new Error('no time left');
    let sent = 0;
    const waiting = withRetries({
      attempt: async () => {
        sent += 1;
      },
      judge,
      idempotent: true,
      clock: recordingClock(),
      random: () => 0,
      signal: AbortSignal.abort(reason),
      onRepeat: () => {},
    });
    await expect(waiting).rejects.toBe(reason);
    expect(sent).toBe(0);
  });

  it.each([
    ['an attempt that never settles', { attempt: () => new Promise<never>(() => {}), sleeps: false }],
    ['a wait that never ends', { attempt: () => Promise.reject('asleep'), sleeps: true }],
  ])("rejects with the signal's reason during %s", async (_, { attempt, sleeps }) => {
    const controller = new AbortController();
    const reason = new Error('the budget is spent');
    const slept = Promise.withResolvers<void>();
    const waiting = withRetries({
      attempt,
      judge,
      idempotent: true,
      clock: {
        elapsed: () => 0,
        now: () => 0,
        sleep: () => {
          slept.resolve();
          return new Promise(() => {});
        },
      },
      random: () => 0,
      signal: controller.signal,
      onRepeat: () => {},
    });
    if (sleeps) await slept.promise;
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it("rejects with the signal's reason when the attempt fails because of it", async () => {
    const controller = new AbortController();
    const reason = new Error('the budget is spent');
    const waiting = withRetries({
      attempt: async () => {
        controller.abort(reason);
        throw 'unknown';
      },
      judge,
      idempotent: true,
      clock: recordingClock(),
      random: () => 0,
      signal: controller.signal,
      onRepeat: () => {},
    });
    await expect(waiting).rejects.toBe(reason);
  });
});
