import type { DatabaseAddress } from '../config/config';
import type { Meaning, Thrown } from './thrown';

/** Names that AWS services give to calls that they turn away because there are too many. */
const THROTTLED = new Set([
  'ThrottlingException',
  'Throttling',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'LimitExceededException',
  'SlowDown',
]);

/** Names for a signature, key or token that is not accepted. Their messages can repeat what was signed. */
const NOT_AUTHENTICATED = new Set([
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'RequestTimeTooSkewed',
]);

/** The RDS Data API's own errors that say all by their name. The errors of `/Execute` are in its API reference. */
const SENTENCES: Readonly<Record<string, (address: DatabaseAddress) => Meaning>> = {
  DatabaseResumingException: () => ({
    verdict: 'asleep',
    sentence: 'the cluster was paused and is waking up, which takes 15 s and more; the next run will find it',
  }),
  DatabaseUnavailableException: () => ({
    verdict: 'unknown',
    sentence: "the cluster's writer is not available; look at the cluster's events for a failover or restart",
  }),
  StatementTimeoutException: () => ({
    verdict: 'final',
    passing: true,
    sentence:
      'the statement ran longer than the 45 s that the RDS Data API allows; find what it waits for, or its missing index, with EXPLAIN',
  }),
  AccessDeniedException: notAllowed,
  ForbiddenException: notAllowed,
  HttpEndpointNotEnabledException: ({ resourceArn }) => ({
    verdict: 'final',
    sentence: `the cluster has no Data API: enable it with "aws rds enable-http-endpoint --resource-arn ${resourceArn}"`,
  }),
  InvalidResourceStateException: () => ({
    verdict: 'final',
    passing: true,
    sentence: 'the cluster is in a state in which it takes no calls; start it, or wait until it is available',
  }),
  DatabaseNotFoundException: ({ resourceArn }) => ({
    verdict: 'final',
    sentence: `the cluster ${resourceArn} has no database instance: add one, or correct DATABASE_CLUSTER_ARN`,
  }),
  NotFoundException: ({ resourceArn, secretArn }) => ({
    verdict: 'final',
    sentence: `the cluster ${resourceArn} or the secret ${secretArn} was not found: check DATABASE_CLUSTER_ARN, DATABASE_SECRET_ARN and AWS_REGION`,
  }),
  InvalidSecretException: ({ secretArn }) => ({
    verdict: 'final',
    sentence: `the secret ${secretArn} does not hold a database login: it must be JSON with username and password`,
  }),
  SecretsErrorException: ({ secretArn }) => ({
    verdict: 'final',
    sentence: `the secret ${secretArn} cannot be read: allow secretsmanager:GetSecretValue on it (and kms:Decrypt on its key, if it has its own), and check that it exists`,
  }),
  UnsupportedResultException: () => ({
    verdict: 'final',
    sentence:
      'the result has a type that the RDS Data API cannot return: cast that column to text in the statement',
  }),
  BadRequestException: () => ({ verdict: 'final', sentence: 'the RDS Data API refused the call' }),
  ValidationException: () => ({
    verdict: 'final',
    sentence:
      'the RDS Data API refused the call as malformed: check DATABASE_CLUSTER_ARN, DATABASE_SECRET_ARN and DATABASE_NAME',
  }),
};

function notAllowed({ resourceArn, secretArn }: DatabaseAddress): Meaning {
  return {
    verdict: 'final',
    sentence: `the role may not use the database: allow rds-data:ExecuteStatement on ${resourceArn} and secretsmanager:GetSecretValue on ${secretArn}`,
  };
}

/** What an answer of the service that is an error means; undefined when nothing answered. */
export function meaningOfAnswer(seen: Thrown, address: DatabaseAddress): Meaning | undefined {
  if (NOT_AUTHENTICATED.has(seen.name)) return notAuthenticated(seen);
  if (THROTTLED.has(seen.name) || seen.status === 429) {
    return { verdict: 'throttled', sentence: 'the RDS Data API has too many calls to take this one' };
  }
  const known = Object.hasOwn(SENTENCES, seen.name) ? SENTENCES[seen.name] : undefined;
  if (known !== undefined) return known(address);
  return seen.status === undefined ? undefined : meaningOfStatus(seen.status);
}

function notAuthenticated({ name, clockCorrected }: Thrown): Meaning {
  return {
    // The SDK leaves the repeat with the corrected clock to its caller.
    verdict: clockCorrected ? 'unreached' : 'final',
    quoted: false,
    sentence: `AWS did not accept the credentials (${name}): they are wrong or expired, belong to another region's partition, or this machine's clock is off`,
  };
}

/** An answer that the RDS Data API does not document, or that something on the way to it gave. */
function meaningOfStatus(status: number): Meaning {
  if (status >= 500) return { verdict: 'unknown', sentence: `the RDS Data API failed (status ${status})` };
  if (status === 200)
    return { verdict: 'unknown', sentence: 'the answer broke off or is not of the RDS Data API' };
  return {
    verdict: 'final',
    sentence: `what answered is not the RDS Data API (status ${status}): check AWS_ENDPOINT_URL_RDS_DATA and proxies`,
  };
}
