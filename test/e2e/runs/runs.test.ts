import { expect, jest, test } from '@jest/globals';
import { seriesKey } from '../published';
import { frozen } from '../servers';
import { describeRuns } from './python';
import { isPushOf, useWorld, type World } from './world';

jest.setTimeout(120_000);

const REPLAYED = seriesKey('reviewmaps_fold_rejected_groups_total', { reason: 'replayed' });

describeRuns('runs of Python scrapers, folded (needs initdb, a Pushgateway and python3)', () => {
  let world: World;
  useWorld((made) => {
    world = made;
  });

  test('one that completes, one that crashes and one that is terminated are counted and removed', async () => {
    const [completes, crashes, terminated] = await Promise.all([
      world.startScraper(),
      world.startScraper(),
      world.startScraper('다른 수집기'),
    ]);
    await Promise.all([completes.work(60), crashes.work(60), terminated.work(60)]);
    await Promise.all([completes.finish(), crashes.crash(), terminated.terminate()]);
    expect(await world.groups()).toEqual(['run-0', 'run-1', 'run-2']);
    await world.runFold();
    expect(await world.groups()).toEqual([]);
    await world.settle();
    await world.compare();
  });

  test('one that is killed keeps its group until it has been silent for too long', async () => {
    const killed = await world.startScraper();
    await world.workAndPush([killed], 40);
    await world.settle();
    expect(await world.value(seriesKey('reviewmaps_scraper_runs_in_flight', { scraper: 'inflexer' }))).toBe(
      1,
    );
    await killed.kill();
    await world.runFold();
    expect(await world.groups()).toEqual([killed.options.id]);
    await world.compare([killed]);
    await world.later(() => world.runFold());
    expect(await world.groups()).toEqual([]);
    await world.settle();
    await world.compare();
    expect(await world.value(seriesKey('reviewmaps_scraper_runs_in_flight', { scraper: 'inflexer' }))).toBe(
      0,
    );
  });

  test('one that comes back after it was given up as silent is counted once', async () => {
    const run = await world.startScraper();
    await world.workAndPush([run], 30);
    await frozen([run.pid], async () => {
      await world.later(() => world.runFold());
      expect(await world.groups()).toEqual([]);
    });
    run.wasSilent = true;
    await world.workAndPush([run], 30);
    await world.settle();
    await world.compare();
    await run.finish();
    await world.settle();
    expect(await world.groups()).toEqual([]);
    await world.compare();
  });

  test('one that pushes again and again while folds look at it is counted once', async () => {
    const run = await world.startScraper();
    for (let round = 0; round < 4; round += 1) {
      await world.workAndPush([run], 15);
      await world.runFold();
    }
    expect(await world.groups()).toEqual([run.options.id]);
    await world.settle();
    await world.compare();
    await run.work(15);
    await run.finish();
    await world.settle();
    expect(await world.groups()).toEqual([]);
    await world.compare();
  });

  test('one whose pushes arrive while it is told that they did not pushes them again, and is counted once', async () => {
    const run = await world.startScraper();
    const lost = world.pushes.hold('after', isPushOf(run.options.id));
    const again = world.pushes.accepted(isPushOf(run.options.id, true));
    const last = world.pushes.hold('after', isPushOf(run.options.id, true));
    await run.work(30);
    (await lost).drop();
    const finished = run.finish();
    const held = await last;
    await again;
    held.drop();
    await world.pushes.accepted(isPushOf(run.options.id, true));
    await finished;
    await world.settle();
    await world.compare();
    expect(await world.groups()).toEqual([]);
  });

  test('one whose repeated last push arrives after fold has removed it is not counted again', async () => {
    const before = await world.value(REPLAYED);
    const run = await world.startScraper();
    await run.work(30);
    const last = world.pushes.hold('after', isPushOf(run.options.id, true));
    const finished = run.finish();
    const held = await last;
    await world.runFold();
    expect(await world.groups()).toEqual([]);
    held.drop();
    await finished;
    expect(await world.groups()).toEqual([run.options.id]);
    await world.settle();
    expect(await world.groups()).toEqual([]);
    await world.runFold();
    expect(await world.value(REPLAYED)).toBe(before + 1);
    await world.compare();
  });

  test('an id that another process uses again is another run', async () => {
    for (let process = 0; process < 2; process += 1) {
      const run = await world.startScraper('inflexer', 'used-again');
      await run.work(30);
      await run.finish();
      await world.runFold();
    }
    await world.settle();
    await world.compare();
  });

  test('ten at once, while two folds at a time look at them, are counted once', async () => {
    const runs = await Promise.all(Array.from({ length: 10 }, () => world.startScraper('ten')));
    let over = false;
    const folding = (async () => {
      while (!over) {
        const both = await Promise.all([world.startFold().done, world.startFold().done]);
        // Whoever comes while the other one is at it does nothing, which is no failure.
        for (const { report, output } of both) if (report?.ok !== true) throw new Error(output);
      }
    })();
    // Whoever waits for it at the end learns of it.
    folding.catch(() => undefined);
    for (let round = 0; round < 3; round += 1) {
      await world.workAndPush(runs, 20);
    }
    await Promise.all(
      runs.map(async (run, place) => {
        if (place % 3 === 0) await run.finish();
        else if (place % 3 === 1) await run.crash();
        else await run.terminate();
      }),
    );
    over = true;
    await folding;
    await world.settle();
    await world.compare();
    expect(await world.groups()).toEqual([]);
  });
});
