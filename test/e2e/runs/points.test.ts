import { setTimeout as sleep } from 'node:timers/promises';
import { expect, jest, test } from '@jest/globals';
import { seriesKey } from '../published';
import type { Matches, Moment } from './passage';
import { describeRuns } from './python';
import type { Scraper } from './scraper';
import { calls, isPublication, isReading, isRemoval, useWorld, type World } from './world';

jest.setTimeout(120_000);

interface Point {
  readonly name: string;
  readonly way: 'folds' | 'database';
  readonly moment: Moment;
  readonly matches: Matches;
  /** How many of the two runs that have completed still have a group when fold is there. */
  readonly left: number;
}

const POINTS: readonly Point[] = [
  { name: 'it has the lease', way: 'database', moment: 'after', matches: calls('acquire_lease'), left: 2 },
  { name: 'the gateway was read', way: 'folds', moment: 'after', matches: isReading, left: 2 },
  { name: 'it asks what is known', way: 'database', moment: 'before', matches: calls('see_runs'), left: 2 },
  { name: 'it counts', way: 'database', moment: 'before', matches: calls('fold_runs'), left: 2 },
  { name: 'all is counted', way: 'database', moment: 'after', matches: calls('fold_runs'), left: 2 },
  { name: 'one group of two is gone', way: 'folds', moment: 'before', matches: isRemoval, left: 1 },
  { name: 'the groups are gone', way: 'folds', moment: 'after', matches: isRemoval, left: 0 },
  { name: 'totals are read', way: 'database', moment: 'after', matches: calls('published_page'), left: 0 },
  { name: 'it publishes', way: 'folds', moment: 'before', matches: isPublication, left: 0 },
  { name: 'it has published', way: 'folds', moment: 'after', matches: isPublication, left: 0 },
  { name: 'zeros are noted', way: 'database', moment: 'before', matches: calls('acknowledge'), left: 0 },
  { name: 'zeros were noted', way: 'database', moment: 'after', matches: calls('acknowledge'), left: 0 },
  {
    name: 'the lease goes back',
    way: 'database',
    moment: 'before',
    matches: calls('release_lease'),
    left: 0,
  },
];

describeRuns('folds that die or come late (needs initdb, a Pushgateway and python3)', () => {
  let world: World;
  /** Runs on through all of it. */
  let steady: Scraper;

  useWorld(async (made) => {
    world = made;
    steady = await world.startScraper('steady');
  });

  /** Two runs that have completed and one that has gone on; their scraper is a new one, so that totals are new, too. */
  async function something(): Promise<void> {
    const name = `scraper ${world.scrapers.length}`;
    const runs = await Promise.all([world.startScraper(name), world.startScraper(name)]);
    await Promise.all([steady, ...runs].map((run) => run.work(20)));
    await Promise.all([world.pushed(steady), ...runs.map((run) => run.finish())]);
  }

  async function completedGroups(): Promise<number> {
    return (await world.groups()).filter((id) => id !== steady.options.id).length;
  }

  test.each(POINTS)('killed where $name ($way, $moment)', async ({ way, moment, matches, left }) => {
    await something();
    // The groups are removed side by side.
    let removed = 0;
    const { promise: removals, resolve } = Promise.withResolvers<void>();
    world.folds.listen((passing) => {
      if (isRemoval(passing)) removed += 1;
      if (removed === 2 - left) resolve();
    });
    if (left === 2) resolve();
    const { fold } = await world.stopFold(world[way], moment, matches);
    await removals;
    fold.kill();
    expect((await fold.done).report).toBeUndefined();
    // The gateway answers a removal before it has done it.
    for (const limit = AbortSignal.timeout(10_000); !limit.aborted && (await completedGroups()) > left; )
      await sleep(20);
    expect(await completedGroups()).toBe(left);
    await world.leaseEnds();
    await world.settle();
    expect(await completedGroups()).toBe(0);
    await world.compare();
  });

  test.each([
    { name: 'counting', way: 'database', matches: calls('fold_runs') },
    { name: 'removing', way: 'folds', matches: isRemoval },
    { name: 'publishing', way: 'folds', matches: isPublication },
  ] as const)(
    'what is repeated because the answer was lost happens once: $name',
    async ({ way, matches }) => {
      await something();
      const { fold, held } = await world.stopFold(world[way], 'after', matches);
      const again = world[way].accepted(matches);
      held.drop();
      await again;
      expect((await fold.done).report).toMatchObject({ ran: true, ok: true });
      await world.runFold();
      expect(await completedGroups()).toBe(0);
      await world.compare();
    },
  );

  test('a fold that is held up before it counts, until its lease is over and another one is done, counts nothing again', async () => {
    await something();
    const wentBack = seriesKey('reviewmaps_fold_rejected_series_total', { reason: 'went_back' });
    const { fold, held } = await world.stopFold(world.database, 'before', calls('fold_runs'));
    await world.workAndPush([steady], 20);
    await world.leaseEnds();
    await world.settle();
    await world.compare();
    held.letGo();
    expect((await fold.done).report?.ran).toBe(true);
    await world.settle();
    expect(await world.value(wentBack)).toBeGreaterThan(0);
    await world.compare();
  });

  test('a fold that comes while another one is at it leaves everything to that one', async () => {
    await something();
    const { fold, held } = await world.stopFold(world.database, 'after', calls('fold_runs'));
    expect((await world.startFold().done).report).toMatchObject({ ran: false, ok: true });
    expect(await completedGroups()).toBe(2);
    held.letGo();
    expect((await fold.done).report).toMatchObject({ ran: true, ok: true });
    await world.runFold();
    await world.compare();
  });

  test('the run that went on through all of it ends, and is counted once', async () => {
    await steady.finish();
    await world.settle();
    expect(await world.groups()).toEqual([]);
    await world.compare();
  });
});
