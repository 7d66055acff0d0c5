import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endProcess, freePort } from './process';

export interface Alertmanager {
  readonly url: string;
  /** `host:port`. */
  readonly address: string;
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

/** Where the shipped configuration expects its files, and where they are in the project. */
const SECRETS = '/etc/alertmanager/secrets';
const TEMPLATES = {
  shipped: '/etc/alertmanager/templates',
  own: join(__dirname, '../../deploy/alertmanager'),
};
/** Nobody listens there. */
const NOBODY = 'http://127.0.0.1:9';

/**
 * Starts the real Alertmanager on a free port of the loopback.
 * @param configuration text of alertmanager.yml; its paths and outside addresses are replaced by local ones
 * @param receivers address of a server that gets what Slack and the heartbeat would get, below the path `/on-call`,
 * `/team` or `/heartbeat`; without it nobody does, and what can be looked at is which alerts it would send
 */
export async function startAlertmanager(configuration: string, receivers = NOBODY): Promise<Alertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'alertmanager-'));
  const file = join(folder, 'alertmanager.yml');
  const secrets = join(folder, 'secrets');
  await mkdir(secrets);
  for (const name of ['on-call', 'team'])
    await writeFile(join(secrets, `slack-${name}`), `${receivers}/${name}`);
  await writeFile(
    file,
    configuration
      .replaceAll(SECRETS, secrets)
      .replaceAll(TEMPLATES.shipped, TEMPLATES.own)
      .replace(/url: https:\S+/, `url: ${receivers}/heartbeat`),
  );
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    ALERTMANAGER ?? 'alertmanager',
    [
      `--config.file=${file}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await saying(child, /Listening on|listening/i);
  return {
    url: `http://${address}`,
    address,
    stop: async () => {
      await endProcess(child);
      await rm(folder, { recursive: true });
    },
  };
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
