import http from 'node:http';
import https from 'node:https';
import { PushError } from '../errors';
import { connectionFailure } from './connection-failure';

export interface GatewayRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  /** PEM of the authority that signed the gateway's certificate; it replaces the public ones. */
  readonly ca?: string | undefined;
  /** The answer's body may have this many bytes. */
  readonly maxBytes: number;
  /** Gets the body of a 200 answer piece by piece; then `body` stays empty and `maxBytes` does not count. */
  readonly onBody?: ((chunk: Buffer) => void) | undefined;
}

export interface GatewayAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

async function readBody(answer: http.IncomingMessage, { maxBytes, onBody }: GatewayRequest): Promise<string> {
  if (onBody !== undefined && answer.statusCode === 200) {
    for await (const chunk of answer as AsyncIterable<Buffer>) onBody(chunk);
    return '';
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new PushError(
        `the Pushgateway's answer is larger than ${maxBytes} bytes, which is as much as is read of it`,
        answer.statusCode === undefined ? {} : { status: answer.statusCode },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * One request and its whole answer, whatever its status. The signal covers everything: looking up the name,
 * connecting, TLS, sending, and the last byte of the answer.
 *
 * Each request has a connection of its own. Lambda freezes a container between two runs, and a connection that
 * was kept is dead by then: the first request on it fails. A run of collect or probe makes one request, fold two
 * more and one for each group that goes, some side by side: a handshake each is cheap beside that.
 * @throws PushError when there is no complete answer; the signal's reason when it aborts first.
 */
export function exchange(request: GatewayRequest, signal: AbortSignal): Promise<GatewayAnswer> {
  const { method, url, headers, body, ca } = request;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const options = { method, headers, agent: false as const };
    const sent =
      url.protocol === 'https:'
        ? // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment does not switch it off.
          https.request(url, { ...options, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) })
        : http.request(url, options);

    const stop = (): void => {
      reject(signal.reason);
      sent.destroy();
    };
    const fail = (thrown: unknown): void => {
      reject(thrown instanceof PushError ? thrown : connectionFailure(thrown, url.host));
      sent.destroy();
    };
    signal.addEventListener('abort', stop, { once: true });
    sent.once('close', () => signal.removeEventListener('abort', stop));
    sent.on('error', fail);
    sent.once('response', (answer) => {
      readBody(answer, request).then((text) => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text });
        // A server may answer before it has read everything; nothing more is sent to it then.
        sent.destroy();
      }, fail);
    });
    sent.end(body);
  });
}
