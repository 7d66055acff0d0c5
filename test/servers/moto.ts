import { spawn } from 'node:child_process';
import { once } from 'node:events';

const START_LIMIT_MS = 30_000;

export interface Moto {
  /** http address of every AWS service, for AWS_ENDPOINT_URL. */
  readonly url: string;
  /** Sets what the next invocation of a function answers: this server runs no code. */
  answerInvocation(result: string, region: string): Promise<void>;
  /** Everything that the server has written so far. */
  log(): string;
  stop(): Promise<void>;
}

/**
 * Starts an AWS API that lives in memory, on a free port of the loopback interface.
 * @param program path of `moto_server`
 * @throws Error with what the server wrote, when it is not up in time
 */
export async function startMoto(program: string): Promise<Moto> {
  const server = spawn(program, ['--host', '127.0.0.1', '--port', '0'], {
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/', PYTHONUNBUFFERED: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(server, 'close');
  let written = '';
  const url = await new Promise<string>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`moto_server ${why}:\n${written}`));
    const limit = setTimeout(() => fail('did not start in time'), START_LIMIT_MS);
    const read = (chunk: Buffer): void => {
      written += chunk.toString();
      const found = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(written)?.[1];
      if (found === undefined) return;
      clearTimeout(limit);
      resolve(found);
    };
    server.stdout.on('data', read);
    server.stderr.on('data', read);
    server.once('error', reject);
    server.once('close', () => {
      clearTimeout(limit);
      fail('ended');
    });
  }).catch((thrown: unknown) => {
    server.kill('SIGKILL');
    throw thrown;
  });

  async function post(path: string, body: unknown): Promise<void> {
    const answer = await fetch(`${url}/moto-api/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok)
      throw new Error(`moto_server answered ${answer.status} to ${path}: ${await answer.text()}`);
    await answer.arrayBuffer();
  }

  // Without this it would look for Docker to run functions in.
  await post('config', { lambda: { use_docker: false } });
  return {
    url,
    answerInvocation: (result, region) =>
      post('static/lambda-simple/response', { results: [result], region }),
    log: () => written,
    stop: async () => {
      server.kill('SIGTERM');
      await closed;
    },
  };
}
