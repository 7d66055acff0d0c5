import type { Meaning, Thrown } from './thrown';

/** The SDK's own connection timeout has no code; its other timeouts share its name. */
const NO_CONNECTION = /did not establish a connection/;

const CERTIFICATE_REFUSED = /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT|HOSTNAME_MISMATCH)/;

/** What it means that no answer came: a broken connection, or a call that was never made. */
export function meaningOfConnection(seen: Thrown): Meaning | undefined {
  const { name, code, firstLine } = seen;
  if (name === 'CredentialsProviderError' || name === 'TokenProviderError') {
    return {
      verdict: 'final',
      sentence:
        'there are no AWS credentials: give the function a role, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    };
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return {
      verdict: 'unreached',
      sentence:
        "the RDS Data API's host name has no address: check AWS_REGION, AWS_ENDPOINT_URL_RDS_DATA and DNS",
    };
  }
  if (code === 'ECONNREFUSED' || seen.syscall === 'connect' || NO_CONNECTION.test(firstLine)) {
    return {
      verdict: 'unreached',
      sentence:
        'no connection to the RDS Data API: check AWS_ENDPOINT_URL_RDS_DATA; inside a VPC it needs NAT or the rds-data interface endpoint',
    };
  }
  if (code === 'ERR_INVALID_URL') {
    return { verdict: 'final', sentence: 'AWS_ENDPOINT_URL_RDS_DATA (or AWS_ENDPOINT_URL) is not a URL' };
  }
  if (code === 'EPROTO' || CERTIFICATE_REFUSED.test(code ?? '')) {
    return {
      verdict: 'final',
      sentence: `no secure connection to the RDS Data API (${code ?? name}): check that AWS_ENDPOINT_URL_RDS_DATA is right about https, and the certificate`,
    };
  }
  if (code !== undefined || name === 'TimeoutError') {
    return { verdict: 'unknown', sentence: 'the connection to the RDS Data API broke before its answer' };
  }
  if (firstLine === 'Region is missing') {
    return { verdict: 'final', quoted: false, sentence: 'there is no AWS region: set AWS_REGION' };
  }
  return undefined;
}
