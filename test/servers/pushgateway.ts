import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { endProcess, freePort } from './process';

/** Debian's name for it, and upstream's. */
const NAMES = ['prometheus-pushgateway', 'pushgateway'];

/** Milliseconds. Far above what it takes, which is less than a tenth of a second. */
const START_LIMIT = 15_000;

/** The path of a Pushgateway's binary, undefined when none is on the PATH. */
export function findPushgateway(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export interface RunningPushgateway {
  /** Without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Of its process, to freeze it with. */
  readonly pid: number;
  /** Ends it as an operator does, and waits for its end. */
  stop(): Promise<void>;
  /** Ends it as a crash does, and waits for its end. */
  kill(): Promise<void>;
}

export interface PushgatewayOptions {
  /** A free one by default. */
  readonly port?: number;
  /** Where it keeps its groups; nowhere by default. */
  readonly persistenceFile?: string;
  readonly extraArguments?: readonly string[];
}

function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get(`${url}/-/ready`, { agent: false, timeout: 1_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

/** Starts the real gateway on loopback and waits until it answers. */
export async function startPushgateway(options: PushgatewayOptions = {}): Promise<RunningPushgateway> {
  const binary = findPushgateway();
  if (binary === undefined) throw new Error(`none of ${NAMES.join(', ')} is on the PATH`);
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    binary,
    [
      `--web.listen-address=127.0.0.1:${port}`,
      // Debian's build keeps a file in a shared place unless it is told not to.
      `--persistence.file=${options.persistenceFile ?? ''}`,
      ...(options.extraArguments ?? []),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-4_000);
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the Pushgateway ended with ${code}: ${output}`)));
  });
  // Its later end, which a test brings about, is nobody's failure.
  failed.catch(() => undefined);

  const limit = performance.now() + START_LIMIT;
  try {
    while (!(await Promise.race([isReady(url), failed]))) {
      if (performance.now() > limit) throw new Error(`the Pushgateway did not get ready: ${output}`);
      // Nothing announces that it listens; it is asked again shortly after.
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } catch (thrown) {
    await endProcess(child, 'SIGKILL');
    throw thrown;
  }
  return {
    url,
    port,
    pid: child.pid ?? 0,
    stop: async () => await endProcess(child, 'SIGTERM'),
    kill: async () => await endProcess(child, 'SIGKILL'),
  };
}
