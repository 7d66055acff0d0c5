import { expect, jest, test } from '@jest/globals';
import { published, seriesKey } from '../published';
import { frozen } from '../servers';
import { describeRuns } from './python';
import { calls, isPushOf, useWorld, type World } from './world';

jest.setTimeout(120_000);

const rejected = (of: 'series' | 'groups', reason: string) =>
  seriesKey(`reviewmaps_fold_rejected_${of}_total`, { reason });

describeRuns('runs and outages (needs initdb, a Pushgateway and python3)', () => {
  let world: World;
  useWorld((made) => {
    world = made;
  });

  test('a gateway that restarts from an older file takes nothing back and adds nothing', async () => {
    const [goesOn, completes, killed] = await Promise.all([
      world.startScraper(),
      world.startScraper(),
      world.startScraper(),
    ]);
    const runs = [goesOn, completes, killed];
    await world.workAndPush(runs, 30);
    await world.runFold();
    await world.stopGateway();
    await world.keepGroups();
    await world.startGateway();

    await world.workAndPush(runs, 30);
    await completes.finish();
    await killed.kill();
    await world.settle();
    await world.compare([killed]);
    expect(await world.groups()).toEqual([goesOn.options.id, killed.options.id].sort());

    // The run that goes on must not mend it before fold has seen it.
    await frozen([goesOn.pid], async () => {
      await world.stopGateway();
      await world.restoreGroups();
      await world.startGateway();
      expect(await world.groups()).toHaveLength(3);
      await world.runFold();
      // The one that had completed is known.
      expect(await world.groups()).toEqual([goesOn.options.id, killed.options.id].sort());
      await world.runFold();
      await world.runFold();
    });
    expect(await world.value(rejected('groups', 'replayed'))).toBe(1);
    expect(await world.value(rejected('series', 'went_back'))).toBeGreaterThan(0);

    await goesOn.work(30);
    await goesOn.finish();
    await world.later(() => world.runFold());
    await world.settle();
    expect(await world.groups()).toEqual([]);
    await world.compare();

    // Once more, now that every one of them is over.
    await world.stopGateway();
    await world.restoreGroups();
    await world.startGateway();
    expect(await world.groups()).toHaveLength(3);
    await world.later(() => world.settle());
    expect(await world.groups()).toEqual([]);
    await world.compare();
  });

  test('a gateway that lost everything has the totals back with the next fold', async () => {
    const run = await world.startScraper();
    await world.workAndPush([run], 30);
    await world.settle();
    await world.stopGateway();
    await world.wipeGroups();
    await run.work(30);
    await world.startGateway();
    await world.pushed(run);
    await world.runFold();
    await world.compare();
    await run.finish();
    await world.settle();
    expect(await world.groups()).toEqual([]);
    await world.compare();
  });

  test('while the gateway is away a run goes on undisturbed and a fold fails; then nothing is missing', async () => {
    const [ends, goesOn] = await Promise.all([world.startScraper(), world.startScraper()]);
    await world.workAndPush([ends, goesOn], 30);
    await world.stopGateway();
    await Promise.all([ends, goesOn].map((run) => run.work(30)));
    expect((await world.startFold().done).report).toBeUndefined();
    // Its last push is repeated for some seconds only, which a fold on a busy machine may take.
    const inVain = world.pushes.hold('before', isPushOf(ends.options.id, true));
    const finished = ends.finish();
    (await inVain).letGo();
    await world.startGateway();
    await finished;
    await world.pushed(goesOn);
    await world.settle();
    await world.compare();
    await goesOn.crash();
    await world.settle();
    expect(await world.groups()).toEqual([]);
    await world.compare();
  });

  test('while the database is away nothing is removed, and afterwards nothing is missing', async () => {
    const [completes, crashes, goesOn, killed] = await Promise.all([
      world.startScraper(),
      world.startScraper(),
      world.startScraper(),
      world.startScraper(),
    ]);
    const runs = [completes, crashes, goesOn, killed];
    await Promise.all(runs.map((run) => run.work(30)));
    await Promise.all([goesOn, killed].map((run) => world.pushed(run)));
    await Promise.all([completes.finish(), crashes.crash(), killed.kill()]);
    const there = runs.map(({ options }) => options.id).sort();

    await world.database.close();
    const foldInVain = async (): Promise<void> => {
      const { report, output } = await world.startFold().done;
      expect(report ?? output).toMatchObject({ ran: true, ok: false });
      expect(await world.groups()).toEqual(there);
    };
    await foldInVain();
    await world.later(foldInVain);
    // It says that it could not, and nothing else of runs.
    const said = await published(world.folds.url, 'reviewmaps-scraper');
    expect(said?.get(seriesKey('reviewmaps_ledger_lease_held'))).toBe(0);
    await world.workAndPush([goesOn], 30);
    await world.database.open();

    await world.runFold();
    expect(await world.groups()).toEqual([goesOn.options.id, killed.options.id].sort());
    await goesOn.terminate();
    await world.later(() => world.runFold());
    await world.settle();
    expect(await world.groups()).toEqual([]);
    await world.compare();
  });

  test('a database that goes away in the middle of a fold loses nothing', async () => {
    const run = await world.startScraper();
    await run.work(30);
    await run.finish();
    const { fold, held } = await world.stopFold(world.database, 'after', calls('fold_runs'));
    await world.database.close();
    held.drop();
    expect((await fold.done).report).toMatchObject({ ran: true, ok: false });
    expect(await world.groups()).toEqual([run.options.id]);
    await world.database.open();
    await world.leaseEnds();
    await world.settle();
    expect(await world.groups()).toEqual([]);
    await world.compare();
  });
});
