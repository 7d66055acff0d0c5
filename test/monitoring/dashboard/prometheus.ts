import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Milliseconds. It takes about a second. */
const START_LIMIT = 30_000;

/** Whether the program is on the PATH. */
export function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false;
    }
  });
}

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

export interface RunningPrometheus {
  readonly url: string;
  /** The answer of its API, `data` of it. @param from of the API's path, such as `query` */
  get(from: string, parameters: Readonly<Record<string, string>>): Promise<unknown>;
  /** The series of an expression: at one time (seconds since 1970), or between two in steps of a second. */
  ask(expr: string, at: number | { readonly from: number; readonly to: number }): Promise<readonly Sample[]>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port was given');
  return address.port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/**
 * Starts the real Prometheus on loopback with a folder of its own.
 * @param config JSON is YAML
 * @param rules content of a rule file
 */
export async function startPrometheus(config: object, rules: string): Promise<RunningPrometheus> {
  const folder = await mkdtemp(path.join(tmpdir(), 'reviewmaps-prometheus-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await writeFile(path.join(folder, 'rules.yml'), rules);
  await writeFile(
    path.join(folder, 'prometheus.yml'),
    JSON.stringify({ ...config, rule_files: [path.join(folder, 'rules.yml')] }),
  );
  const child = spawn(
    'prometheus',
    [
      `--config.file=${path.join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${path.join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output = (output + text).slice(-4_000);
  });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`Prometheus ended with ${code}: ${output}`)));
  });
  failed.catch(() => undefined);
  const stop = async () => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };

  const limit = performance.now() + START_LIMIT;
  try {
    while (!(await Promise.race([isReady(url), failed]))) {
      if (performance.now() > limit) throw new Error(`Prometheus did not get ready: ${output}`);
      // Nothing announces that it listens; it is asked again shortly after.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } catch (thrown) {
    await stop();
    throw thrown;
  }

  const get: RunningPrometheus['get'] = async (from, parameters) => {
    const answer = await fetch(`${url}/api/v1/${from}?${new URLSearchParams(parameters).toString()}`);
    const body: unknown = await answer.json();
    if (!answer.ok) throw new Error(`${JSON.stringify(body)} for ${JSON.stringify(parameters)}`);
    return member(body, 'data');
  };
  return {
    url,
    get,
    stop,
    ask: async (query, at) => {
      const data =
        typeof at === 'number'
          ? await get('query', { query, time: String(at) })
          : await get('query_range', { query, start: String(at.from), end: String(at.to), step: '1' });
      const result = member(data, 'result');
      if (!Array.isArray(result)) throw new Error(`no list of series for ${query}`);
      return result.map(sample);
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  return await fetch(`${url}/-/ready`).then(
    async (answer) => {
      await answer.arrayBuffer();
      return answer.ok;
    },
    () => false,
  );
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) throw new Error(`no object with ${name}`);
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function sample(one: unknown): Sample {
  const labels = Object.fromEntries(
    Object.entries(member(one, 'metric') ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const single = member(one, 'value');
  const pairs = single === undefined ? member(one, 'values') : [single];
  if (!Array.isArray(pairs)) throw new Error('a series without values');
  return {
    labels,
    values: pairs.map((pair: unknown) => (Array.isArray(pair) ? Number(pair[1]) : Number.NaN)),
  };
}
