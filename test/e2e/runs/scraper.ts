import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PACKAGE } from './python';

interface Options {
  readonly python: string;
  /** Where it keeps what it counted. */
  readonly file: string;
  /** The label `run`. */
  readonly id: string;
  /** The label `scraper`. */
  readonly name: string;
  /** Decides what it does. */
  readonly seed: number;
  /** Address of the gateway. */
  readonly gateway: string;
  /** Seconds between its pushes. */
  readonly interval: number;
}

/** What a run counted by itself. */
export interface Truth {
  readonly counters: readonly Counted[];
  readonly histograms: readonly Measured[];
}

interface Counted {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

interface Measured {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Cumulative, by upper bound, without +Inf. */
  readonly buckets: Readonly<Record<string, number>>;
  readonly sum: number;
  readonly count: number;
}

/** How a run ended: as fold has to see it. */
type Ending = 'running' | 'success' | 'failed' | 'killed';

/** One run of a scraper in a process of its own. It does nothing between two orders. */
export class Scraper {
  ending: Ending = 'running';
  /** It pushed nothing for too long, but went on afterwards. */
  wasSilent = false;
  private output = '';
  private readonly lines: AsyncIterator<string>;
  private readonly ended: Promise<unknown[]>;

  private constructor(
    readonly options: Options,
    private readonly child: ChildProcessWithoutNullStreams,
  ) {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
    });
    // A process that is gone takes no orders.
    child.stdin.on('error', () => undefined);
    this.lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    this.ended = once(child, 'close');
  }

  /** Resolves when the run has begun. */
  static async start(options: Options): Promise<Scraper> {
    const { python, file, id, name, seed, gateway, interval } = options;
    const child = spawn(python, [join(__dirname, 'scraper.py'), file, String(seed), String(interval)], {
      cwd: PACKAGE,
      env: { PYTHONPATH: PACKAGE, PYTHONUTF8: '1', PUSHGATEWAY_URL: gateway, SCRAPER: name, RUN_ID: id },
    });
    const scraper = new Scraper(options, child);
    await scraper.expectLine('started');
    return scraper;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves when that many actions are done and written down; they may not have been pushed. */
  async work(actions: number): Promise<void> {
    this.child.stdin.write(`work ${actions}\n`);
    await this.expectLine('worked');
  }

  /** The end of the run's block. */
  async finish(): Promise<void> {
    this.child.stdin.end();
    await this.end('success', 0);
  }

  /** An exception that nothing in the program catches. */
  async crash(): Promise<void> {
    this.child.stdin.write('crash\n');
    await this.end('failed', 1);
  }

  /** What Kubernetes does to a pod. */
  async terminate(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.end('failed', 143);
  }

  /** Nothing in the process notices; what it did not push is lost with it. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.end('killed', null);
  }

  /** Ends it if a test that failed has left it. */
  async abandon(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
    await this.ended;
  }

  async truth(): Promise<Truth> {
    return JSON.parse(await readFile(this.options.file, 'utf8'));
  }

  private async expectLine(expected: string): Promise<void> {
    const { value, done } = await this.lines.next();
    if (done === true || value !== expected)
      throw new Error(`run ${this.options.id} said ${String(value)} instead of ${expected}: ${this.output}`);
  }

  private async end(ending: Ending, expected: number | null): Promise<void> {
    const [code] = await this.ended;
    if (code !== expected)
      throw new Error(
        `run ${this.options.id} ended with ${String(code)} instead of ${expected}: ${this.output}`,
      );
    this.ending = ending;
  }
}
