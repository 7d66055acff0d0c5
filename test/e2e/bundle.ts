import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Project } from '../deploy/project';
import { PROJECT } from '../deploy/tools';
import { extractZip } from '../deploy/zip';

/** The Node.js of the deployed functions: the one that the project installs, not the machine's. */
export const NODE = join(PROJECT, 'node_modules', '.bin', 'node');

/** Milliseconds that a scheduled run has. */
const LAMBDA_MS = 50_000;

/**
 * What Lambda does with a function: requires its file, calls the handler, and takes what it gives. The last line on
 * standard output is the outcome. Lambda freezes what is left of a process, so nothing is waited for after that.
 */
const RUNNER = `
  const { randomUUID } = require('node:crypto');
  const [file, remainingMs] = process.argv.slice(1);
  const start = performance.now();
  const context = {
    awsRequestId: randomUUID(),
    getRemainingTimeInMillis: () => Number(remainingMs) - (performance.now() - start),
  };
  const finish = (code, outcome) => {
    const line = { ...outcome, ms: performance.now() - start, node: process.version };
    process.stdout.write(JSON.stringify(line) + '\\n', () => process.exit(code));
  };
  Promise.resolve().then(() => require(file).handler({}, context)).then(
    (report) => finish(0, { report }),
    (thrown) => finish(1, { thrown: { name: thrown.name, message: thrown.message } }),
  );
`;

/** What a handler gives, as it comes out of the process. */
interface Report {
  readonly ran: boolean;
  readonly ok: boolean;
  readonly parts: readonly { readonly name: string; readonly ok: boolean; readonly detail?: string }[];
}

export interface Run {
  /** null when the process was killed. */
  readonly code: number | null;
  readonly report: Report | undefined;
  readonly thrown: { readonly name: string; readonly message: string } | undefined;
  /** Milliseconds from the handler's call to its outcome. */
  readonly ms: number;
  /** Version of the Node.js that ran it. */
  readonly node: string;
  /** Everything that the process wrote. */
  readonly output: string;
}

interface Running {
  readonly done: Promise<Run>;
  /** Ends the process at once, as nothing inside it can notice. */
  kill(): void;
}

export type Environment = Readonly<Record<string, string>>;
type Name = 'collect' | 'probe';

/** The functions as they are deployed, out of the archives that packaging made. */
export interface Bundle {
  start(name: Name, environment: Environment, remainingMs?: number): Running;
  run(name: Name, environment: Environment, remainingMs?: number): Promise<Run>;
  remove(): Promise<void>;
}

/** @param userConfig content of reviewmaps.config.ts; the project's own when it is left out. */
export async function packageFunctions(userConfig?: string): Promise<Bundle> {
  const project = await Project.copy();
  try {
    if (userConfig !== undefined) await project.write('reviewmaps.config.ts', userConfig);
    await project.package();
    for (const name of ['collect', 'probe'])
      await extractZip(project.packaged(`${name}.zip`), project.packaged('unpacked'));
  } catch (thrown) {
    await project.remove();
    throw thrown;
  }

  function start(name: Name, environment: Environment, remainingMs = LAMBDA_MS): Running {
    const file = project.packaged(join('unpacked', 'handlers', `${name}.js`));
    const child = spawn(NODE, ['-e', RUNNER, file, String(remainingMs)], {
      cwd: project.packaged('unpacked'),
      env: { ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (text: string): void => {
      output += text;
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    const done = new Promise<Run>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ ...outcome(output), code, output }));
    });
    return { done, kill: () => child.kill('SIGKILL') };
  }

  return {
    start,
    run: (name, environment, remainingMs) => start(name, environment, remainingMs).done,
    remove: () => project.remove(),
  };
}

function outcome(output: string): Pick<Run, 'report' | 'thrown' | 'ms' | 'node'> {
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  // A process that was killed has written no outcome.
  if (!/"node":"v[^"]+"}$/.test(last)) return { report: undefined, thrown: undefined, ms: 0, node: '' };
  const { report, thrown, ms, node }: Pick<Run, 'report' | 'thrown' | 'ms' | 'node'> = JSON.parse(last);
  return { report, thrown, ms, node };
}

/** Fails with everything that the process wrote, unless the handler gave its report. */
export function succeeded(run: Run): Run {
  if (run.code !== 0) throw new Error(`the run ended with ${run.code}:\n${run.output}`);
  return run;
}
