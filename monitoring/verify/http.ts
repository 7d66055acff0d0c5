import type { UsableCredentials } from '../../src/config/config';
import { loginVariables, type Server } from '../../src/config/environment';
import { messageOf } from '../../src/errors';
import { secretTexts } from '../../src/pushgateway/credentials';

/** A server that is asked, and what its errors call it. */
export interface Service {
  /** `Prometheus`, `Grafana`, … */
  readonly what: string;
  /** Option that gave the address. */
  readonly option: string;
  /** Names the environment variables with its credentials. */
  readonly server: Server;
  /** Without a trailing slash. */
  readonly url: string;
  readonly login: UsableCredentials;
}

interface Request {
  readonly path: string;
  /** Sent as a form, since expressions are longer than addresses may be. */
  readonly form?: Readonly<Record<string, string>>;
  readonly accept?: string;
}

/** A server could not be reached, or did not give what was asked for. The message is for a person. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';

  /**
   * @param status of the answer, if there was one
   * @param body as it was sent, without credentials
   */
  constructor(
    message: string,
    readonly status?: number,
    readonly body = '',
  ) {
    super(message);
  }
}

/** Milliseconds for one answer; a panel over a day of samples takes less than one second. */
export const ANSWER_LIMIT_MS = 20_000;
/** Characters of a server's own words that are repeated. */
const QUOTED = 300;

/**
 * The text that a server answers with.
 * @throws AnswerError for no answer, and for any status but 2xx; the signal's reason when it aborts.
 */
export async function askText(service: Service, request: Request, signal: AbortSignal): Promise<string> {
  const { what, url, login } = service;
  const answer = await fetch(`${url}${request.path}`, {
    headers: {
      accept: request.accept ?? 'application/json',
      'user-agent': 'reviewmaps-monitoring',
      ...authorization(login),
    },
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT_MS)]),
    ...(request.form === undefined ? {} : { method: 'POST', body: new URLSearchParams(request.form) }),
  }).catch((thrown: unknown) => {
    signal.throwIfAborted();
    throw new AnswerError(
      `${what} at ${url} cannot be reached: ${masked(login, reasonOf(thrown))}; check ${service.option}`,
    );
  });
  const body = await answer.text().catch((thrown: unknown) => {
    signal.throwIfAborted();
    throw new AnswerError(
      `${what} at ${url} stopped in the midst of its answer: ${masked(login, reasonOf(thrown))}`,
    );
  });
  if (answer.ok) return body;
  const safe = masked(login, body);
  const location = answer.headers.get('location');
  throw new AnswerError(refusal(service, request.path, answer.status, safe, location), answer.status, safe);
}

/** The same as JSON. @throws AnswerError also for what is not JSON, such as the page of a proxy. */
export async function askJson(service: Service, request: Request, signal: AbortSignal): Promise<unknown> {
  const text = await askText(service, request, signal);
  try {
    return JSON.parse(text);
  } catch {
    throw new AnswerError(
      `${service.what} at ${service.url} answers ${request.path} with something that is not JSON (${quoted(masked(service.login, text))}); does ${service.option} lead to it, or to a login page?`,
    );
  }
}

function authorization(login: UsableCredentials): Readonly<Record<string, string>> {
  switch (login.kind) {
    case 'none':
      return {};
    case 'basic':
      return {
        authorization: `Basic ${Buffer.from(`${login.username}:${login.password}`, 'utf8').toString('base64')}`,
      };
    case 'token':
      return { authorization: `Bearer ${login.token}` };
  }
}

/** A server may repeat what it was sent, and fetch what it refuses to send: line ends are then blanks. */
function masked(login: UsableCredentials, text: string): string {
  return secretTexts(login)
    .flatMap((secret) => [secret, secret.replaceAll(/\s/g, ' '), encodeURIComponent(secret)])
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
}

/** Node says "fetch failed"; what failed is in the cause. */
function reasonOf(thrown: unknown): string {
  const { name, cause } = fieldsOf(thrown);
  if (name === 'TimeoutError') return `no answer within ${ANSWER_LIMIT_MS / 1_000} s`;
  if (cause === undefined || cause === null) return messageOf(thrown);
  const { code, message } = fieldsOf(cause);
  const said = [message, code].find(isText) ?? messageOf(cause);
  // The list of the Fetch standard, such as 6000 and 10080.
  if (said === 'bad port') return 'this port is one that browsers and fetch refuse';
  // Of OpenSSL, whose own sentence names its files.
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'it speaks no TLS there, use http';
  return typeof code === 'string' && /CERT|SIGNATURE|ISSUER|ALTNAME/.test(code)
    ? `${said} (for a private authority set NODE_EXTRA_CA_CERTS to the file of its certificate)`
    : said;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** Its members, of whatever kind of error it is. */
function fieldsOf(
  thrown: unknown,
): Readonly<Partial<Record<'name' | 'message' | 'code' | 'cause', unknown>>> {
  if (typeof thrown !== 'object' || thrown === null) return {};
  const member = (name: string): unknown => Reflect.get(thrown, name);
  return { name: member('name'), message: member('message'), code: member('code'), cause: member('cause') };
}

function refusal(
  { what, option, server, url, login }: Service,
  path: string,
  status: number,
  body: string,
  location: string | null,
): string {
  const where = `${what} at ${url}`;
  if (status >= 300 && status < 400) {
    const target = location === null ? 'an address that it does not name' : masked(login, location);
    return `${where} redirects to ${target}; give the final address with ${option}`;
  }
  switch (status) {
    case 401:
    case 403: {
      const variables = loginVariables(server);
      return login.kind === 'none'
        ? `${where} wants credentials (status ${status}): set ${variables}`
        : `${where} does not accept the credentials for ${path} (status ${status}): check ${variables}`;
    }
    case 404:
      return `${where} has no ${path} (status 404); does ${option} lead to it, with its path prefix if it has one?`;
    default:
      return `${where} answers ${path} with status ${status}: ${quoted(body)}`;
  }
}

/** The beginning of what a server said, on one line. */
function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return 'it gave no reason';
  return line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line;
}
