import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Alertmanager {
  readonly url: string;
  stop(): Promise<void>;
}

/** Debian calls it prometheus-alertmanager. */
export const ALERTMANAGER = ['alertmanager', 'prometheus-alertmanager'].find((name) => {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

/**
 * Starts the real Alertmanager on a free port of the loopback, with a configuration whose receivers lead nowhere: what
 * is looked at is which alerts it would send.
 */
export async function startAlertmanager(configuration: string): Promise<Alertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'alertmanager-'));
  const file = join(folder, 'alertmanager.yml');
  const text = await readFile(configuration, 'utf8');
  await writeFile(file, text.replace(/url: https:\S+/, 'url: http://127.0.0.1:9/'));
  const port = await freePort();
  const child = spawn(
    ALERTMANAGER ?? 'alertmanager',
    [
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await saying(child, /Listening on|listening/i);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}

/** Resolves when the process says that it listens; rejects with what it said when it ends before. */
function saying(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (pattern.test(said)) resolve();
    });
    child.once('exit', () => reject(new Error(`Alertmanager ended: ${said}`)));
    child.once('error', reject);
  });
}
