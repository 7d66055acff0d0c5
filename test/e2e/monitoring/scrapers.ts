import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PACKAGE } from '../runs/python';

export type Outcome = 'success' | 'failure' | 'limited';

/** One failure among successes: nobody is told of one that a later run makes up for. */
const OUTCOMES: readonly Outcome[] = ['success', 'success', 'failure', 'success'];
/** Milliseconds between two runs. */
const PAUSE_MS = 2_000;
const SCRAPER = 'inflexer';

/** A CronJob: runs of a scraper, one after the other, each a process. */
export class Scrapers {
  private readonly end = new AbortController();
  private runs: Promise<void> | undefined;

  constructor(
    private readonly python: string,
    private readonly gateway: string,
  ) {}

  /** A whole run. */
  async run(outcome: Outcome): Promise<void> {
    const { signal } = this.end;
    const child = spawn(this.python, [join(__dirname, 'scraper.py'), SCRAPER, outcome], {
      env: { PYTHONPATH: PACKAGE, PYTHONUTF8: '1', PUSHGATEWAY_URL: this.gateway },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    const kill = () => child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    const [code]: unknown[] = await once(child, 'close');
    signal.removeEventListener('abort', kill);
    // What it could not push is no failure of its own: the gateway may be away.
    if (code !== 0 && !signal.aborted) throw new Error(`a scraper ended with ${String(code)}: ${log}`);
  }

  /** @param mayFail asked before a run fails: a failure is made up for only by a success that was seen to happen. */
  start(mayFail: () => Promise<boolean>): void {
    const { signal } = this.end;
    this.runs = (async () => {
      for (let index = 0; !signal.aborted; index += 1) {
        const outcome = OUTCOMES[index % OUTCOMES.length] ?? 'success';
        await this.run(outcome === 'failure' && !(await mayFail()) ? 'success' : outcome);
        await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
      }
    })();
    // It is told when they are stopped.
    this.runs.catch(() => undefined);
  }

  /** @throws when a run ended otherwise than it was told to. */
  async stop(): Promise<void> {
    this.end.abort();
    await this.runs;
  }
}
