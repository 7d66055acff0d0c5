import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { migrate } from '../../../src/ledger/migrate';
import { startPushgateway } from '../../servers/pushgateway';
import { startStack } from '../../servers/stack';
import { duringTests } from '../during-tests';
import { differences } from '../published';
import { environment } from '../servers';
import { type FoldEnd, FoldFunction, type RunningFold } from './fold-process';
import { type Held, type Matches, type Moment, Passage } from './passage';
import { python } from './python';
import { Scraper } from './scraper';
import { Falls, published, runsAt, sumOf, totalsOf } from './totals';

/** Milliseconds; mostly for pip, where the Python environment is not there yet. */
export const SETUP_MS = 360_000;
const MIGRATION_MS = 60_000;

/** Seconds between two pushes of a run. */
const INTERVAL = 0.1;
/** Seconds; beyond the six hours after which a run is silent by default. */
const TOO_LONG = 7 * 3_600;

/** A request to the Data API that calls one of the ledger's functions. */
export function calls(name: string): Matches {
  return ({ body }) => body.includes(`reviewmaps_monitoring.${name}(`);
}

export function isPushOf(id: string, completed = false): Matches {
  return ({ method, path, body }) =>
    method === 'PUT' &&
    path.includes(`/run/${id}/`) &&
    (!completed || body.includes('\nreviewmaps_scraper_run_completed'));
}

export const isReading: Matches = ({ method }) => method === 'GET';
export const isRemoval: Matches = ({ method }) => method === 'DELETE';
export function isRemovalOf({ options }: Scraper): Matches {
  return (passing) => isRemoval(passing) && passing.path.includes(`/run/${options.id}/`);
}

export const isPublication: Matches = ({ method, path }) =>
  method === 'PUT' && path.startsWith('/metrics/job/reviewmaps-scraper/');

/** A world while the tests of a `describe` run. */
export function useWorld(started: (world: World) => void | Promise<void>): void {
  duringTests(SETUP_MS, () => World.create(), started);
}

/** Scrapers, a Pushgateway, fold and its database, with a passage on each way between them. */
export class World {
  readonly scrapers: Scraper[] = [];
  readonly falls = new Falls();
  private started = 0;

  private constructor(
    private readonly folder: string,
    private readonly program: string,
    private readonly fold: FoldFunction,
    private readonly stack: Awaited<ReturnType<typeof startStack>>,
    private gateway: Awaited<ReturnType<typeof startPushgateway>>,
    /** From the runs to the gateway. */
    readonly pushes: Passage,
    /** From fold to the gateway. */
    readonly folds: Passage,
    /** From fold to the database. */
    readonly database: Passage,
  ) {
    folds.listen((passing) => {
      if (isPublication(passing)) this.falls.read(passing.body);
    });
  }

  static async create(): Promise<World> {
    const program = python();
    const folder = await mkdtemp(join(tmpdir(), 'runs-'));
    const persistenceFile = join(folder, 'groups');
    const [fold, stack, gateway] = await Promise.all([
      FoldFunction.bundle(),
      startStack(),
      startPushgateway({ persistenceFile }),
    ]);
    await migrate(stack.database, AbortSignal.timeout(MIGRATION_MS));
    const [pushes, folds, database] = await Promise.all([
      Passage.to(gateway.url),
      Passage.to(gateway.url),
      Passage.to(stack.endpoint),
    ]);
    return new World(folder, program, fold, stack, gateway, pushes, folds, database);
  }

  /** A new run, with what it does decided by how many there were before. */
  async startScraper(name = 'inflexer', id?: string): Promise<Scraper> {
    const seed = this.started;
    this.started += 1;
    const scraper = await Scraper.start({
      python: this.program,
      file: join(this.folder, `${seed}.json`),
      id: id ?? `run-${seed}`,
      name,
      seed,
      gateway: this.pushes.url,
      interval: INTERVAL,
    });
    this.scrapers.push(scraper);
    return scraper;
  }

  /**
   * Resolves when everything that the run has counted by now is at the gateway. A run makes one push after the other,
   * so that the second one from now on was surely made up after now.
   */
  async pushed({ options }: Scraper): Promise<void> {
    await this.pushes.accepted(isPushOf(options.id));
    await this.pushes.accepted(isPushOf(options.id));
  }

  /** Each of the runs does so many actions more, and all of them are at the gateway. */
  async workAndPush(runs: readonly Scraper[], actions: number): Promise<void> {
    await Promise.all(runs.map((run) => run.work(actions)));
    await Promise.all(runs.map((run) => this.pushed(run)));
  }

  startFold(): RunningFold {
    return this.fold.start(environment({ dataApi: this.database.url, gateway: this.folds.url }));
  }

  /** A fold that nothing disturbs. */
  async runFold(): Promise<FoldEnd> {
    const end = await this.startFold().done;
    if (end.report?.ran !== true || !end.report.ok) throw new Error(`fold failed: ${end.output}`);
    return end;
  }

  /** For the folds of `work` more time has passed than any run may be silent. */
  async later<T>(work: () => Promise<T>): Promise<T> {
    this.folds.clockAhead = TOO_LONG;
    try {
      return await work();
    } finally {
      this.folds.clockAhead = 0;
    }
  }

  /** Resolves after so many more requests of folds. */
  async requests(number: number): Promise<void> {
    const any = () => true;
    for (let count = 0; count < number; count += 1)
      await Promise.race([this.folds.accepted(any), this.database.accepted(any)]);
  }

  /** Starts a fold and stops it at a request. */
  async stopFold(way: Passage, moment: Moment, matches: Matches): Promise<{ fold: RunningFold; held: Held }> {
    const reached = way.hold(moment, matches);
    const fold = this.startFold();
    const ended = fold.done.then(({ output }) => {
      throw new Error(`fold ended before it got there: ${output}`);
    });
    // It ends later, too, and then nobody waits for it.
    ended.catch(() => undefined);
    return { fold, held: await Promise.race([reached, ended]) };
  }

  /** The time passes for which a fold that died still holds its lease. Only while none is alive. */
  async leaseEnds(): Promise<void> {
    await this.stack.sql.query(
      "update reviewmaps_monitoring.lease set expires_at = clock_timestamp() where job = 'fold'",
    );
  }

  /** Folds until nothing is new: a series appears as 0, and with its total in the next push. */
  async settle(): Promise<void> {
    await this.runFold();
    await this.runFold();
  }

  /**
   * Every total is what the runs counted themselves, and none ever fell.
   * @param unnoticed runs that were killed and whose silence no fold has noticed yet.
   */
  async compare(unnoticed: readonly Scraper[] = []): Promise<void> {
    const expected = await sumOf(this.scrapers, unnoticed);
    expect(differences(totalsOf(await published(this.gateway.url)), expected)).toEqual([]);
    expect(this.falls.found).toEqual([]);
  }

  /** One series of fold's group, by its text; 0 if there is none. */
  async value(key: string): Promise<number> {
    return (await published(this.gateway.url)).get(key) ?? 0;
  }

  /** Ids of the runs that have a group. */
  groups(): Promise<string[]> {
    return runsAt(this.gateway.url);
  }

  /** Stops the gateway as an operator does, who then has what it stored. */
  async stopGateway(): Promise<void> {
    await this.gateway.stop();
  }

  async startGateway(): Promise<void> {
    const { port } = this.gateway;
    this.gateway = await startPushgateway({ port, persistenceFile: join(this.folder, 'groups') });
  }

  /** Keeps what the stopped gateway has stored. */
  async keepGroups(): Promise<void> {
    await copyFile(join(this.folder, 'groups'), join(this.folder, 'kept'));
  }

  /** Gives the stopped gateway what was kept instead of what it has stored. */
  async restoreGroups(): Promise<void> {
    await copyFile(join(this.folder, 'kept'), join(this.folder, 'groups'));
  }

  /** Takes everything from the stopped gateway. */
  async wipeGroups(): Promise<void> {
    await rm(join(this.folder, 'groups'));
  }

  async stop(): Promise<void> {
    for (const scraper of this.scrapers) await scraper.abandon();
    await this.fold.remove();
    for (const passage of [this.pushes, this.folds, this.database]) await passage.close();
    await this.gateway.kill();
    await this.stack.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
