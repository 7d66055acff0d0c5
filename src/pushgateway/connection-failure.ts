import { PushError } from '../errors';

/** What the system's error codes mean for somebody who has to mend it. */
const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused; check that it is running and that the port is right',
  ENOTFOUND: 'its host name does not exist; check the address, and the DNS of the network this runs in',
  EAI_AGAIN: 'its host name could not be looked up; the DNS server did not answer',
  ETIMEDOUT: 'connecting took too long; check routes, security groups and firewalls',
  EHOSTUNREACH: 'there is no route to it; check routes, security groups and firewalls',
  ENETUNREACH: 'there is no route to its network; check routes, security groups and firewalls',
  ECONNRESET: 'the connection was closed before the answer was complete',
  EPIPE: 'the connection was closed before everything was sent',
};

/** Codes of node:tls for a certificate that was not accepted. */
const CERTIFICATE =
  /^(CERT_|ERR_TLS_CERT_|CRL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/;

/** Read without `instanceof`, which fails for node's own errors where a program runs in a context of its own. */
function textOf(thrown: unknown, property: 'code' | 'message'): string {
  if (typeof thrown !== 'object' || thrown === null) return '';
  const value: unknown = Reflect.get(thrown, property);
  return typeof value === 'string' ? value : '';
}

/**
 * The error for a request that got no complete answer. Another attempt may help, unless it is the certificate,
 * the TLS handshake or the protocol that is wrong: those stay wrong until somebody changes them.
 */
export function connectionFailure(thrown: unknown, host: string): PushError {
  const code = textOf(thrown, 'code');
  const known = SENTENCES[code];
  if (known !== undefined) {
    return new PushError(`the Pushgateway at ${host} cannot be reached: ${known} (${code})`, {
      cause: thrown,
      retryable: true,
    });
  }
  if (CERTIFICATE.test(code)) {
    return new PushError(
      `the certificate of the Pushgateway at ${host} was not accepted: ${textOf(thrown, 'message')} (${code}); ` +
        'if its authority is not a public one, give its certificate in PUSHGATEWAY_CA',
      { cause: thrown },
    );
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_')) {
    return new PushError(
      `no TLS connection to the Pushgateway at ${host} could be made (${code}); check that the port speaks HTTPS`,
      { cause: thrown },
    );
  }
  if (code.startsWith('HPE_')) {
    return new PushError(`what answers at ${host} does not speak HTTP (${code}); check address and port`, {
      cause: thrown,
    });
  }
  const detail = code === '' ? textOf(thrown, 'message') : `${textOf(thrown, 'message')} (${code})`;
  return new PushError(`the request to the Pushgateway at ${host} failed: ${detail}`, {
    cause: thrown,
    retryable: code.startsWith('E') && !code.startsWith('ERR_'),
  });
}
