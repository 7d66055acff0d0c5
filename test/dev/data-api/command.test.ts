import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findPostgres, type Postgres, startPostgres } from '../../servers/postgres';
import { createClient } from './client';
import { startCommand } from './command';

const MAIN = join(__dirname, '../../../dev/data-api/main.ts');
const missing = findPostgres() === undefined && process.env['CI'] === undefined;

/** The command as a person starts it: no channel, what it prints, how it ends. */
async function inTerminal(args: readonly string[], until?: (stdout: string) => boolean) {
  const child = fork(MAIN, args, {
    // Hides the channel that fork opens from the program.
    execArgv: [
      '--import',
      'tsx',
      '--import',
      'data:text/javascript,process.disconnect();delete process.send',
    ],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { stdout, stderr } = child;
  if (stdout === null || stderr === null) throw new Error('the output is not piped');
  let printed = '';
  stdout.setEncoding('utf8').on('data', (chunk: string) => {
    printed += chunk;
    if (until?.(printed)) child.kill('SIGINT');
  });
  const [errors, [code]] = await Promise.all([text(stderr), once(child, 'close')]);
  return { code: Number(code), stdout: printed, stderr: errors };
}

describe('the command', () => {
  it('refuses an option that it does not know, with exit code 2', async () => {
    const { code, stdout, stderr } = await inTerminal(['--prot', '1']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain("Unknown option '--prot'. See --help.");
  });

  it('says in one sentence that a port is taken, before it starts a database', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, stderr } = await inTerminal(['--port', String(port)]);
    server.close();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Port ${port} on 127.0.0.1 is taken: stop what listens there, or choose another with --port.\n`,
    });
  });

  it('says in one sentence that a database cannot be reached, without its password', async () => {
    const { code, stderr } = await inTerminal([
      '--port',
      '0',
      '--postgres',
      'postgres://me:hunter2@127.0.0.1:1/mine',
    ]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'The database at 127.0.0.1:1/mine cannot be reached: connect ECONNREFUSED 127.0.0.1:1.\n',
    });
  });

  it('tells a parent why it did not start', async () => {
    const command = startCommand(['--port', 'http']);
    await expect(command.ready).rejects.toThrow(/--port is "http"/);
    expect(await command.exit).toBe(2);
  });
});

describe('the command with the embedded database', () => {
  it('says how long each step took, serves the sample data and keeps changing it', async () => {
    const command = startCommand(['--port', '0', '--pulse', '1']);
    const { url } = await command.ready;
    expect(await command.progress('Embedded PostgreSQL started in')).toMatch(/in \d+\.\d s$/);
    expect(await command.progress('loaded in')).toMatch(
      /^3000 campaigns and 4000 reviews loaded in \d+\.\d s$/,
    );
    expect(await command.progress('sample data:')).toMatch(/[3-8] campaigns added/);
    const campaigns = await createClient(url).value('SELECT count(*) FROM campaign');
    expect(campaigns?.longValue).toBeGreaterThan(3_000);
    expect(await command.stop()).toBe(0);
  }, 60_000);
});

(missing ? describe.skip : describe)('the command in front of a PostgreSQL server', () => {
  let postgres: Postgres;

  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);

  afterAll(() => postgres.stop());

  it('prints the environment to copy, and ends cleanly on SIGINT', async () => {
    const { code, stdout, stderr } = await inTerminal(
      ['--port', '0', '--postgres', postgres.url],
      (printed) => printed.includes('DATABASE_NAME'),
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringMatching(/^export AWS_ENDPOINT_URL_RDS_DATA=http:\/\/127\.0\.0\.1:\d+$/),
      'export AWS_REGION=ap-northeast-2',
      'export AWS_ACCESS_KEY_ID=local',
      'export AWS_SECRET_ACCESS_KEY=local',
      expect.stringMatching(/^export DATABASE_CLUSTER_ARN=arn:aws:rds:\S+$/),
      expect.stringMatching(/^export DATABASE_SECRET_ARN=arn:aws:secretsmanager:\S+$/),
      'export DATABASE_NAME=postgres',
    ]);
  });

  it('serves that database, and ends with the process that started it', async () => {
    const command = startCommand(['--port', '0', '--postgres', postgres.url]);
    const { url, database } = await command.ready;
    const client = createClient(url);
    expect(await client.value('SELECT current_database()', { database })).toEqual({
      stringValue: 'postgres',
    });
    expect(await command.stop()).toBe(0);
  });

  it('ends on SIGTERM while a statement runs', async () => {
    const command = startCommand(['--port', '0', '--postgres', postgres.url]);
    const client = createClient((await command.ready).url);
    const call = client.execute('SELECT pg_sleep(60)');
    const cut = expect(call).rejects.toThrow();
    await client.execute('SELECT 1');
    command.child.kill('SIGTERM');
    await cut;
    expect(await command.exit).toBe(0);
  });
});
