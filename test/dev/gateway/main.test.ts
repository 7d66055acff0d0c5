import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startEmbeddedGateway } from '../../../dev/gateway/server';

const MAIN = path.resolve(__dirname, '../../../dev/gateway/main.ts');
const TSX = ['--import', 'tsx'];

let children: ChildProcess[] = [];

function started<T extends ChildProcess>(child: T): T {
  children.push(child);
  return child;
}

afterEach(() => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  children = [];
});

function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    http
      .get(url, { agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
      .once('error', reject);
  });
}

/** Runs it without a parent that talks to it, until it ends. */
async function run(...options: readonly string[]): Promise<{ code: unknown; errors: string }> {
  const child = started(
    spawn(process.execPath, [...TSX, MAIN, ...options], { stdio: ['ignore', 'ignore', 'pipe'] }),
  );
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const [code]: unknown[] = await once(child, 'close');
  return { code, errors };
}

describe('the embedded gateway as a process', () => {
  it('tells its parent where it is, and ends when the parent is gone', async () => {
    const child = started(fork(MAIN, ['--port', '0'], { execArgv: TSX }));
    const [message]: unknown[] = await once(child, 'message');
    expect(message).toEqual({ ready: { url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) } });
    const url = /http:[^"]*/.exec(JSON.stringify(message))?.[0];
    await expect(statusOf(`${url}/-/ready`)).resolves.toBe(200);
    const ended = once(child, 'exit');
    child.disconnect();
    await expect(ended).resolves.toEqual([0, null]);
  }, 30_000);

  it('says in one sentence that its port is taken', async () => {
    const other = await startEmbeddedGateway({ port: 0, host: '127.0.0.1' });
    try {
      const port = new URL(other.url).port;
      const { code, errors } = await run('--port', port);
      expect(code).toBe(1);
      expect(errors).toBe(
        `port ${port} on 127.0.0.1 is taken by another program; stop that one or choose another with --port\n`,
      );
    } finally {
      await other.close();
    }
  }, 30_000);

  it('says in one sentence that a port is none', async () => {
    const { code, errors } = await run('--port', '9o91');
    expect(code).toBe(1);
    expect(errors).toBe('--port must be a number from 0 to 65535, got "9o91"\n');
  }, 30_000);
});
