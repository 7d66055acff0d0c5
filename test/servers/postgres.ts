import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { chown, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from './process';

/** Where Debian and Ubuntu keep one folder a major version. */
const DEBIAN_FOLDER = '/usr/lib/postgresql';
const START_LIMIT_MS = 30_000;
const PORT_ATTEMPTS = 5;

export interface Postgres {
  /** postgres:// address of the superuser `postgres` in the database `postgres`; no password is asked. */
  readonly url: string;
  readonly port: number;
  /** The same server's address for another database; it is not created. */
  urlOf(database: string): string;
  /** Kills every server process at once, as a crash does. The data stays: `start` recovers it. */
  crash(): Promise<void>;
  /** Starts again on the same port after `crash`. */
  start(): Promise<void>;
  /** Ends the server and removes its folder. May be called twice. */
  stop(): Promise<void>;
}

interface Options {
  /** Server settings, as in postgresql.conf. */
  settings?: Readonly<Record<string, string>>;
}

/** The folder with the newest `initdb` and `postgres` of this machine; undefined when it has none. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER) : [];
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
  const folders = [
    ...newestFirst.map((version) => join(DEBIAN_FOLDER, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** PostgreSQL refuses to run as root; a test run in a container often is root. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/**
 * A direct connection. When it breaks, its statements fail and nothing else does: a client without a listener ends the
 * whole process.
 */
export async function connectTo(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Whether the server with this data answers there: for a moment another one may have the same port. */
async function answers(url: string, dataDirectory: string): Promise<boolean> {
  const client = await connectTo(url).catch(() => undefined);
  if (client === undefined) return false;
  try {
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory === dataDirectory;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * A PostgreSQL of its own, on a free loopback port, with its data in a temporary folder. Durability is off,
 * statistics are on.
 * @throws when none is installed (see `findPostgres`) or it does not start; the message has the server's log.
 */
export async function startPostgres({ settings = {} }: Options = {}): Promise<Postgres> {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('no PostgreSQL server is installed');
  const user = unprivilegedUser();
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'postgres-'));
  const dataDirectory = join(folder, 'data');
  let server: ChildProcess | undefined;
  let port = 0;
  const urlOf = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;

  async function launch(): Promise<void> {
    const options = {
      fsync: 'off',
      listen_addresses: '127.0.0.1',
      unix_socket_directories: folder,
      ...settings,
      port: String(port),
    };
    const flags = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(String(bin), 'postgres'), ['-D', dataDirectory, ...flags], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...user,
    });
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-8_000);
    });
    server = child;
    for (const giveUp = Date.now() + START_LIMIT_MS; ; await delay(20)) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > giveUp) {
        await end('SIGKILL');
        throw new Error(`PostgreSQL did not start: ${log}`);
      }
      if (await answers(urlOf('postgres'), dataDirectory)) return;
    }
  }

  /** Waits for the postmaster only; after SIGQUIT and SIGINT it has ended its children first. */
  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = server;
    server = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }

  async function stop(): Promise<void> {
    await end('SIGINT');
    await rm(folder, { recursive: true, force: true });
  }

  try {
    if (user !== undefined) await chown(folder, user.uid, user.gid);
    execFileSync(
      join(bin, 'initdb'),
      ['-D', dataDirectory, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { cwd: folder, stdio: 'pipe', ...user },
    );
    for (let attempt = 1; ; attempt += 1) {
      port = await freePort();
      const failure = await launch().then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      if (failure === undefined) break;
      const taken = failure instanceof Error && failure.message.includes('Address already in use');
      if (!taken || attempt === PORT_ATTEMPTS) throw failure;
    }
  } catch (thrown) {
    await stop();
    throw thrown;
  }

  return {
    url: urlOf('postgres'),
    port,
    urlOf,
    crash: () => end('SIGQUIT'),
    start: launch,
    stop,
  };
}
