import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { JobName } from '../../../src/metrics/catalog';
import { PROJECT } from '../../deploy/tools';
import { AS_DEPLOYED } from '../../servers/bundle-options';
import { endProcess } from '../../servers/process';
import { type Environment, NODE } from '../bundle';

/** What one invocation of a scheduled function came to. */
interface Invocation {
  /** Undefined when it threw. */
  readonly report: { readonly ran: boolean; readonly ok: boolean } | undefined;
  readonly thrown: string | undefined;
}

/** A container that the schedule keeps warm: one invocation after the other, each begun an interval after the one before. */
const RUNNER = `
  const { randomUUID } = require('node:crypto');
  const { setTimeout: sleep } = require('node:timers/promises');
  const [file, everyMs, limitMs] = process.argv.slice(1);
  const { handler } = require(file);
  process.on('disconnect', () => process.exit());
  async function invoke() {
    const end = performance.now() + Number(limitMs);
    const context = { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => end - performance.now() };
    return await handler({}, context).then((report) => ({ report }), (thrown) => ({ thrown: String(thrown) }));
  }
  (async () => {
    for (;;) {
      const start = performance.now();
      process.send(await invoke());
      await sleep(Math.max(0, start + Number(everyMs) - performance.now()));
    }
  })();
`;

/** The functions with a configuration of their own, bundled as they are for the deployment. */
export class Functions {
  private constructor(private readonly folder: string) {}

  /** @param userConfig content of reviewmaps.config.ts, as JSON has it */
  static async bundle(userConfig: object): Promise<Functions> {
    const folder = await mkdtemp(join(tmpdir(), 'functions-'));
    await Promise.all(
      (['collect', 'probe', 'fold'] as const).map((job) =>
        build({
          stdin: {
            contents: `
              import { createHandler } from './src/run';
              export const handler = createHandler('${job}', process.env, ${JSON.stringify(userConfig)});`,
            resolveDir: PROJECT,
            loader: 'ts',
          },
          outfile: join(folder, `${job}.js`),
          ...AS_DEPLOYED,
        }),
      ),
    );
    return new Functions(folder);
  }

  file(job: JobName): string {
    return join(this.folder, `${job}.js`);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

interface Schedule {
  /** Milliseconds from the start of one invocation to the next. */
  readonly everyMs: number;
  /** Milliseconds that an invocation has. */
  readonly limitMs: number;
}

/** A function on its schedule, in a process of its own. */
export class ScheduledFunction {
  private child: ChildProcess | undefined;
  private output = '';
  private readonly invocations = new EventEmitter();

  constructor(
    private readonly file: string,
    private readonly environment: Environment,
    private readonly schedule: Schedule,
  ) {}

  start(): void {
    const { everyMs, limitMs } = this.schedule;
    const child = spawn(NODE, ['-e', RUNNER, this.file, String(everyMs), String(limitMs)], {
      env: { ...this.environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output = (this.output + text).slice(-8_000);
      });
    child.on('message', (invocation: Invocation) => this.invocations.emit('done', invocation));
    this.child = child;
  }

  /**
   * Resolves when an invocation has done all of its work.
   * @throws with the end of its log when the signal aborts before
   */
  async succeeded(signal: AbortSignal): Promise<void> {
    for (;;) {
      const [invocation]: Invocation[] = await once(this.invocations, 'done', { signal }).catch(() => {
        throw new Error(`no run has succeeded in time: ${this.output}`);
      });
      if (invocation?.report?.ran === true && invocation.report.ok) return;
    }
  }

  /** Nothing in the process notices. It is not started again. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child !== undefined) await endProcess(child, 'SIGKILL');
  }
}
