import { describe, expect, it } from '@jest/globals';
import { HeldRuns } from '../../src/fold/held';
import { inChunks, planRun } from '../../src/fold/plan';
import type { RunPush } from '../../src/fold/run-push';
import type { KnownRun } from '../../src/ledger/runs';
import { runPush } from './run-push';

function known(changes: Partial<KnownRun> = {}): KnownRun {
  return { run: 'r', started: 5, pushed: 1_000, refused: null, state: 'running', ...changes };
}

describe('planRun', () => {
  const plan = (pushed: Partial<RunPush>, knows?: Partial<KnownRun>, now = 1_010) =>
    planRun(runPush(pushed), knows === undefined ? undefined : known(knows), now, 60);

  it('tells the ledger a push that it does not know, and keeps the group of a run that goes on', () => {
    expect(plan({})).toMatchObject({ record: expect.any(String), remove: false, inFlight: true });
    expect(plan({}, { pushed: 990 })).toMatchObject({
      record: expect.any(String),
      remove: false,
      inFlight: true,
    });
  });

  it('tells it nothing about a push that it knows', () => {
    expect(plan({}, {})).toMatchObject({ record: undefined, remove: false, inFlight: true });
  });

  it('removes the group of a run that ended, whether the ledger has to be told or not', () => {
    expect(plan({ completed: 1 })).toMatchObject({
      record: expect.any(String),
      remove: true,
      inFlight: false,
    });
    expect(plan({ completed: 0 }, { state: 'failed' })).toMatchObject({
      record: undefined,
      remove: true,
      inFlight: false,
    });
  });

  it('removes a run that ended and came back, and tells the ledger', () => {
    expect(plan({ pushed: 1_001 }, { state: 'success' })).toMatchObject({
      record: expect.any(String),
      remove: true,
      inFlight: false,
      replayed: true,
    });
    // A refused push brings nothing that could be counted again.
    expect(plan({ refused: 1_001 }, { state: 'success' })).toMatchObject({
      record: undefined,
      remove: true,
      replayed: false,
    });
  });

  it('gives up a run that is silent for too long, and tells the ledger once', () => {
    expect(plan({}, {}, 1_060)).toMatchObject({ remove: false });
    expect(plan({}, {}, 1_061)).toMatchObject({
      record: expect.stringContaining('"silent":true'),
      remove: true,
      inFlight: false,
    });
    expect(plan({}, { state: 'silent' }, 1_061)).toMatchObject({ record: undefined, remove: true });
  });

  it('tells the ledger once of a push that the gateway refused; the run goes on', () => {
    const told = plan({ refused: 1_005 }, {});
    expect(told).toMatchObject({ remove: false, inFlight: true, replayed: false });
    expect(JSON.parse(told.record ?? '')).toMatchObject({ refused: 1_005, pushed: 1_000 });
    expect(plan({ refused: 1_005 }, { refused: 1_005 })).toMatchObject({ record: undefined, inFlight: true });
    expect(plan({ refused: 1_008 }, { refused: 1_005 }).record).toContain('"refused":1008');
  });

  it('takes a run for none in flight, and for none that went silent, of which no push was accepted', () => {
    const first = { accepted: false, pushed: 1_000, refused: 1_000 };
    expect(plan(first)).toMatchObject({ record: expect.any(String), remove: false, inFlight: false });
    expect(plan(first, { refused: 1_000 })).toMatchObject({ record: undefined, remove: false });
    expect(plan(first, { refused: 1_000 }, 1_061)).toMatchObject({ record: undefined, remove: true });
    expect(plan(first, undefined, 1_061)).toMatchObject({
      record: expect.stringContaining('"silent":false'),
      remove: true,
      inFlight: false,
    });
  });

  it('removes a group that must go', () => {
    expect(plan({ removed: 'poison' })).toMatchObject({
      record: expect.stringContaining('"removed":"poison"'),
      remove: true,
    });
  });
});

describe('inChunks', () => {
  const plans = (...sizes: readonly number[]) =>
    sizes.map((size) => ({ ...planRun(runPush(), undefined, 0, 60), record: 'x'.repeat(size) }));

  it('keeps chunks below their bytes, in order', () => {
    expect(
      inChunks(plans(40, 40, 40, 10), 100).map((chunk) => chunk.map(({ record }) => record?.length)),
    ).toEqual([
      [40, 40],
      [40, 10],
    ]);
  });

  it('sends a record alone that is larger', () => {
    expect(inChunks(plans(10, 500, 10), 100).map((chunk) => chunk.length)).toEqual([1, 1, 1]);
  });

  it('has no chunk for nothing', () => {
    expect(inChunks([], 100)).toEqual([]);
  });
});

describe('HeldRuns', () => {
  it('keeps the oldest within its bytes, and counts those that wait', () => {
    const held = new HeldRuns(100);
    for (const pushed of [5, 3, 9, 1, 7, 2, 8]) held.add(runPush({ pushed, bytes: 30 }));
    expect(held.inOrder().map(({ pushed }) => pushed)).toEqual([1, 2, 3]);
    expect(held.waiting).toBe(4);
  });

  it('takes runs at their end first, or those at work could keep them out for ever', () => {
    const held = new HeldRuns(100);
    for (const pushed of [1, 2, 3, 4]) held.add(runPush({ pushed, bytes: 30 }));
    held.add(runPush({ pushed: 9, bytes: 30, completed: 1 }));
    held.add(runPush({ pushed: 8, bytes: 0, removed: 'oversized' }));
    expect(held.inOrder().map(({ pushed }) => pushed)).toEqual([8, 9, 1, 2]);
  });

  it('keeps one that is larger than everything: it would wait for ever', () => {
    const held = new HeldRuns(100);
    held.add(runPush({ bytes: 1_000 }));
    expect(held.inOrder()).toHaveLength(1);
  });
});
