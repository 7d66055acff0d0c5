import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { types } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/clock';
import { createDataApiClient, createDataApiDatabase } from '../../src/database/data-api';
import type { Statement } from '../../src/database/database';

/** The real SDK over HTTP against a service that behaves badly. */

const ADDRESS = { resourceArn: 'arn:cluster', secretArn: 'arn:secret', database: 'reviewmaps' };
const CREDENTIALS = { accessKeyId: 'AKIDLOCAL', secretAccessKey: 'never-in-a-message' };
const READ: Statement = { sql: 'SELECT 1::int8 AS n', idempotent: true };
const WRITE: Statement = { sql: 'INSERT INTO t VALUES (1)', idempotent: false };
const ONE = {
  numberOfRecordsUpdated: 0,
  columnMetadata: [{ label: 'n', typeName: 'int8' }],
  records: [[{ stringValue: '9007199254740993' }]],
};

// Jest gives tests an Error of their own, which Node's errors are no instances of. The SDK replaces what is not
// an Error by one without code or name, as it never does in a function.
const isInstance = Function.prototype[Symbol.hasInstance];
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: unknown, thrown: unknown) {
    return isInstance.call(this, thrown) || (this === Error && types.isNativeError(thrown));
  },
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const answered: Answer = (_, response) => response.end(JSON.stringify(ONE));
const silent: Answer = () => {};
const hangsUp: Answer = (request) => request.socket.destroy();
const stopsHalfway: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': 1_000 });
  response.write('{"records": [', () => response.destroy());
};
const neverEnds: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': 1_000 });
  response.write('{"records": [');
};

function refused(status: number, type: string, message = 'as the service said'): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type });
    response.end(JSON.stringify({ message }));
  };
}

function plain(status: number, body: string): Answer {
  return (_, response) => response.writeHead(status).end(body);
}

let server: Server;
/** What the service does with each call in turn; the last one is for all that follow. */
let script: Answer[] = [];
let bodies: string[] = [];
let arrived = Promise.withResolvers<void>();

function addressOf(listening: Server | ReturnType<typeof createTcpServer>): string {
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('the server does not listen');
  return `127.0.0.1:${address.port}`;
}

beforeEach(async () => {
  bodies = [];
  arrived = Promise.withResolvers();
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push(Buffer.concat(chunks).toString());
      arrived.resolve();
      (script[bodies.length - 1] ?? script.at(-1))?.(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function run(
  statement: Statement,
  { signal = AbortSignal.timeout(4_000), endpoint = `http://${addressOf(server)}` } = {},
) {
  const client = createDataApiClient({ region: 'ap-northeast-2', endpoint, credentials: CREDENTIALS });
  const database = createDataApiDatabase({
    client,
    address: ADDRESS,
    // Real time, but a waking cluster's second is a millisecond.
    clock: { ...systemClock, sleep: (ms, aborted) => systemClock.sleep(ms / 1_000, aborted) },
  });
  return database.query(statement, signal).finally(() => client.destroy());
}

describe('the adapter and the SDK over HTTP', () => {
  it('sends and reads 64-bit integers with all their digits, and Korean text', async () => {
    script = [answered];
    const rows = await run({
      sql: 'SELECT :id AS n, :region',
      parameters: {
        id: { type: 'int8', value: -9223372036854775807n },
        small: { type: 'int8', value: 7n },
        region: { type: 'text', value: '강남 \'"\\ 🍜' },
        nothing: { type: 'int8', value: null },
      },
      idempotent: true,
    });
    expect(rows).toEqual([{ n: 9007199254740993n }]);
    expect(bodies[0]).toContain('{"name":"id","value":{"longValue":-9223372036854775807}}');
    expect(bodies[0]).toContain('{"name":"small","value":{"longValue":7}}');
    expect(bodies[0]).toContain('{"name":"region","value":{"stringValue":"강남 \'\\"\\\\ 🍜"}}');
    expect(bodies[0]).toContain('{"name":"nothing","value":{"isNull":true}}');
  });

  it.each([
    ['503 twice', [refused(503, 'ServiceUnavailableError'), refused(503, 'ServiceUnavailableError')]],
    ['502 with a web page', [plain(502, '<html>bad gateway</html>')]],
    ['503 without a body', [plain(503, '')]],
    ['a socket that closes twice', [hangsUp, hangsUp]],
    ['an answer that stops halfway', [stopsHalfway]],
    ['a web page', [plain(200, '<html>welcome</html>')]],
    ['500 of a kind that is not documented', [refused(500, 'InternalFailure')]],
  ])('reads again after %s, and writes only once', async (_, answers) => {
    script = [...answers, answered];
    expect(await run(READ)).toEqual([{ n: 9007199254740993n }]);
    expect(bodies).toHaveLength(answers.length + 1);

    bodies = [];
    await expect(run(WRITE)).rejects.toMatchObject({
      name: 'QueryError',
      retryable: true,
      message: expect.stringContaining('the statement may have run'),
    });
    expect(bodies).toHaveLength(1);
  });

  it.each([
    [
      'a waking cluster',
      [refused(400, 'DatabaseResumingException'), refused(400, 'DatabaseResumingException')],
    ],
    ['throttling', [refused(400, 'ThrottlingException:http://internal.amazon.com/'), plain(429, '{}')]],
    ['a deadlock', [refused(400, 'DatabaseErrorException', 'ERROR: deadlock detected; SQLState: 40P01')]],
  ])('writes again after %s, since nothing ran', async (_, answers) => {
    script = [...answers, answered];
    await run(WRITE);
    expect(bodies).toHaveLength(answers.length + 1);
  });

  it.each([
    ['what never ends', hangsUp, READ, 3, 'broke before its answer'],
    [
      'a refusal of PostgreSQL',
      refused(400, 'DatabaseErrorException', 'ERROR: no; SQLState: 42501'),
      READ,
      1,
      'no',
    ],
    ['a refusal of AWS', refused(403, 'AccessDeniedException'), READ, 1, 'rds-data:ExecuteStatement'],
    ['another service', plain(404, '<html>not here</html>'), READ, 1, 'not the RDS Data API (status 404)'],
    ['a redirect', plain(301, ''), READ, 1, 'not the RDS Data API (status 301)'],
    ['JSON that is no answer', plain(200, '[]'), READ, 1, 'not the RDS Data API'],
  ])('gives up on %s', async (_, answer, statement, times, words) => {
    script = [answer];
    const thrown: unknown = await run(statement).catch((caught: unknown) => caught);
    expect(thrown).toMatchObject({ name: 'QueryError', message: expect.stringContaining(words) });
    expect(String(thrown)).not.toContain(CREDENTIALS.secretAccessKey);
    expect(bodies).toHaveLength(times);
  });

  it.each([
    ['a service that never answers', silent],
    ['an answer that never ends', neverEnds],
    ['a cluster that never wakes', refused(400, 'DatabaseResumingException')],
  ])("rejects with the signal's reason for %s", async (_, answer) => {
    script = [answer];
    const controller = new AbortController();
    const reason = new Error('the budget is spent');
    const waiting = run(WRITE, { signal: controller.signal });
    await arrived.promise;
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });

  it('closes the connection of a call that was aborted', async () => {
    const closed = Promise.withResolvers<void>();
    script = [(request) => request.socket.once('close', () => closed.resolve())];
    const client = createDataApiClient({
      region: 'ap-northeast-2',
      endpoint: `http://${addressOf(server)}`,
      credentials: CREDENTIALS,
    });
    const database = createDataApiDatabase({ client, address: ADDRESS, clock: systemClock });
    const controller = new AbortController();
    const waiting = database.query(READ, controller.signal);
    await arrived.promise;
    controller.abort(new Error('the budget is spent'));
    await expect(waiting).rejects.toThrow('the budget is spent');
    await closed.promise;
    client.destroy();
  });

  it('says what to check when nothing listens', async () => {
    const gone = createTcpServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://${addressOf(gone)}`;
    await new Promise((resolve) => gone.close(resolve));
    await expect(run(WRITE, { endpoint })).rejects.toMatchObject({
      name: 'QueryError',
      retryable: true,
      message: expect.stringMatching(/^no connection to the RDS Data API: .*ECONNREFUSED/),
    });
  });

  it('says what to check when https is spoken to a server without it', async () => {
    script = [answered];
    await expect(run(READ, { endpoint: `https://${addressOf(server)}` })).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('check that AWS_ENDPOINT_URL_RDS_DATA is right about https'),
    });
  });
});

describe("the SDK's own environment", () => {
  const before = { ...process.env };

  afterEach(() => {
    process.env = { ...before };
  });

  function runFromEnvironment() {
    const client = createDataApiClient();
    const database = createDataApiDatabase({ client, address: ADDRESS, clock: systemClock });
    return database.query(READ, AbortSignal.timeout(4_000)).finally(() => client.destroy());
  }

  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_RDS_DATA: `http://${addressOf(server)}`,
      AWS_REGION: 'ap-northeast-2',
      AWS_ACCESS_KEY_ID: 'AKIDLOCAL',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nonexistent/config',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
    });
    script = [answered];
  });

  it('gives address, region and credentials', async () => {
    expect(await runFromEnvironment()).toEqual([{ n: 9007199254740993n }]);
  });

  it.each([
    ['AWS_REGION', undefined, 'there is no AWS region: set AWS_REGION'],
    ['AWS_ACCESS_KEY_ID', undefined, 'there are no AWS credentials'],
    ['AWS_ENDPOINT_URL_RDS_DATA', 'nonsense', 'AWS_ENDPOINT_URL_RDS_DATA (or AWS_ENDPOINT_URL) is not a URL'],
  ])('says in one sentence that %s is wrong when it is %s', async (name, value, sentence) => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
    await expect(runFromEnvironment()).rejects.toMatchObject({
      name: 'QueryError',
      retryable: false,
      message: expect.stringContaining(sentence),
    });
    expect(bodies).toHaveLength(0);
  });
});
