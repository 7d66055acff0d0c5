import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type http from 'node:http';
import type net from 'node:net';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type Clock, systemClock } from '../../src/clock';
import { createLog } from '../../src/log';
import { createGateway, type GatewayOptions } from '../../src/pushgateway/client';
import type { Gateway } from '../../src/pushgateway/gateway';
import { MAX_ATTEMPTS } from '../../src/pushgateway/retry';
import { type Certificates, hasOpenssl, makeCertificates } from './certificates';
import { type LocalServer, serveHttp, serveHttps, serveSockets } from './local-server';

const EXPOSITION = '# TYPE g gauge\ng 1\n';
const KEY = { job: 'collect', app: 'shop' };
const DATE = 'Mon, 23 Nov 2026 03:00:00 GMT';

/** A clock on which every wait is over at once, and which remembers how long it was to be. */
function fastClock(): Clock & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    elapsed: () => 0,
    now: () => 0,
    sleep: async (ms, signal) => {
      signal.throwIfAborted();
      slept.push(ms);
    },
  };
}

let open: { close(): Promise<void> }[] = [];

function keep<T extends { close(): Promise<void> }>(server: T): T {
  open.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(open.map(async (server) => await server.close()));
  open = [];
});

function client(url: string, options: Partial<GatewayOptions> = {}): Gateway {
  return createGateway({
    url,
    credentials: async () => ({ kind: 'none' }),
    clock: fastClock(),
    random: () => 0.5,
    ...options,
  });
}

/** A deadline that only a broken client reaches. */
const patient = (): AbortSignal => AbortSignal.timeout(20_000);

interface Received {
  method: string | undefined;
  url: string | undefined;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** Answers with each of these in turn, the last one for ever, and remembers what it received. */
async function serveAnswers(
  ...answers: readonly (readonly [status: number, body?: string, headers?: http.OutgoingHttpHeaders])[]
): Promise<LocalServer & { readonly received: Received[] }> {
  const received: Received[] = [];
  const server = await serveHttp((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const { method, url, headers } = request;
      const [status, body, extra] = answers[Math.min(received.length, answers.length - 1)] ?? [500];
      received.push({ method, url, headers, body: Buffer.concat(chunks) });
      response.writeHead(status, { date: DATE, ...extra });
      response.end(body);
    });
  });
  return keep({ ...server, received });
}

describe('what is sent', () => {
  it('is a compressed PUT of text format 0.0.4 to the path of the group', async () => {
    const server = await serveAnswers([200]);
    await client(`http://${server.host}/`).push(KEY, EXPOSITION, patient());
    const [request] = server.received;
    expect(request).toMatchObject({
      method: 'PUT',
      url: '/metrics/job/collect/app/shop',
      headers: {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
        'content-encoding': 'gzip',
        'content-length': String(request?.body.length),
        connection: 'close',
      },
    });
    expect(gunzipSync(request?.body ?? Buffer.alloc(0)).toString()).toBe(EXPOSITION);
    expect(request?.headers.authorization).toBeUndefined();
  });

  it('goes below the path prefix of the address', async () => {
    const server = await serveAnswers([200], [202], [200, '{"status":"success","data":[]}']);
    const gateway = client(`http://${server.host}/ops/pushgateway`);
    await gateway.push(KEY, EXPOSITION, patient());
    await gateway.remove(KEY, patient());
    await expect(gateway.read(patient())).resolves.toEqual({ now: Date.parse(DATE) / 1_000, groups: [] });
    expect(server.received.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'PUT /ops/pushgateway/metrics/job/collect/app/shop',
      'DELETE /ops/pushgateway/metrics/job/collect/app/shop',
      'GET /ops/pushgateway/api/v1/metrics',
    ]);
  });

  it('carries basic credentials or a token', async () => {
    const server = await serveAnswers([200]);
    const url = `http://${server.host}`;
    await client(url, {
      credentials: async () => ({ kind: 'basic', username: 'push', password: 'p:ä' }),
    }).push(KEY, EXPOSITION, patient());
    await client(url, { credentials: async () => ({ kind: 'token', token: 't0ken' }) }).push(
      KEY,
      EXPOSITION,
      patient(),
    );
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual([
      `Basic ${Buffer.from('push:p:ä').toString('base64')}`,
      'Bearer t0ken',
    ]);
  });

  it('uses a new connection for each request', async () => {
    const ports = new Set<number | undefined>();
    const server = keep(
      await serveHttp((request, response) => {
        ports.add(request.socket.remotePort);
        response.writeHead(202).end();
      }),
    );
    const gateway = client(`http://${server.host}`);
    await gateway.remove(KEY, patient());
    await gateway.remove(KEY, patient());
    expect(ports.size).toBe(2);
  });
});

describe('answers that are not success', () => {
  async function failure(
    answer: readonly [status: number, body?: string, headers?: http.OutgoingHttpHeaders],
    options: Partial<GatewayOptions> = {},
  ): Promise<{ thrown: unknown; requests: number; host: string }> {
    const server = await serveAnswers(answer);
    const thrown: unknown = await client(`http://${server.host}`, options)
      .push(KEY, EXPOSITION, patient())
      .catch((caught: unknown) => caught);
    return { thrown, requests: server.received.length, host: server.host };
  }

  it("400 gives the gateway's text and the family, and is not repeated", async () => {
    const text = 'pushed metrics are invalid: collected metric "g" { gauge } is not a COUNTER\n';
    const { thrown, requests, host } = await failure([400, text]);
    expect(thrown).toMatchObject({
      name: 'PushError',
      status: 400,
      retryable: false,
      message: `pushing job="collect" app="shop": the Pushgateway at ${host} refused it because of the family g: ${text.trim()} (status 400)`,
    });
    expect(requests).toBe(1);
  });

  it('400 with a very long text is cut', async () => {
    const { thrown } = await failure([400, 'x'.repeat(100_000)]);
    expect(thrown).toBeInstanceOf(Error);
    expect(String(thrown).length).toBeLessThan(1_000);
  });

  it.each([
    [301, 'https://gateway.example/metrics/job/x', 'redirects to gateway.example;'],
    [307, '/login', 'redirects to 127.0.0.1:'],
    [302, undefined, 'redirects to an address that it does not name;'],
    [308, 'https://user:secret@gateway.example/', 'redirects to gateway.example;'],
  ])('%d is an error that names the host of %p', async (status, location, sentence) => {
    const { thrown, requests } = await failure([status, '', location === undefined ? {} : { location }]);
    expect(thrown).toMatchObject({ name: 'PushError', status, retryable: false });
    expect(String(thrown)).toContain(sentence);
    expect(String(thrown)).toContain('configure the final address');
    expect(String(thrown)).not.toContain('secret');
    expect(requests).toBe(1);
  });

  it.each([
    [401, 'check PUSHGATEWAY_SECRET_ARN'],
    [403, 'does not allow this'],
  ])('%d says which credentials to check, and tells whoever keeps them', async (status, sentence) => {
    let told = 0;
    const { thrown, requests } = await failure([status, 'no'], {
      credentials: async () => ({ kind: 'basic', username: 'someone', password: 'hunter2' }),
      onRefused: () => {
        told += 1;
      },
    });
    expect(thrown).toMatchObject({ name: 'PushError', status, retryable: false });
    expect(String(thrown)).toContain(sentence);
    expect(String(thrown)).not.toMatch(/someone|hunter2/);
    expect(told).toBe(1);
    expect(requests).toBe(1);
  });

  it.each([404, 405])('%d says that this does not look like a Pushgateway', async (status) => {
    const { thrown } = await failure([status, '<html>']);
    expect(thrown).toMatchObject({ status, message: expect.stringContaining('check whether a path prefix') });
  });

  it.each([204, 206, 418])('%d is not taken for success', async (status) => {
    const { thrown, requests } = await failure([status]);
    expect(thrown).toMatchObject({ name: 'PushError', status, retryable: false });
    expect(requests).toBe(1);
  });

  it('5xx is repeated, and its last text kept', async () => {
    const { thrown, requests } = await failure([503, 'no upstream']);
    expect(thrown).toMatchObject({
      name: 'PushError',
      status: 503,
      retryable: true,
      message: expect.stringContaining('no upstream'),
    });
    expect(requests).toBe(MAX_ATTEMPTS);
  });
});

describe('another attempt', () => {
  it('follows a 503, with the same body, and is logged without the credentials', async () => {
    const server = await serveAnswers([503], [200]);
    const lines: string[] = [];
    await client(`http://${server.host}`, {
      credentials: async () => ({ kind: 'token', token: 'hunter2' }),
      log: createLog({ level: 'debug', now: () => 0, write: (line) => lines.push(line) }),
    }).push(KEY, EXPOSITION, patient());
    expect(server.received).toHaveLength(2);
    expect(server.received[1]?.body).toEqual(server.received[0]?.body);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines.join(''))).toMatchObject({
      level: 'warn',
      attempt: 1,
      status: 503,
      delayMs: 100,
    });
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('waits as long as a 429 asks', async () => {
    const server = await serveAnswers([429, '', { 'retry-after': '7' }], [200]);
    const clock = fastClock();
    await client(`http://${server.host}`, { clock }).push(KEY, EXPOSITION, patient());
    expect(clock.slept).toEqual([7_100]);
  });

  it('is not made when the pause would outlast the run', async () => {
    const server = await serveAnswers([429, '', { 'retry-after': '3600' }]);
    await expect(client(`http://${server.host}`).push(KEY, EXPOSITION, patient())).rejects.toMatchObject({
      status: 429,
      retryable: true,
    });
    expect(server.received).toHaveLength(1);
  });

  it('ends when the signal aborts during the pause', async () => {
    const controller = new AbortController();
    const reason = new Error('the run is over');
    const server = await serveAnswers([503]);
    await expect(
      client(`http://${server.host}`, {
        clock: {
          ...systemClock,
          sleep: async (_, signal) => {
            const pause = systemClock.sleep(60_000, signal);
            controller.abort(reason);
            await pause;
          },
        },
      }).push(KEY, EXPOSITION, controller.signal),
    ).rejects.toBe(reason);
    expect(server.received).toHaveLength(1);
  });

  it('follows a connection that was closed, and uses another connection', async () => {
    let connections = 0;
    const server = keep(
      await serveSockets((socket) => {
        connections += 1;
        if (connections === 1) socket.destroy();
        else socket.once('data', () => socket.end('HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n'));
      }),
    );
    await client(`http://${server.host}`).remove(KEY, patient());
    expect(connections).toBe(2);
  });
});

describe('a hostile or broken server', () => {
  /** Calls `abort` once the server has reached the state under test. */
  async function untilAborted(
    behave: (socket: net.Socket, abort: () => void) => void,
    call: (gateway: Gateway, signal: AbortSignal) => Promise<unknown> = async (gateway, signal) =>
      await gateway.push(KEY, EXPOSITION, signal),
  ): Promise<{ thrown: unknown; reason: Error }> {
    const controller = new AbortController();
    const reason = new Error('the run is over');
    const server = keep(
      await serveSockets((socket) => behave(socket, () => setImmediate(() => controller.abort(reason)))),
    );
    const thrown: unknown = await call(client(`http://${server.host}`), controller.signal).catch(
      (caught: unknown) => caught,
    );
    return { thrown, reason };
  }

  it('that never answers ends with the deadline', async () => {
    const { thrown, reason } = await untilAborted((socket, abort) => socket.once('data', abort));
    expect(thrown).toBe(reason);
  });

  it('that never ends its answer ends with the deadline', async () => {
    const { thrown, reason } = await untilAborted((socket, abort) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n', abort);
      });
    });
    expect(thrown).toBe(reason);
  });

  it('that never ends its answer to a reading ends with the deadline', async () => {
    const { thrown, reason } = await untilAborted(
      (socket, abort) => {
        socket.once('data', () => {
          socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n', abort);
        });
      },
      async (gateway, signal) => await gateway.read(signal),
    );
    expect(thrown).toBe(reason);
  });

  it('that stops reading ends with the deadline', async () => {
    // Random, so that it stays larger than what the sockets buffer also when it is compressed.
    const large = Array.from({ length: 400_000 }, () => `g ${Math.random()}\n`).join('');
    const { thrown, reason } = await untilAborted(
      (socket, abort) => {
        socket.once('data', () => {
          socket.pause();
          abort();
        });
      },
      async (gateway, signal) => await gateway.push(KEY, large, signal),
    );
    expect(thrown).toBe(reason);
  });

  it('is not asked at all when time is over already', async () => {
    let connections = 0;
    const server = keep(
      await serveSockets(() => {
        connections += 1;
      }),
    );
    const reason = new Error('the run is over');
    await expect(
      client(`http://${server.host}`).push(KEY, EXPOSITION, AbortSignal.abort(reason)),
    ).rejects.toBe(reason);
    expect(connections).toBe(0);
  });

  it.each([
    ['closes without an answer', ''],
    ['cuts its answer short', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
    ['cuts a chunked answer short', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\nhalf'],
    ['cuts its headers short', 'HTTP/1.1 200 OK\r\ncontent-len'],
  ])('that %s is an error that may pass', async (_, bytes) => {
    let connections = 0;
    const server = keep(
      await serveSockets((socket) => {
        connections += 1;
        socket.once('data', () => socket.end(bytes));
      }),
    );
    await expect(client(`http://${server.host}`).push(KEY, EXPOSITION, patient())).rejects.toMatchObject({
      name: 'PushError',
      retryable: true,
      message: expect.stringContaining(server.host),
    });
    expect(connections).toBe(MAX_ATTEMPTS);
  });

  it('that sends without end is cut off', async () => {
    const server = keep(
      await serveHttp((_, response) => {
        response.writeHead(200);
        const more = (): void => {
          while (response.writable && response.write(Buffer.alloc(65_536, 'x')));
        };
        response.on('drain', more);
        more();
      }),
    );
    await expect(client(`http://${server.host}`).push(KEY, EXPOSITION, patient())).rejects.toMatchObject({
      name: 'PushError',
      status: 200,
      message: expect.stringContaining('larger than'),
    });
  });

  it('that does not speak HTTP is named', async () => {
    const server = keep(
      await serveSockets((socket) => socket.once('data', () => socket.end('220 smtp ready\r\n'))),
    );
    await expect(client(`http://${server.host}`).push(KEY, EXPOSITION, patient())).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('does not speak HTTP'),
    });
  });

  it('that is not there is named, with what to check', async () => {
    const server = await serveSockets(() => undefined);
    await server.close();
    await expect(client(`http://${server.host}`).push(KEY, EXPOSITION, patient())).rejects.toMatchObject({
      name: 'PushError',
      status: undefined,
      retryable: true,
      message: expect.stringMatching(
        new RegExp(`${server.host} cannot be reached: the connection was refused.*ECONNREFUSED`),
      ),
    });
  });

  it('whose name does not exist is named', async () => {
    await expect(client('http://gateway.invalid').push(KEY, EXPOSITION, patient())).rejects.toMatchObject({
      name: 'PushError',
      message: expect.stringMatching(/gateway\.invalid.*host name/),
    });
  });

  it('that answers a reading with something else is a sentence', async () => {
    const server = await serveAnswers([200, '<html>']);
    await expect(client(`http://${server.host}`).read(patient())).rejects.toMatchObject({
      name: 'PushError',
      message: expect.stringContaining('no list "data"'),
    });
  });
});

describe('credentials', () => {
  it('that cannot be read are a PushError with the cause', async () => {
    const cause = new Error('no access to the secret');
    const server = await serveAnswers([200]);
    const gateway = client(`http://${server.host}`, {
      credentials: async () => {
        throw cause;
      },
    });
    await expect(gateway.push(KEY, EXPOSITION, patient())).rejects.toMatchObject({
      name: 'PushError',
      cause,
      message: expect.stringContaining('no access to the secret'),
    });
    expect(server.received).toEqual([]);
  });

  it('that a header cannot carry are refused without being shown', async () => {
    const thrown: unknown = await client('http://127.0.0.1:1', {
      credentials: async () => ({ kind: 'token', token: 'hunter2\n' }),
    })
      .push(KEY, EXPOSITION, patient())
      .catch((caught: unknown) => caught);
    expect(thrown).toMatchObject({ name: 'PushError', retryable: false });
    expect(String(thrown)).not.toContain('hunter2');
  });
});

const describeTls = hasOpenssl() || process.env['CI'] !== undefined ? describe : describe.skip;

describeTls('HTTPS (needs openssl on the PATH)', () => {
  let certificates: Certificates;
  beforeAll(() => {
    certificates = makeCertificates();
  });

  async function push(
    certificate: { readonly key: string; readonly cert: string },
    ca: string | undefined,
  ): Promise<number> {
    let requests = 0;
    const server = keep(
      await serveHttps(certificate, (_, response) => {
        requests += 1;
        response.writeHead(200).end();
      }),
    );
    await client(`https://${server.host}`, { ca }).push(KEY, EXPOSITION, patient());
    return requests;
  }

  it('works with the authority that signed the certificate', async () => {
    await expect(push(certificates.server, certificates.ca)).resolves.toBe(1);
  });

  it('refuses an authority that is not known', async () => {
    await expect(push(certificates.server, undefined)).rejects.toMatchObject({
      name: 'PushError',
      retryable: false,
      message: expect.stringMatching(/certificate .* was not accepted.*PUSHGATEWAY_CA/),
    });
  });

  it("refuses another host's certificate", async () => {
    await expect(push(certificates.otherHost, certificates.ca)).rejects.toThrow(
      'ERR_TLS_CERT_ALTNAME_INVALID',
    );
  });

  it('refuses a certificate that is over', async () => {
    await expect(push(certificates.expired, certificates.ca)).rejects.toThrow('CERT_HAS_EXPIRED');
  });

  it('says when the port speaks no TLS', async () => {
    const server = await serveAnswers([200]);
    await expect(client(`https://${server.host}`).push(KEY, EXPOSITION, patient())).rejects.toMatchObject({
      retryable: false,
      message: expect.stringContaining('check that the port speaks HTTPS'),
    });
  });

  it('refuses it with NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment too', async () => {
    let requests = 0;
    const server = keep(
      await serveHttps(certificates.server, (_, response) => {
        requests += 1;
        response.writeHead(200).end();
      }),
    );
    // A process of its own, since node reads the variable from the real environment and not from jest's copy.
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', path.join(__dirname, 'push-once.ts'), `https://${server.host}`],
      { env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' }, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    await once(child, 'close');
    expect(output).toMatch(/^PushError: the certificate of the Pushgateway at .* was not accepted/);
    expect(requests).toBe(0);
  }, 30_000);
});
