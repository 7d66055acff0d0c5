import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds that a child has to end by itself before it is killed. */
const GRACE_MS = 5_000;
/** Lines that are kept of a child, to show when it ends unasked. */
const KEPT_LINES = 20;

export interface Child {
  readonly process: ChildProcess;
  /** Resolves with a sentence and the last lines when the child ends; never while it is being stopped. */
  readonly ended: Promise<string>;
}

/** Starts processes and ends every one of them. */
export interface Children {
  start(name: string, command: string, args: readonly string[], options: ChildOptions): Child;
  stopAll(): Promise<void>;
}

interface ChildOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly ipc?: boolean;
  readonly onLine?: (line: string) => void;
}

export function createChildren(): Children {
  const running = new Set<ChildProcess>();
  let stopping = false;

  function start(name: string, command: string, args: readonly string[], options: ChildOptions): Child {
    const stdio: SpawnOptions['stdio'] =
      options.ipc === true ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'];
    // A process group of its own: the terminal's Ctrl-C reaches this process alone, which then ends the others in order.
    const child = spawn(command, args, { env: options.env, stdio, detached: true });
    running.add(child);
    const lines = keepLines(child, options.onLine);
    const ended = Promise.withResolvers<string>();
    const say = (how: string): void => {
      running.delete(child);
      if (!stopping) ended.resolve([`${name} ended unexpectedly (${how})`, ...lines].join('\n'));
    };
    child.on('error', (error) => say(error.message));
    child.on('exit', (code, signal) => say(signal ?? `exit code ${code}`));
    return { process: child, ended: ended.promise };
  }

  return {
    start,
    stopAll: async () => {
      stopping = true;
      await Promise.all([...running].map(stop));
    },
  };
}

function keepLines(child: ChildProcess, onLine: ((line: string) => void) | undefined): readonly string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      onLine?.(line);
    });
  }
  return lines;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exited = once(child, 'exit');
  signalGroup(child.pid, 'SIGTERM');
  const outOfTime = new AbortController();
  const killed = delay(GRACE_MS, undefined, { signal: outOfTime.signal }).then(
    () => signalGroup(child.pid ?? 0, 'SIGKILL'),
    () => undefined,
  );
  await exited;
  outOfTime.abort();
  await killed;
}

/** The whole group of a detached child, its own children included; by process id only. */
function signalGroup(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    if (pid > 0) process.kill(-pid, signal);
  } catch {
    // It was gone already.
  }
}
