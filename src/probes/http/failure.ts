import type { FailureReason } from '../probe';
import type { Phase } from './exchange';

/** What a request was doing, for the sentence that says where time ran out. */
export const PHASE_IN_WORDS: Readonly<Record<Phase, string>> = {
  dns: 'resolving the host name',
  connect: 'connecting',
  tls: 'in the TLS handshake',
  headers: 'waiting for the answer',
  body: 'reading the body',
};

/** OpenSSL's verdicts on a chain whose end is not trusted (Node: "X509 certificate error codes"). */
const UNKNOWN_AUTHORITY = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_UNTRUSTED',
]);

const CONNECT_IN_WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'reset the connection',
  ETIMEDOUT: 'did not answer the attempt to connect',
  EHOSTUNREACH: 'cannot be reached from here',
  ENETUNREACH: 'cannot be reached from here',
};

interface Failure {
  readonly reason: FailureReason;
  /** Continues a sentence whose subject is the address. */
  readonly predicate: string;
}

/** Names what broke a request. An error alone does not say: ECONNRESET means another thing in each phase. */
export function failureOf(phase: Phase, error: Error, certificateExpiresAt: number | undefined): Failure {
  const code = codeOf(error);
  if (phase === 'dns') {
    return { reason: 'dns', predicate: `has a host name that cannot be resolved (${code ?? error.message})` };
  }
  if (phase === 'tls' || code?.startsWith('ERR_SSL_') || code === 'EPROTO') {
    return { reason: 'tls', predicate: handshakeFailure(code, error, certificateExpiresAt) };
  }
  if (phase === 'connect') {
    const known = code === undefined ? undefined : CONNECT_IN_WORDS[code];
    return {
      reason: 'connect',
      predicate: `${known ?? 'cannot be connected to'} (${code ?? error.message})`,
    };
  }
  // Codes of the HTTP parser: bytes arrived, but they are not an answer.
  if (code?.startsWith('HPE_')) {
    return phase === 'headers'
      ? { reason: 'status', predicate: `gave an answer that is not valid HTTP (${error.message})` }
      : { reason: 'body', predicate: `sent a body that is not valid HTTP (${error.message})` };
  }
  const when = phase === 'headers' ? 'before it answered' : 'in the middle of the body';
  return { reason: 'connect', predicate: `closed the connection ${when} (${code ?? error.message})` };
}

function handshakeFailure(
  code: string | undefined,
  error: Error,
  certificateExpiresAt: number | undefined,
): string {
  if (code === 'CERT_HAS_EXPIRED') {
    // Of a chain any link may have expired; the date is known of the server's own certificate only.
    const expired = certificateExpiresAt !== undefined && certificateExpiresAt * 1000 < Date.now();
    return expired
      ? `has a certificate that expired at ${new Date(certificateExpiresAt * 1000).toISOString()}`
      : 'has a certificate whose chain has expired';
  }
  if (code === 'CERT_NOT_YET_VALID') return 'has a certificate that is not valid yet';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `has a certificate for another host name (${phraseOf(error)})`;
  }
  if (code !== undefined && UNKNOWN_AUTHORITY.has(code)) {
    return `has a certificate from an unknown authority (${code})`;
  }
  if (code === 'ECONNRESET') return 'closed the connection during the TLS handshake';
  return `failed the TLS handshake (${[code, phraseOf(error)].filter((part) => part !== undefined).join(': ')})`;
}

/** OpenSSL's own text is a line of numbers, function and file names around one readable phrase. */
function phraseOf(error: Error): string {
  if ('reason' in error && typeof error.reason === 'string') return error.reason;
  return /:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/.exec(error.message)?.[1] ?? error.message;
}

/** The system's or the library's name of an error; of several attempts to connect, that of the first. */
function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'errors' in error && Array.isArray(error.errors) ? codeOf(error.errors[0]) : undefined;
}
