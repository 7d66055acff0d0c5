import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Clock } from '../clock';
import type { UsableCredentials } from '../config/config';
import { ConfigError, messageOf, PushError } from '../errors';
import type { Log } from '../log';
import { secretTexts } from './credentials';
import { exchange, type GatewayAnswer, type GatewayRequest } from './exchange';
import type { Gateway } from './gateway';
import { GroupScanner } from './group-scanner';
import { describeKey, groupPath } from './grouping';
import { refusal } from './refusal';
import { withRetries } from './retry';
import { clockOf, StateReader } from './state';

const compress = promisify(gzip);

/** Bytes. The gateway answers a push with nothing or with one sentence; a proxy's error page is larger. */
const MAX_ANSWER = 256 * 1024;

export interface GatewayOptions {
  /** http or https, with a path prefix if the gateway has one, without credentials. */
  readonly url: string;
  /** Asked once for each push, removal or reading; whoever gives it may keep a secret that it has read. */
  readonly credentials: (signal: AbortSignal) => Promise<UsableCredentials>;
  /** Told of a 401 or 403, so that a secret that was kept can be dropped: it may have been rotated. */
  readonly onRefused?: () => void;
  /** PEM text of the authority that signed the gateway's certificate; it replaces the public ones. */
  readonly ca?: string | undefined;
  readonly clock: Clock;
  /** From 0 up to, not including, 1. Spreads the attempts. */
  readonly random?: () => number;
  /** Gets a line for each attempt that failed and is repeated. */
  readonly log?: Log;
}

/**
 * Bytes. A run of 50 series takes 8 KB; one that fills every label limit takes 1.5 MB, and its record must still fit
 * into a request of the Data API.
 */
const LARGEST_GROUP = 2 * 1024 * 1024;

interface Call {
  /** What this is, as the beginning of an error's sentence. */
  readonly what: string;
  readonly method: GatewayRequest['method'];
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Called for each attempt: gets the body piece by piece. */
  readonly receive?: () => (chunk: Buffer) => void;
  /** Statuses that mean it worked. */
  readonly accepted: readonly number[];
  readonly maxBytes: number;
}

function authorization(credentials: UsableCredentials): Readonly<Record<string, string>> {
  switch (credentials.kind) {
    case 'none':
      return {};
    case 'basic': {
      const pair = Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8');
      return { authorization: `Basic ${pair.toString('base64')}` };
    }
    case 'token':
      // Node's own error for such a header would do, if it were sure never to quote it.
      if (!/^[\x21-\x7e]+$/.test(credentials.token)) {
        throw new PushError(
          'the token for the Pushgateway has blanks or characters that a header cannot carry',
        );
      }
      return { authorization: `Bearer ${credentials.token}` };
  }
}

/** A proxy may repeat the request that it refuses, credentials included. */
function withoutSecrets(answer: GatewayAnswer, secrets: readonly string[]): GatewayAnswer {
  const given = secrets.filter((secret) => secret !== '');
  return { ...answer, body: given.reduce((body, secret) => body.replaceAll(secret, '***'), answer.body) };
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof ConfigError ? thrown.problems.join('; ') : messageOf(thrown);
}

/** The Pushgateway over HTTP. Makes no connection until it is used. */
export function createGateway(options: GatewayOptions): Gateway {
  const { credentials, onRefused, ca, clock, random = Math.random, log } = options;
  const base = options.url.replace(/\/+$/, '');

  async function usableCredentials(signal: AbortSignal): Promise<UsableCredentials> {
    try {
      return await credentials(signal);
    } catch (thrown) {
      signal.throwIfAborted();
      if (thrown instanceof PushError) throw thrown;
      throw new PushError(`the credentials for the Pushgateway cannot be read: ${reasonOf(thrown)}`, {
        cause: thrown,
      });
    }
  }

  async function call(request: Call, signal: AbortSignal): Promise<GatewayAnswer> {
    signal.throwIfAborted();
    const { what, method, path, body, maxBytes } = request;
    const url = new URL(`${base}${path}`);
    const sent = await usableCredentials(signal);
    const headers = {
      'user-agent': 'reviewmaps-monitoring',
      ...request.headers,
      ...(body === undefined ? {} : { 'content-length': String(body.length) }),
      ...authorization(sent),
    };
    const attemptOnce = async (): Promise<GatewayAnswer> => {
      const onBody = request.receive?.();
      const answer = await exchange({ method, url, headers, body, ca, maxBytes, onBody }, signal);
      if (request.accepted.includes(answer.status)) return answer;
      if (answer.status === 401 || answer.status === 403) onRefused?.();
      throw refusal(what, withoutSecrets(answer, secretTexts(sent)), url);
    };
    return await withRetries(attemptOnce, {
      clock,
      random,
      signal,
      onRetry: (failure, attempt, delayMs) =>
        log?.warn('gateway request failed, trying again', {
          request: what,
          attempt,
          delayMs: Math.round(delayMs),
          message: failure.message,
          status: failure.status,
        }),
    });
  }

  /** Every stored group as the gateway gives them, piece by piece; gives the answer's Date header. */
  async function stream(
    receive: () => (chunk: Buffer) => void,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const answer = await call(
      {
        what: 'reading the stored groups',
        method: 'GET',
        path: '/api/v1/metrics',
        headers: { accept: 'application/json' },
        receive,
        accepted: [200],
        maxBytes: MAX_ANSWER,
      },
      signal,
    );
    return answer.headers.date;
  }

  return {
    async push(key, exposition, signal) {
      await call(
        {
          what: `pushing ${describeKey(key)}`,
          method: 'PUT',
          path: groupPath(key),
          headers: {
            'content-type': 'text/plain; version=0.0.4; charset=utf-8',
            // Read by the gateway since 1.5; an exposition shrinks to about a tenth.
            'content-encoding': 'gzip',
          },
          body: await compress(exposition),
          // 202 comes from a gateway whose consistency check is off.
          accepted: [200, 202],
          maxBytes: MAX_ANSWER,
        },
        signal,
      );
    },
    async remove(key, signal) {
      await call(
        {
          what: `removing ${describeKey(key)}`,
          method: 'DELETE',
          path: groupPath(key),
          accepted: [202],
          maxBytes: MAX_ANSWER,
        },
        signal,
      );
    },
    async read(signal, wanted = () => true) {
      let reader = new StateReader(wanted, LARGEST_GROUP);
      const date = await stream(() => {
        reader = new StateReader(wanted, LARGEST_GROUP);
        return (chunk) => reader.push(chunk);
      }, signal);
      return reader.end(date);
    },
    async scan(start, signal) {
      let scanner = new GroupScanner({ largestGroup: LARGEST_GROUP, onGroup: () => undefined });
      const date = await stream(() => {
        scanner = new GroupScanner({ largestGroup: LARGEST_GROUP, onGroup: start() });
        return (chunk) => scanner.push(chunk);
      }, signal);
      scanner.end();
      return clockOf(date);
    },
  };
}
