import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TimeoutError } from '../../src/errors';
import { createBudget, settleBy, within } from '../../src/jobs/budget';

describe('createBudget', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('keeps 10 s back for the push and 1 s to return, of a Lambda run of 50 s', () => {
    const budget = createBudget(50_000);
    jest.advanceTimersByTime(38_999);
    expect(budget.work.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(budget.work.aborted).toBe(true);
    jest.advanceTimersByTime(9_999);
    expect(budget.run.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(budget.run.aborted).toBe(true);
    expect(budget.run.reason).toBeInstanceOf(TimeoutError);
  });

  it('leaves half of a very short run for the work', () => {
    expect(createBudget(400)).toMatchObject({ workMs: 200, runMs: 300 });
  });

  it('leaves no timer behind', () => {
    createBudget(50_000).dispose();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('settleBy', () => {
  it('gives what the work gives', async () => {
    await expect(settleBy(new AbortController().signal, async () => 5)).resolves.toBe(5);
  });

  it('rejects as soon as the signal aborts, though the work goes on', async () => {
    const controller = new AbortController();
    const settled = settleBy(controller.signal, () => Promise.withResolvers<never>().promise);
    controller.abort(new Error('over'));
    await expect(settled).rejects.toThrow('over');
  });

  it('does not start work whose time is over', async () => {
    const work = jest.fn<() => Promise<void>>();
    await expect(settleBy(AbortSignal.abort(new Error('over')), work)).rejects.toThrow('over');
    expect(work).not.toHaveBeenCalled();
  });
});

describe('within', () => {
  it('says which limit was reached', async () => {
    const never = () => Promise.withResolvers<never>().promise;
    await expect(within(new AbortController().signal, 10, 'the part had 10 ms', never)).rejects.toThrow(
      'the part had 10 ms',
    );
  });
});
