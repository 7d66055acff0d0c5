import http from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { apiAnswer } from './api';
import { ExpositionError, parseExposition } from './exposition';
import { GroupPathError, parseGroupPath } from './group-path';
import { renderPage } from './page';
import { GroupStore } from './store';
import { renderText } from './text';

const unzip = promisify(gunzip);

export interface EmbeddedGateway {
  /** Without a trailing slash. */
  readonly url: string;
  /** Ends all connections and resolves when the port is free again. */
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const TEXT = 'text/plain; charset=utf-8';
const EXPOSITION = 'text/plain; version=0.0.4; charset=utf-8';

function refused(message: string): Answer {
  return { status: 400, type: TEXT, body: `${message}\n` };
}

function methodNotAllowed(allow: string): Answer {
  return { status: 405, type: TEXT, headers: { allow }, body: 'Method Not Allowed' };
}

/** Messages as the gateway joins them: one as it is, several as a list. */
function inconsistent(problems: readonly string[]): Answer {
  const list =
    problems.length === 1
      ? problems.join('')
      : `${problems.length} error(s) occurred:\n${problems.map((problem) => `* ${problem}`).join('\n')}`;
  return refused(`pushed metrics are invalid or inconsistent with existing metrics: ${list}`);
}

/** The body as text; undefined when it says that it is gzip and is not. */
async function bodyOf(request: http.IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (request.headers['content-encoding'] !== 'gzip') return body.toString('utf8');
  return await unzip(body).then(
    (text) => text.toString('utf8'),
    () => undefined,
  );
}

function page(store: GroupStore, path: string): Answer | undefined {
  switch (path) {
    case '/':
      return { status: 200, type: 'text/html; charset=utf-8', body: renderPage(store.list()) };
    case '/metrics':
      return { status: 200, type: EXPOSITION, body: renderText(store.gather()) };
    case '/api/v1/metrics':
      return { status: 200, type: 'application/json', body: apiAnswer(store.list()) };
    case '/-/healthy':
    case '/-/ready':
      return { status: 200, type: TEXT, body: 'OK' };
    default:
      return undefined;
  }
}

async function change(
  store: GroupStore,
  labels: Readonly<Record<string, string>>,
  request: http.IncomingMessage,
): Promise<Answer> {
  if (request.method === 'DELETE') {
    store.delete(labels);
    return { status: 202 };
  }
  if (request.method !== 'PUT' && request.method !== 'POST') {
    return methodNotAllowed('DELETE, OPTIONS, POST, PUT');
  }
  const body = await bodyOf(request);
  if (body === undefined) return refused('gzip: invalid header or unexpected EOF');
  const families = parseExposition(body);
  const problems = store.push(labels, families, request.method === 'PUT' ? 'replace' : 'merge');
  return problems.length === 0 ? { status: 200 } : inconsistent(problems);
}

/** The path, decoded. Undefined for an escape that cannot be decoded. */
function pathOf(request: http.IncomingMessage): string | undefined {
  const [path = '/'] = (request.url ?? '/').split('?');
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

async function answer(store: GroupStore, request: http.IncomingMessage): Promise<Answer> {
  const path = pathOf(request);
  if (path === undefined) return refused('400 Bad Request');
  // Like the real gateway, which cleans paths: whoever wrote an empty value without base64 has stored nothing.
  if (path.includes('//')) return { status: 301, headers: { location: path.replace(/\/{2,}/g, '/') } };
  const found = page(store, path);
  if (found !== undefined) {
    return request.method === 'GET' || request.method === 'HEAD' ? found : methodNotAllowed('GET, OPTIONS');
  }
  try {
    const labels = parseGroupPath(path);
    if (labels === undefined) return { status: 404, type: TEXT, body: '404 page not found\n' };
    return await change(store, labels, request);
  } catch (thrown) {
    if (thrown instanceof GroupPathError || thrown instanceof ExpositionError) return refused(thrown.message);
    throw thrown;
  }
}

/** A gateway that holds its groups in memory. Rejects with node's error when the port cannot be had. */
export async function startEmbeddedGateway({
  port,
  host,
}: {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
}): Promise<EmbeddedGateway> {
  const store = new GroupStore(() => Date.now() / 1_000);
  const server = http.createServer((request, response) => {
    answer(store, request).then(
      ({ status, type, headers = {}, body = '' }) => {
        response.writeHead(status, {
          ...headers,
          ...(type === undefined ? {} : { 'content-type': type }),
          'content-length': Buffer.byteLength(body),
        });
        response.end(request.method === 'HEAD' ? undefined : body);
      },
      (thrown: unknown) => response.destroy(thrown instanceof Error ? thrown : undefined),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    close: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
