import {
  type ClientRequest,
  type IncomingHttpHeaders,
  request as plainRequest,
  type RequestOptions,
} from 'node:http';
import { request as tlsRequest } from 'node:https';
import { isIP, type LookupFunction, type Socket, type TcpNetConnectOpts } from 'node:net';
import { TLSSocket } from 'node:tls';

/** How far a request came; where it stopped decides what a failure is called. */
export type Phase = 'dns' | 'connect' | 'tls' | 'headers' | 'body';

export type Exchange = (
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      /** Empty unless it was asked for. */
      readonly body: Buffer;
      /** True when the body went on beyond BODY_LIMIT_BYTES. */
      readonly bodyCut: boolean;
    }
  | { readonly kind: 'failed'; readonly phase: Phase; readonly error: Error }
  | { readonly kind: 'aborted'; readonly phase: Phase }
) & {
  /** End of the peer certificate's validity, seconds since 1970, as soon as one was presented. */
  readonly certificateExpiresAt: number | undefined;
};

export interface Connection {
  /** PEM of the authorities to trust instead of the public ones. */
  readonly ca?: string;
  /** Resolves host names instead of the system's resolver; like it, never calls back before it returned. */
  readonly lookup?: LookupFunction;
}

/** A health answer is small; what is longer is not one, and must not fill the memory of a Lambda. */
export const BODY_LIMIT_BYTES = 1024 * 1024;

/**
 * Of a host with several addresses Node gives each 250 ms to connect and then drops the attempt, which
 * a far or busy host needs: this outlasts a lost SYN (sent again after 1 s) and still leaves time for the next.
 */
const CONNECT_ATTEMPT_MS = 2_500;

/**
 * Makes one GET request on a connection of its own and follows nothing. Never rejects: whatever happens is
 * a kind of Exchange, and it settles as soon as the signal aborts, in every phase.
 * @param wantsBody whether the body of an answer with this status is to be read.
 */
export function exchange(
  url: URL,
  connection: Connection,
  wantsBody: (status: number) => boolean,
  signal: AbortSignal,
): Promise<Exchange> {
  const secure = url.protocol === 'https:';
  return new Promise((resolve) => {
    let phase: Phase = isIP(url.hostname.replace(/^\[|\]$/g, '')) === 0 ? 'dns' : 'connect';
    let certificateExpiresAt: number | undefined;
    let socket: Socket | undefined;
    if (signal.aborted) {
      resolve({ kind: 'aborted', phase, certificateExpiresAt });
      return;
    }

    const request = createRequest(url, connection);

    function settle(result: Exchange): void {
      signal.removeEventListener('abort', onAbort);
      resolve(result);
      request.destroy();
      socket?.destroy();
    }
    function onAbort(): void {
      settle({ kind: 'aborted', phase, certificateExpiresAt });
    }
    function onError(error: Error): void {
      settle({ kind: 'failed', phase, error, certificateExpiresAt });
    }
    function readCertificate(this: TLSSocket): void {
      const expires = Date.parse(this.getPeerCertificate()?.valid_to ?? '');
      if (Number.isFinite(expires)) certificateExpiresAt = expires / 1000;
    }

    signal.addEventListener('abort', onAbort);
    // Stays registered: a destroyed request may still report, and nobody waits for it any more.
    request.on('error', onError);
    request.on('close', () => {
      // With an answer under way its own `end` or `error` is still to come.
      if (phase !== 'body') onError(new Error('the connection closed without an answer'));
    });
    request.on('socket', (used) => {
      socket = used;
      used.once('lookup', (error: Error | null) => {
        if (error === null) phase = 'connect';
      });
      used.once('connect', () => {
        phase = secure ? 'tls' : 'headers';
      });
      if (!(used instanceof TLSSocket)) return;
      // Ahead of Node's own listener, which destroys the socket of a certificate that it refuses: when an
      // expired one ran out is worth knowing.
      used.prependListener('secure', readCertificate);
      used.once('secureConnect', () => {
        phase = 'headers';
      });
    });
    request.on('response', (response) => {
      phase = 'body';
      const status = response.statusCode ?? 0;
      const chunks: Buffer[] = [];
      let size = 0;
      function answer(bodyCut: boolean): void {
        const body = Buffer.concat(chunks).subarray(0, BODY_LIMIT_BYTES);
        settle({ kind: 'answer', status, headers: response.headers, body, bodyCut, certificateExpiresAt });
      }
      response.on('error', onError);
      if (!wantsBody(status)) {
        answer(false);
        return;
      }
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > BODY_LIMIT_BYTES) answer(true);
      });
      response.on('end', () => answer(false));
    });
    request.end();
  });
}

/** A GET that nobody has sent yet. */
function createRequest(url: URL, { ca, lookup }: Connection): ClientRequest {
  const options: RequestOptions & Pick<TcpNetConnectOpts, 'autoSelectFamilyAttemptTimeout'> = {
    method: 'GET',
    // A connection that another request left behind says nothing about a new one.
    agent: false,
    headers: {
      'user-agent': 'reviewmaps-monitoring',
      accept: '*/*',
      'accept-encoding': 'identity',
      connection: 'close',
    },
    autoSelectFamilyAttemptTimeout: CONNECT_ATTEMPT_MS,
    ...(lookup === undefined ? {} : { lookup }),
  };
  if (url.protocol !== 'https:') return plainRequest(url, options);
  // `rejectUnauthorized` is the default; written out, NODE_TLS_REJECT_UNAUTHORIZED=0 does not change it.
  return tlsRequest(url, { ...options, rejectUnauthorized: true, ...(ca === undefined ? {} : { ca }) });
}
