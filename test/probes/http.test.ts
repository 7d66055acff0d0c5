import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import {
  createServer as createTcpServer,
  type LookupFunction,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { HttpProbeConfig } from '../../src/config/config';
import { httpProbe } from '../../src/probes/http';
import { hasOpenssl, makeCertificate, type TestCertificate } from './certificates';
import { contextWith, detailOf, reasonOf } from './context';

const running: { server: TcpServer; sockets: Set<Socket> }[] = [];

/** Listens on a free port of the loopback; stopped, with every connection, after the test. */
async function listen<S extends TcpServer>(server: S): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  running.push({ server, sockets });
  return portOf(server);
}

function portOf(server: TcpServer): number {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the server does not listen on a port');
  return address.port;
}

afterEach(async () => {
  for (const { server, sockets } of running.splice(0)) {
    for (const socket of sockets) socket.destroy();
    if (server.listening) {
      server.close();
      await once(server, 'close');
    }
  }
});

async function serve(listener: RequestListener): Promise<{ url: string; server: Server }> {
  const server = createServer(listener);
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}/v1/healthz`, server };
}

function configFor(url: string, config: Partial<HttpProbeConfig> = {}): HttpProbeConfig {
  return {
    kind: 'http',
    name: 'health',
    timeoutSeconds: 5,
    url,
    status: { from: 200, to: 299 },
    body: undefined,
    json: undefined,
    ...config,
  };
}

const run = (config: HttpProbeConfig) => httpProbe(config)(contextWith());

async function serveBody(body: string | Buffer): Promise<string> {
  return (await serve((_, response) => response.end(body))).url;
}

describe('httpProbe: status', () => {
  test.each([200, 204, 299])('is up when the answer is %d of 200 to 299', async (status) => {
    const { url } = await serve((_, response) => response.writeHead(status).end());
    expect(await run(configFor(url))).toEqual({ up: true });
  });

  test('is down with the status found and the range expected', async () => {
    const { url } = await serve((_, response) => response.writeHead(500).end('{"status":"healthy"}'));
    const outcome = await run(configFor(url, { json: { field: 'status', equals: 'healthy' } }));
    expect(reasonOf(outcome)).toBe('status');
    expect(detailOf(outcome)).toBe(`${url} answered 500, expected 200 to 299`);
  });

  test('includes both ends of the range and nothing beside it', async () => {
    const { url } = await serve((_, response) => response.writeHead(401).end());
    expect(await run(configFor(url, { status: { from: 401, to: 401 } }))).toEqual({ up: true });
    expect(detailOf(await run(configFor(url, { status: { from: 402, to: 402 } })))).toMatch(/expected 402$/);
    expect(reasonOf(await run(configFor(url, { status: { from: 400, to: 400 } })))).toBe('status');
  });

  test('asks once, by GET, with a name of its own, unencoded and on a connection of its own', async () => {
    const seen: unknown[] = [];
    const { url } = await serve((request, response) => {
      const { 'user-agent': agent, connection, 'accept-encoding': encoding } = request.headers;
      seen.push([request.method, request.url, agent, connection, encoding]);
      response.end();
    });
    await run(configFor(`${url}?deep=1`));
    expect(seen).toEqual([['GET', '/v1/healthz?deep=1', 'reviewmaps-monitoring', 'close', 'identity']]);
  });

  test('leaves no connection behind, though it does not read the body', async () => {
    const { url, server } = await serve((_, response) => {
      response.writeHead(200);
      response.write('the start of a body without an end');
    });
    const closed = new Promise<void>((resolve) => {
      server.once('connection', (socket) => socket.once('close', () => resolve()));
    });
    expect(await run(configFor(url))).toEqual({ up: true });
    await closed;
  });
});

describe('httpProbe: redirects', () => {
  test('does not follow one, and names the host that it leads to but no path or query', async () => {
    let requests = 0;
    const { url } = await serve((_, response) => {
      requests += 1;
      response.writeHead(302, { location: 'https://user:pass@login.example.com/next?token=abc' }).end();
    });
    const outcome = await run(configFor(url));
    expect(reasonOf(outcome)).toBe('redirect');
    expect(detailOf(outcome)).toBe(
      `${url} answered 302, expected 200 to 299; it redirects to https://login.example.com, which is not followed`,
    );
    expect(requests).toBe(1);
  });

  test('reads a location without a host as its own', async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(301, { location: '/login/?next=1' }).end(),
    );
    expect(detailOf(await run(configFor(url)))).toContain(`redirects to ${new URL(url).origin},`);
  });

  test('says so when the location cannot be read', async () => {
    const { url } = await serve((_, response) => response.writeHead(307, { location: 'http://' }).end());
    const outcome = await run(configFor(url));
    expect(reasonOf(outcome)).toBe('redirect');
    expect(detailOf(outcome)).toContain('an address that cannot be read');
  });

  test('is up when the configured range expects it', async () => {
    const { url } = await serve((_, response) => response.writeHead(302, { location: '/login/' }).end());
    expect(await run(configFor(url, { status: { from: 200, to: 399 } }))).toEqual({ up: true });
  });

  test('is a wrong status when it leads nowhere', async () => {
    const { url } = await serve((_, response) => response.writeHead(304).end());
    expect(reasonOf(await run(configFor(url)))).toBe('status');
  });
});

describe('httpProbe: body', () => {
  const healthy = { json: { field: 'status', equals: 'healthy' } };

  test('is up when the text is there, over the border of two chunks and outside ASCII too', async () => {
    const bytes = Buffer.from('상태: 정상입니다');
    const { url } = await serve((_, response) => {
      response.write(bytes.subarray(0, 9));
      setImmediate(() => response.end(bytes.subarray(9)));
    });
    expect(await run(configFor(url, { body: '정상' }))).toEqual({ up: true });
  });

  test('is down with a short excerpt on one line when the text is not there', async () => {
    const url = await serveBody(`<h1>\n\tMaintenance</h1>${'x'.repeat(500)}`);
    const outcome = await run(configFor(url, { body: 'healthy' }));
    expect(reasonOf(outcome)).toBe('body');
    expect(detailOf(outcome)).toContain(
      'does not have the text "healthy" in its body, which starts <h1> Maintenance</h1>xxx',
    );
    expect(detailOf(outcome).length).toBeLessThan(250);
  });

  test('is up when the JSON field has the value', async () => {
    expect(await run(configFor(await serveBody('{"status":"healthy"}'), healthy))).toEqual({ up: true });
  });

  test.each([
    ['a.b.c', 3, '{"a":{"b":{"c":3}}}'],
    ['checks.1.ok', true, '{"checks":[{},{"ok":true}]}'],
    ['error', null, '{"error":null}'],
  ])('finds %s by its path', async (field, equals, body) => {
    expect(await run(configFor(await serveBody(body), { json: { field, equals } }))).toEqual({ up: true });
  });

  test.each([
    ['another value', '{"status":"degraded"}', 'has "degraded" in the field "status", expected "healthy"'],
    ['a value of another type', '{"status":true}', 'has true in the field "status", expected "healthy"'],
    ['an object', '{"status":{"code":"healthy"}}', 'has {"code":"healthy"} in the field "status"'],
    ['no such field', '{"state":"healthy"}', 'has no field "status" in its JSON body: {"state":"healthy"}'],
    ['no object', '"healthy"', 'has no field "status" in its JSON body: "healthy"'],
    ['null', 'null', 'has no field "status" in its JSON body: null'],
    ['malformed JSON', '{"status":"healthy"', 'has a body that is not JSON: {"status":"healthy"'],
    ['an empty body', '', 'has a body that is not JSON: nothing (it is empty)'],
  ])('is down when the body has %s', async (_, body, problem) => {
    const outcome = await run(configFor(await serveBody(body), healthy));
    expect(reasonOf(outcome)).toBe('body');
    expect(detailOf(outcome)).toContain(problem);
  });

  test('takes no inherited property for a field', async () => {
    const json = { field: 'constructor.name', equals: 'Object' };
    expect(reasonOf(await run(configFor(await serveBody('{}'), { json })))).toBe('body');
  });

  test('needs both when a text and a field are configured', async () => {
    const url = await serveBody('{"status":"healthy"}');
    expect(await run(configFor(url, { ...healthy, body: 'status' }))).toEqual({ up: true });
    expect(reasonOf(await run(configFor(url, { ...healthy, body: 'nowhere' })))).toBe('body');
  });

  test('shows no query value of its own address, though the page repeats it', async () => {
    const { url } = await serve((request, response) => response.end(`no page for ${request.url} (p w/1)`));
    const detail = detailOf(
      await run(configFor(`${url}?token=s3cret&password=p%20w/1`, { body: 'healthy' })),
    );
    expect(detail).toContain('no page for /v1/healthz?token=***&password=*** (***)');
    expect(detail).not.toMatch(/s3cret|p%20w|p w/);
  });

  test('reads one mebibyte and no more', async () => {
    const limit = 1024 * 1024;
    const within = await serveBody(`${' '.repeat(limit - 7)}healthy`);
    expect(await run(configFor(within, { body: 'healthy' }))).toEqual({ up: true });
    const beyond = await serveBody(`${' '.repeat(limit)}healthy`);
    const outcome = await run(configFor(beyond, { body: 'healthy' }));
    expect(reasonOf(outcome)).toBe('body');
    expect(detailOf(outcome)).toContain(`in its first ${limit} bytes`);
  });

  test('ends a body that never ends at the limit', async () => {
    const { url } = await serve((_, response) => {
      const block = Buffer.alloc(64 * 1024, ' ');
      const write = () => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', write);
      write();
    });
    const outcome = await run(configFor(url, healthy));
    expect(detailOf(outcome)).toContain('too long to look for the field "status"');
  });

  test('says that a body came encoded', async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('?'),
    );
    const outcome = await run(configFor(url, healthy));
    expect(reasonOf(outcome)).toBe('body');
    expect(detailOf(outcome)).toContain('as gzip');
  });
});

describe('httpProbe: connection', () => {
  test('is dns when the name does not resolve', async () => {
    const lookup = (
      name: string,
      _: unknown,
      done: (error: NodeJS.ErrnoException, address: string) => void,
    ) => done(Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), { code: 'ENOTFOUND' }), '');
    const outcome = await httpProbe(configFor('http://django.example/v1/healthz'), { lookup })(contextWith());
    expect(reasonOf(outcome)).toBe('dns');
    expect(detailOf(outcome)).toBe(
      'http://django.example/v1/healthz has a host name that cannot be resolved (ENOTFOUND)',
    );
  });

  test('is connect when nothing listens', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    server.close();
    await once(server, 'close');
    for (const host of ['127.0.0.1', 'localhost']) {
      const outcome = await run(configFor(`http://${host}:${port}/`));
      expect(reasonOf(outcome)).toBe('connect');
      expect(detailOf(outcome)).toContain('refused the connection (ECONNREFUSED)');
    }
  });

  /** A resolver that gives these addresses for every name. */
  const resolvingTo =
    (...addresses: string[]): LookupFunction =>
    (_, __, done) => {
      setImmediate(() =>
        done(
          null,
          addresses.map((address) => ({ address, family: 4 })),
        ),
      );
    };

  test('tries every address of a host', async () => {
    const { url, server } = await serve((_, response) => response.end());
    const named = configFor(`http://django.example:${portOf(server)}/`);
    const someAnswer = { lookup: resolvingTo('127.0.0.9', new URL(url).hostname) };
    expect(await httpProbe(named, someAnswer)(contextWith())).toEqual({ up: true });
    const noneAnswers = { lookup: resolvingTo('127.0.0.9', '127.0.0.8') };
    const outcome = await httpProbe(named, noneAnswers)(contextWith());
    expect(reasonOf(outcome)).toBe('connect');
    expect(detailOf(outcome)).toContain('refused the connection (ECONNREFUSED)');
  });

  test('is connect when the connection is closed, or reset, instead of an answer', async () => {
    for (const end of ['destroy', 'resetAndDestroy'] as const) {
      const port = await listen(createTcpServer((socket) => socket.once('data', () => socket[end]())));
      const outcome = await run(configFor(`http://127.0.0.1:${port}/`));
      expect(reasonOf(outcome)).toBe('connect');
      expect(detailOf(outcome)).toContain('closed the connection before it answered');
    }
  });

  test('is connect when the connection ends in the middle of a body that is wanted', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"status":', () => response.destroy());
    });
    const outcome = await run(configFor(url, { json: { field: 'status', equals: 'healthy' } }));
    expect(reasonOf(outcome)).toBe('connect');
    expect(detailOf(outcome)).toContain('in the middle of the body');
  });

  test('is up when the end of the connection is the end of the body', async () => {
    const port = await listen(
      createTcpServer((socket) =>
        socket.once('data', () => socket.end('HTTP/1.0 200 OK\r\n\r\n{"status":"healthy"}')),
      ),
    );
    const json = { field: 'status', equals: 'healthy' };
    expect(await run(configFor(`http://127.0.0.1:${port}/`, { json }))).toEqual({ up: true });
  });

  test('is status when what answers does not speak HTTP', async () => {
    const port = await listen(createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
    const outcome = await run(configFor(`http://127.0.0.1:${port}/`));
    expect(reasonOf(outcome)).toBe('status');
    expect(detailOf(outcome)).toContain('not valid HTTP');
  });
});

describe('httpProbe: timeout', () => {
  /** Runs the probe, aborts when `reached` says so, and expects that it settles with the phase it was in. */
  async function expectTimeout(
    config: HttpProbeConfig,
    reached: Promise<unknown>,
    phase: string,
    connection?: Parameters<typeof httpProbe>[1],
  ): Promise<void> {
    const controller = new AbortController();
    const settled = httpProbe(config, connection)(contextWith({ signal: controller.signal }));
    await reached;
    controller.abort();
    const outcome = await settled;
    expect(reasonOf(outcome)).toBe('timeout');
    expect(detailOf(outcome)).toMatch(new RegExp(`was given up after 10 s, while ${phase}$`));
  }

  test('settles at once when the signal had aborted before, and connects to nothing', async () => {
    let connections = 0;
    const { url, server } = await serve((_, response) => response.end());
    server.on('connection', () => {
      connections += 1;
    });
    const outcome = await httpProbe(configFor(url))(contextWith({ signal: AbortSignal.abort() }));
    expect(reasonOf(outcome)).toBe('timeout');
    expect(connections).toBe(0);
  });

  test('settles while the name is being resolved', async () => {
    let asked = () => {};
    const reached = new Promise<void>((resolve) => {
      asked = resolve;
    });
    await expectTimeout(configFor('http://django.example/'), reached, 'resolving the host name', {
      lookup: () => asked(),
    });
  });

  test('settles while the TLS handshake hangs', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    const reached = once(server, 'connection').then(async ([socket]) => once(socket, 'data'));
    await expectTimeout(configFor(`https://127.0.0.1:${port}/`), reached, 'in the TLS handshake');
  });

  test('settles while the answer is waited for, and closes the connection', async () => {
    const { url, server } = await serve(() => undefined);
    const closed = once(server, 'connection').then(async ([socket]) => once(socket, 'close'));
    await expectTimeout(configFor(url), once(server, 'request'), 'waiting for the answer');
    await closed;
  });

  test('settles while a body drips, though bytes keep coming', async () => {
    let dripped = () => {};
    const reached = new Promise<void>((resolve) => {
      dripped = resolve;
    });
    const { url } = await serve((_, response) => {
      let drops = 0;
      const timer = setInterval(() => {
        response.write(' ');
        drops += 1;
        if (drops === 5) dripped();
      }, 5);
      response.on('close', () => clearInterval(timer));
    });
    await expectTimeout(configFor(url, { body: 'healthy' }), reached, 'reading the body');
  });
});

const describeTls = hasOpenssl || process.env['CI'] ? describe : describe.skip;

describeTls('httpProbe: TLS (needs openssl)', () => {
  async function serveTls(certificate: TestCertificate): Promise<string> {
    const server = createTlsServer(certificate, (_, response) => response.end('{"status":"healthy"}'));
    return `https://127.0.0.1:${await listen(server)}/v1/healthz`;
  }

  const runTrusting = (config: HttpProbeConfig, ca?: string) =>
    httpProbe(config, ca === undefined ? {} : { ca })(contextWith());

  const inDays = (days: number) => Date.now() / 1000 + days * 86_400;

  test('is up with a trusted certificate and says when it expires', async () => {
    const certificate = makeCertificate('IP:127.0.0.1', 30);
    const url = await serveTls(certificate);
    const outcome = await runTrusting(configFor(url, { body: 'healthy' }), certificate.cert);
    expect(outcome.up).toBe(true);
    expect(Math.abs((outcome.certificateExpiresAt ?? 0) - inDays(30))).toBeLessThan(600);
  });

  test('says when the certificate expires also when the service is down', async () => {
    const certificate = makeCertificate('IP:127.0.0.1', 30);
    const url = await serveTls(certificate);
    const outcome = await runTrusting(configFor(url, { body: 'nowhere' }), certificate.cert);
    expect(reasonOf(outcome)).toBe('body');
    expect(Math.abs((outcome.certificateExpiresAt ?? 0) - inDays(30))).toBeLessThan(600);
  });

  test('is tls when the certificate has expired, with the time when it did', async () => {
    const certificate = makeCertificate('IP:127.0.0.1', -1);
    const outcome = await runTrusting(configFor(await serveTls(certificate)), certificate.cert);
    expect(reasonOf(outcome)).toBe('tls');
    expect(detailOf(outcome)).toMatch(/has a certificate that expired at 20\d\d-\d\d-\d\dT/);
    expect(Math.abs((outcome.certificateExpiresAt ?? 0) - inDays(-1))).toBeLessThan(600);
  });

  test('is tls when nobody trusted signed the certificate', async () => {
    const outcome = await runTrusting(configFor(await serveTls(makeCertificate('IP:127.0.0.1', 30))));
    expect(reasonOf(outcome)).toBe('tls');
    expect(detailOf(outcome)).toContain('from an unknown authority (DEPTH_ZERO_SELF_SIGNED_CERT)');
  });

  test('verifies even where the process was told not to', async () => {
    const url = await serveTls(makeCertificate('IP:127.0.0.1', 30));
    // In a process of its own: Node reads the variable from the real environment, which Jest shields.
    const script = `
      const { httpProbe } = require('./src/probes/http');
      const { systemClock } = require('./src/clock');
      const context = { clock: systemClock, signal: AbortSignal.timeout(20_000) };
      httpProbe(${JSON.stringify(configFor(url))})(context).then((outcome) => console.log(outcome.reason ?? 'up'));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--eval', script], {
      env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    });
    expect(stdout.trim()).toBe('tls');
  }, 30_000);

  test('is tls when the certificate is for another host', async () => {
    const certificate = makeCertificate('DNS:other.example', 30);
    const outcome = await runTrusting(configFor(await serveTls(certificate)), certificate.cert);
    expect(reasonOf(outcome)).toBe('tls');
    expect(detailOf(outcome)).toMatch(/certificate for another host name \(.*127\.0\.0\.1/);
  });
});

describe('httpProbe: TLS', () => {
  test('is tls when the server speaks plain HTTP', async () => {
    const { url } = await serve((_, response) => response.end());
    const outcome = await run(configFor(url.replace('http:', 'https:')));
    expect(reasonOf(outcome)).toBe('tls');
    expect(detailOf(outcome)).toMatch(/failed the TLS handshake \(.*wrong version number/);
    expect(detailOf(outcome)).not.toContain('\n');
  });

  test('is tls when the connection is closed during the handshake', async () => {
    const port = await listen(createTcpServer((socket) => socket.once('data', () => socket.destroy())));
    const outcome = await run(configFor(`https://127.0.0.1:${port}/`));
    expect(reasonOf(outcome)).toBe('tls');
    expect(detailOf(outcome)).toContain('closed the connection during the TLS handshake');
  });
});
