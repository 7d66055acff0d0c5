import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcess, freePort } from './process';

/** Milliseconds. It takes about a second. */
const START_LIMIT = 30_000;
/** Milliseconds for what a test waits for. */
const WAIT_LIMIT = 60_000;

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
  /** Resolves when there are series of the expression. @throws Error after a minute */
  until(expr: string): Promise<void>;
  stop(): Promise<void>;
}

/** What a configuration must know of the server that it is for. */
interface Own {
  /** `host:port`. */
  readonly address: string;
  /** Path of its rule file. */
  readonly rules: string;
}

/**
 * Starts the real Prometheus on loopback with a folder of its own.
 * @param configuration gives the text of prometheus.yml; JSON is YAML
 * @param rules content of a rule file
 * @param extraArguments flags of the program
 */
export async function startPrometheus(
  configuration: (own: Own) => string,
  rules: string,
  extraArguments: readonly string[] = [],
): Promise<RunningPrometheus> {
  const folder = await mkdtemp(path.join(tmpdir(), 'reviewmaps-prometheus-'));
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const url = `http://${address}`;
  const own = { address, rules: path.join(folder, 'rules.yml') };
  await writeFile(own.rules, rules);
  await writeFile(path.join(folder, 'prometheus.yml'), configuration(own));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${path.join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${path.join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
      ...extraArguments,
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
    await endProcess(child);
    await rm(folder, { recursive: true, force: true });
  };

  const limit = performance.now() + START_LIMIT;
  try {
    while (!(await Promise.race([isReady(url), failed]))) {
      if (performance.now() > limit) throw new Error(`Prometheus did not get ready: ${output}`);
      // Nothing announces that it listens; it is asked again shortly after.
      await sleep(50);
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
  const ask: RunningPrometheus['ask'] = async (query, at) => {
    const data =
      typeof at === 'number'
        ? await get('query', { query, time: String(at) })
        : await get('query_range', { query, start: String(at.from), end: String(at.to), step: '1' });
    const result = member(data, 'result');
    if (!Array.isArray(result)) throw new Error(`no list of series for ${query}`);
    return result.map(sample);
  };
  const until: RunningPrometheus['until'] = async (expr) => {
    const end = performance.now() + WAIT_LIMIT;
    while ((await ask(expr, Date.now() / 1_000)).length === 0) {
      if (performance.now() > end) throw new Error(`after a minute there is still nothing for ${expr}`);
      await sleep(250);
    }
  };
  return { url, get, ask, until, stop };
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
