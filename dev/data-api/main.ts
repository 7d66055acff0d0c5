import { once } from 'node:events';
import { createServer } from 'node:net';
import { ConfigError } from '../../src/errors';
import type { Backend } from './backend';
import { reasonOf } from './errors';
import { parseOptions, type ServeOptions, USAGE } from './options';
import { readyAt, tell } from './report';
import { fill, keepAlive } from './sample-life';
import { startDataApi } from './server';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Something outside is not as it must be; the message is a sentence for a person. */
class StartError extends Error {
  override readonly name = 'StartError';
}

function isCode(thrown: unknown, code: string): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === code;
}

function portProblem(thrown: unknown, { host, port }: ServeOptions): StartError {
  return new StartError(
    isCode(thrown, 'EADDRINUSE')
      ? `Port ${port} on ${host} is taken: stop what listens there, or choose another with --port.`
      : `Cannot listen on ${host}, port ${port}: ${reasonOf(thrown)}.`,
  );
}

/** The embedded database takes seconds to start: a taken port is found out first. */
async function checkPort(options: ServeOptions): Promise<void> {
  const server = createServer().listen(options.port, options.host);
  await once(server, 'listening').catch((thrown: unknown) => {
    throw portProblem(thrown, options);
  });
  server.close();
  await once(server, 'close');
}

async function connect(address: string): Promise<Backend> {
  const { connectPostgres } = await import('./postgres-backend');
  const { host, pathname, password } = new URL(address);
  return await connectPostgres(address).catch((thrown: unknown) => {
    const reason = reasonOf(thrown);
    const hidden = [password, decodeURIComponent(password)].filter((secret) => secret !== '');
    const safe = hidden.reduce((text, secret) => text.replaceAll(secret, '***'), reason);
    throw new StartError(`The database at ${host}${pathname} cannot be reached: ${safe}.`);
  });
}

const secondsSince = (start: number) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

async function embed({ sample }: ServeOptions, signal: AbortSignal): Promise<Backend> {
  tell({ progress: 'Starting the embedded PostgreSQL; this takes about 5 s' });
  const started = performance.now();
  const { startEmbedded } = await import('./embedded-backend');
  const backend = await startEmbedded();
  tell({ progress: `Embedded PostgreSQL started in ${secondsSince(started)}` });
  if (sample) {
    const filling = performance.now();
    const what = await fill(backend, signal);
    tell({ progress: `${what} loaded in ${secondsSince(filling)}` });
  }
  return backend;
}

/** Resolves when the process is asked to end, or when the one that started it is gone. */
function asked(): Promise<unknown> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const ends = signals.map((signal) => once(process, signal));
  return Promise.race(process.send === undefined ? ends : [...ends, once(process, 'disconnect')]);
}

async function serve(options: ServeOptions): Promise<void> {
  const ending = new AbortController();
  const end = asked();
  await checkPort(options);
  const backend =
    options.postgres === undefined ? await embed(options, ending.signal) : await connect(options.postgres);
  try {
    const api = await startDataApi({ backend, host: options.host, port: options.port }).catch(
      (thrown: unknown) => {
        throw portProblem(thrown, options);
      },
    );
    tell({ ready: readyAt(api.url, backend.database) });
    if (options.postgres === undefined && options.sample && options.pulseSeconds > 0) {
      keepAlive(backend, options.pulseSeconds, ending.signal, (progress) => tell({ progress }));
    }
    await end;
    ending.abort();
    await api.close();
  } finally {
    await backend.close();
  }
}

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options.help) process.stdout.write(`${USAGE}\n`);
    else await serve(options);
    return 0;
  } catch (thrown) {
    const expected = thrown instanceof ConfigError || thrown instanceof StartError;
    tell({ failed: expected ? thrown.message : `The endpoint failed: ${reasonOf(thrown)}` });
    return thrown instanceof ConfigError ? EXIT_USAGE : EXIT_FAILED;
  }
}

void main().then((code) => {
  process.exitCode = code;
  // The channel to a parent would keep this process alive.
  if (process.connected) process.disconnect();
});
