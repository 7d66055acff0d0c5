import { afterAll, expect, jest, test } from '@jest/globals';
import { describeRuns } from './python';
import type { Scraper } from './scraper';
import { isPushOf, isRemovalOf, SETUP_MS, useWorld, type World } from './world';

jest.setTimeout(180_000);

/** Decides which folds die, and when; another one may be tried. */
const SEED = Number(process.env['CHAOS_SEED'] ?? 20261123);
/** What a fold that finds something to do asks the gateway and the database for, about. */
const REQUESTS = 16;
const RUNS = 10;
/** Folds that die in each part of the test. */
const DEATHS = 5;

/** Mulberry32: numbers from 0 up to 1, the same for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Two folds at a time, over and over; in most rounds one or both are killed in the middle of something. */
class Folding {
  deaths = 0;
  private over = false;
  private readonly random = createRandom(SEED);
  private readonly ended: Promise<void>;

  constructor(private readonly world: World) {
    this.ended = this.run();
    // Whoever stops it learns of it.
    this.ended.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.over = true;
    await this.ended;
  }

  private async run(): Promise<void> {
    while (!this.over) {
      const folds = [this.world.startFold(), this.world.startFold()];
      const ends = Promise.all(folds.map(({ done }) => done));
      const fate = this.random();
      const killed = folds.filter((_, place) => fate < 0.25 || (fate < 0.75 && fate < 0.5 === (place === 0)));
      await Promise.race([ends, this.world.requests(1 + Math.floor(this.random() * REQUESTS))]);
      for (const fold of killed) fold.kill();
      this.deaths += (await ends).filter((end) => end.killed).length;
      await this.world.leaseEnds();
    }
  }
}

describeRuns('ten runs while everything fails (needs initdb, a Pushgateway and python3)', () => {
  let world: World;
  let folding: Folding | undefined;
  // Before the world stops.
  afterAll(async () => {
    await folding?.stop().catch(() => undefined);
  }, SETUP_MS);
  useWorld((made) => {
    world = made;
  });

  /** The runs count and push, until so many more folds have died. */
  async function workOn(runs: readonly Scraper[]): Promise<void> {
    const enough = (folding?.deaths ?? 0) + DEATHS;
    do await world.workAndPush(runs, 15);
    while ((folding?.deaths ?? 0) < enough);
  }

  /** Ends a run and waits until a fold, of those that live long enough, has counted and removed it. */
  async function endAndFold(run: Scraper, end: () => Promise<void>): Promise<void> {
    const removed = world.folds.accepted(isRemovalOf(run));
    await end();
    await removed;
  }

  test(`every total is what the runs counted themselves (CHAOS_SEED ${SEED})`, async () => {
    folding = new Folding(world);
    const runs = await Promise.all(
      Array.from({ length: RUNS }, (_, place) => world.startScraper(place % 2 === 0 ? 'inflexer' : '수집기')),
    );
    const [early, crashesEarly, ...others] = runs;
    if (early === undefined || crashesEarly === undefined) throw new Error('there are ten');
    await workOn(runs);
    await Promise.all([
      endAndFold(early, () => early.finish()),
      endAndFold(crashesEarly, () => crashesEarly.crash()),
    ]);

    await world.stopGateway();
    await world.keepGroups();
    await world.startGateway();
    await world.workAndPush(others, 15);
    await world.stopGateway();
    await world.restoreGroups();
    await Promise.all(others.map((run) => run.work(15)));
    await world.startGateway();
    await workOn(others);

    await world.stopGateway();
    await world.wipeGroups();
    await Promise.all(others.map((run) => run.work(15)));
    await world.startGateway();
    await workOn(others);

    await world.database.close();
    const [completes, retries, crashes, terminated, killed, ...last] = others;
    if (!completes || !retries || !crashes || !terminated || !killed) throw new Error('there are eight');
    await Promise.all([completes.finish(), crashes.crash()]);
    await world.workAndPush([retries, terminated, killed, ...last], 15);
    await world.database.open();

    await Promise.all([terminated.terminate(), killed.kill()]);
    const answer = world.pushes.hold('after', isPushOf(retries.options.id, true));
    const retried = endAndFold(retries, () => retries.finish());
    const held = await answer;
    await Promise.all(last.map((run) => endAndFold(run, () => run.finish())));
    held.drop();
    await retried;

    await folding.stop();
    await world.settle();
    expect(await world.groups()).toEqual([killed.options.id]);
    await world.compare([killed]);
    await world.later(() => world.runFold());
    await world.settle();
    expect(await world.groups()).toEqual([]);
    await world.compare();
  });
});
