import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { PROJECT } from '../../deploy/tools';
import { AS_DEPLOYED } from '../../servers/bundle-options';
import { type Environment, NODE } from '../bundle';

/** The handler as it is deployed, but that runs are the source of a table's deleted rows. */
const HANDLER = `
  import { createHandler } from './src/run';
  const config = { cleanup: [{ source: 'runs', table: 'campaign' }] };
  export const handler = createHandler('fold', process.env, config);`;

/** What Lambda does with a function. */
const RUNNER = `
  const { handler } = require('./fold.js');
  const end = performance.now() + 50_000;
  handler({}, { awsRequestId: 'fold', getRemainingTimeInMillis: () => end - performance.now() }).then(
    (report) => process.send({ report }, () => process.exit(0)),
    (thrown) => process.send({ thrown: String(thrown) }, () => process.exit(1)));`;

interface Report {
  /** False when another fold was at it. */
  readonly ran: boolean;
  readonly ok: boolean;
}

export interface FoldEnd {
  readonly killed: boolean;
  /** Undefined when the process was killed or the fold failed. */
  readonly report: Report | undefined;
  /** Everything that it wrote, and what it threw. */
  readonly output: string;
}

export interface RunningFold {
  readonly done: Promise<FoldEnd>;
  /** Ends the process at once, as nothing inside it can notice. */
  kill(): void;
}

/** The bundled fold function; each run is a process of its own. */
export class FoldFunction {
  private readonly running = new Set<ChildProcess>();

  private constructor(private readonly folder: string) {}

  static async bundle(): Promise<FoldFunction> {
    const folder = await mkdtemp(join(tmpdir(), 'fold-'));
    await build({
      stdin: { contents: HANDLER, resolveDir: PROJECT, loader: 'ts' },
      outfile: join(folder, 'fold.js'),
      ...AS_DEPLOYED,
    });
    await writeFile(join(folder, 'runner.js'), RUNNER);
    return new FoldFunction(folder);
  }

  start(environment: Environment): RunningFold {
    const child = spawn(NODE, [join(this.folder, 'runner.js')], {
      env: { ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.running.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    let report: Report | undefined;
    child.on('message', (message: { report?: Report; thrown?: string }) => {
      report = message.report;
      output += message.thrown ?? '';
    });
    const done = once(child, 'close').then(([, signal]) => {
      this.running.delete(child);
      return { killed: signal === 'SIGKILL', report, output };
    });
    return { done, kill: () => child.kill('SIGKILL') };
  }

  async remove(): Promise<void> {
    const ended = [...this.running].map((child) => once(child, 'close'));
    for (const child of this.running) child.kill('SIGKILL');
    await Promise.all(ended);
    await rm(this.folder, { recursive: true, force: true });
  }
}
