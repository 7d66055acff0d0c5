import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import type { Ready, Report } from '../../../dev/data-api/report';

export interface Command {
  readonly child: ChildProcess;
  /** Resolves with the first line of progress, from the start on, that contains the text. */
  progress(text: string): Promise<string>;
  readonly ready: Promise<Ready>;
  /** The exit code, once it ended. */
  readonly exit: Promise<number>;
  /** Asks it to end by closing the channel, and waits. */
  stop(): Promise<number>;
}

const MAIN = join(__dirname, '../../../dev/data-api/main.ts');

/** The command as a child with an IPC channel. */
export function startCommand(args: readonly string[]): Command {
  const child = fork(MAIN, args, { execArgv: ['--import', 'tsx'], stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const lines: string[] = [];
  const arrived = new EventEmitter();
  const ready = Promise.withResolvers<Ready>();
  // Only a test that waits for it needs to see it fail.
  ready.promise.catch(() => undefined);
  child.on('message', (report: Report) => {
    if ('ready' in report) ready.resolve(report.ready);
    else if ('failed' in report) ready.reject(new Error(report.failed));
    else {
      lines.push(report.progress);
      arrived.emit('line');
    }
  });
  const exit = once(child, 'exit').then(([code]) => {
    ready.reject(new Error('the command ended'));
    return Number(code);
  });
  return {
    child,
    progress: async (text) => {
      for (;;) {
        const found = lines.find((line) => line.includes(text));
        if (found !== undefined) return found;
        await once(arrived, 'line');
      }
    },
    ready: ready.promise,
    exit,
    async stop() {
      if (child.connected) child.disconnect();
      return await exit;
    },
  };
}
