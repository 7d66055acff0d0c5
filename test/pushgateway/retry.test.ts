import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../src/clock';
import { PushError } from '../../src/errors';
import {
  LONGEST_RETRY_AFTER,
  MAX_ATTEMPTS,
  RetryableRefusal,
  retryAfterSeconds,
  retryDelay,
  withRetries,
} from '../../src/pushgateway/retry';

describe('retryDelay', () => {
  it('is anything between nothing and a limit that doubles up to three seconds', () => {
    expect([1, 2, 3, 4, 5, 6].map((attempt) => retryDelay({ attempt, random: 0.5 }))).toEqual([
      100, 200, 400, 800, 1_500, 1_500,
    ]);
    expect(retryDelay({ attempt: 3, random: 0 })).toBe(0);
  });

  it('comes on top of what the gateway asks for', () => {
    expect(retryDelay({ attempt: 1, random: 0.5, retryAfter: 2 })).toBe(2_100);
  });
});

describe('retryAfterSeconds', () => {
  it.each([
    [undefined, undefined],
    ['0', 0],
    ['17', 17],
    ['Mon, 23 Nov 2026 03:00:12 GMT', 12],
    ['Mon, 23 Nov 2026 02:00:00 GMT', 0],
    ['soon', undefined],
    ['-3', undefined],
  ])('reads %p as %p', (header, seconds) => {
    expect(retryAfterSeconds(header, 'Mon, 23 Nov 2026 03:00:00 GMT')).toBe(seconds);
  });
});

describe('withRetries', () => {
  function recording(): { clock: Clock; slept: number[] } {
    const slept: number[] = [];
    return {
      slept,
      clock: {
        elapsed: () => 0,
        now: () => 0,
        sleep: async (ms, signal) => {
          signal.throwIfAborted();
          slept.push(ms);
        },
      },
    };
  }

  async function run(
    attempts: (attempt: number) => unknown,
    clock: Clock,
    signal = new AbortController().signal,
  ): Promise<unknown> {
    let attempt = 0;
    return await withRetries(
      async () => {
        attempt += 1;
        return await attempts(attempt);
      },
      { clock, random: () => 0.5, signal, onRetry: () => undefined },
    );
  }

  const passing = new PushError('for now', { retryable: true });

  it('gives up after its last attempt with the last failure', async () => {
    const { clock, slept } = recording();
    let made = 0;
    const result = run((attempt) => {
      made = attempt;
      throw new PushError(`attempt ${attempt}`, { retryable: true });
    }, clock);
    await expect(result).rejects.toThrow(`attempt ${MAX_ATTEMPTS}`);
    expect(made).toBe(MAX_ATTEMPTS);
    expect(slept).toEqual([100, 200, 400]);
  });

  it('ends with the first success', async () => {
    const { clock, slept } = recording();
    const result = run((attempt) => {
      if (attempt < 3) throw passing;
      return 'stored';
    }, clock);
    await expect(result).resolves.toBe('stored');
    expect(slept).toHaveLength(2);
  });

  it.each([
    ['a refusal that stays', new PushError('no', { status: 400 })],
    ['something else', new TypeError('a defect')],
  ])('does not repeat %s', async (_, failure) => {
    const { clock, slept } = recording();
    await expect(
      run(() => {
        throw failure;
      }, clock),
    ).rejects.toBe(failure);
    expect(slept).toEqual([]);
  });

  it('does not wait when the gateway asks for more time than there is between two runs', async () => {
    const { clock, slept } = recording();
    const failure = new RetryableRefusal('later', { status: 429, retryAfter: LONGEST_RETRY_AFTER + 1 });
    await expect(
      run(() => {
        throw failure;
      }, clock),
    ).rejects.toBe(failure);
    expect(slept).toEqual([]);
  });

  it("throws the signal's reason, not the failure, when time ended during the attempt", async () => {
    const { clock } = recording();
    const controller = new AbortController();
    const reason = new Error('the run is over');
    await expect(
      run(
        () => {
          controller.abort(reason);
          throw passing;
        },
        clock,
        controller.signal,
      ),
    ).rejects.toBe(reason);
  });
});
