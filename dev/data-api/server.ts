import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Backend } from './backend';
import { createCalls } from './calls';
import { ApiError, fromDriver } from './errors';
import { AWS_LIMITS, type Limits } from './limits';
import { readBody } from './request';
import { createTransactions } from './transactions';

export interface DataApi {
  /** Address for AWS_ENDPOINT_URL_RDS_DATA, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Cancels what runs, rolls back open transactions and frees the port. The backend stays open: it is its owner's. */
  close(): Promise<void>;
}

interface Options {
  readonly backend: Backend;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  readonly host?: string;
  /** Shorter limits than the service's, for tests. */
  readonly limits?: Partial<Limits>;
}

function send(response: ServerResponse, status: number, body: string, error?: string): void {
  if (response.destroyed || response.writableEnded) return;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-amzn-requestid': randomUUID(),
    ...(error === undefined ? {} : { 'x-amzn-errortype': error }),
    // What is left of a refused body is not read.
    ...(response.req.complete ? {} : { connection: 'close' }),
  });
  response.end(body);
}

function sendError(response: ServerResponse, { name, status, message }: ApiError): void {
  send(response, status, JSON.stringify({ message, code: name }), name);
}

/** Aborts when the client goes away before it had its answer. */
function disconnection(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.on('close', () => {
    if (!response.writableFinished) gone.abort(new Error('the client disconnected'));
  });
  return gone.signal;
}

/**
 * Serves the RDS Data API over HTTP in front of a backend. Signatures are not checked, any ARNs will do.
 * @throws when the address cannot be listened on (`code` is EADDRINUSE for a taken port).
 */
export async function startDataApi(options: Options): Promise<DataApi> {
  const { backend, port = 0, host = '127.0.0.1' } = options;
  const limits: Limits = { ...AWS_LIMITS, ...options.limits };
  const transactions = createTransactions(backend, limits.transactionIdleMs);
  const calls = createCalls(backend, transactions, limits);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = request.method === 'POST' ? calls.get(request.url ?? '') : undefined;
    if (call === undefined) {
      throw new ApiError(
        'UnknownOperationException',
        404,
        `No such operation: ${request.method} ${request.url}`,
      );
    }
    const body = await readBody(request, limits.requestBytes);
    send(response, 200, await call(body, disconnection(response)));
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((thrown: unknown) => sendError(response, fromDriver(thrown)));
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;

  return {
    url: `http://${shown}:${address.port}`,
    port: address.port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      await transactions.close();
    },
  };
}
