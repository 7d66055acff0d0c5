import { describe, expect, it } from '@jest/globals';
import { judgeFailure } from '../../src/database/failure';
import { QueryError } from '../../src/errors';

const ADDRESS = {
  resourceArn: 'arn:aws:rds:ap-northeast-2:123456789012:cluster:reviewmaps',
  secretArn: 'arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:login',
  database: 'reviewmaps',
};

interface Details {
  readonly message?: string;
  readonly status?: number;
  readonly clockSkewCorrected?: boolean;
  readonly [field: string]: unknown;
}

/** An error as the SDK throws it; its class does not matter, only what it carries. */
function sdkError(
  name: string,
  { message = 'as the service said', status, clockSkewCorrected, ...fields }: Details = {},
) {
  return Object.assign(new Error(message), {
    $metadata: { httpStatusCode: status, clockSkewCorrected },
    name,
    ...fields,
  });
}

function judge(thrown: unknown) {
  const { verdict, error } = judgeFailure(thrown, ADDRESS);
  if (!(error instanceof QueryError)) throw new Error('not a QueryError');
  return { verdict, error, message: error.message, retryable: error.retryable, sqlState: error.sqlState };
}

describe('judgeFailure, for what PostgreSQL refused', () => {
  it("keeps PostgreSQL's words and takes the last SQLSTATE", () => {
    const message = 'ERROR: invalid input: "; SQLState: 00000"\n  Position: 15; SQLState: 42P01';
    const thrown = sdkError('DatabaseErrorException', { message, status: 400 });
    const { error, verdict } = judge(thrown);
    expect(verdict).toBe('final');
    expect(error.message).toBe('invalid input: "; SQLState: 00000"\n  Position: 15');
    expect(error.sqlState).toBe('42P01');
    expect(error.retryable).toBe(false);
    expect(error.cause).toBe(thrown);
  });

  it('keeps a message without a SQLSTATE whole', () => {
    const { message, sqlState } = judge(sdkError('DatabaseErrorException', { message: '데이터베이스 오류' }));
    expect(message).toBe('데이터베이스 오류');
    expect(sqlState).toBeUndefined();
  });

  it('reads a bad request that carries a SQLSTATE as an error of PostgreSQL', () => {
    const message = 'ERROR: division by zero; SQLState: 22012';
    expect(judge(sdkError('BadRequestException', { message, status: 400 }))).toMatchObject({
      verdict: 'final',
      message: 'division by zero',
      sqlState: '22012',
    });
  });

  it.each([
    ['40001', 'unreached', true],
    ['40P01', 'unreached', true],
    ['53300', 'throttled', true],
    ['57P03', 'throttled', true],
    ['08006', 'unknown', true],
    ['57P01', 'unknown', true],
    ['55P03', 'final', true],
    ['57014', 'final', true],
    ['53100', 'final', true],
    ['23505', 'final', false],
    ['42501', 'final', false],
  ])('judges SQLSTATE %s as %s, retryable %s', (state, verdict, retryable) => {
    const thrown = sdkError('DatabaseErrorException', { message: `ERROR: x; SQLState: ${state}` });
    expect(judge(thrown)).toMatchObject({ verdict, retryable, sqlState: state });
  });
});

describe('judgeFailure, for what the service answered', () => {
  it.each([
    ['DatabaseResumingException', 400, 'asleep', true, 'waking up'],
    ['DatabaseUnavailableException', 504, 'unknown', true, "the cluster's writer is not available"],
    ['ServiceUnavailableError', 503, 'unknown', true, 'failed (status 503)'],
    ['InternalServerErrorException', 500, 'unknown', true, 'failed (status 500)'],
    ['InternalFailure', 500, 'unknown', true, 'failed (status 500)'],
    ['ThrottlingException', 400, 'throttled', true, 'too many calls'],
    ['TooManyRequestsException', 429, 'throttled', true, 'too many calls'],
    ['Unknown', 429, 'throttled', true, 'too many calls'],
    ['StatementTimeoutException', 400, 'final', true, '45 s'],
    ['InvalidResourceStateException', 400, 'final', true, 'start it'],
    [
      'AccessDeniedException',
      403,
      'final',
      false,
      `allow rds-data:ExecuteStatement on ${ADDRESS.resourceArn}`,
    ],
    ['ForbiddenException', 403, 'final', false, `secretsmanager:GetSecretValue on ${ADDRESS.secretArn}`],
    ['HttpEndpointNotEnabledException', 400, 'final', false, 'aws rds enable-http-endpoint'],
    ['DatabaseNotFoundException', 404, 'final', false, 'DATABASE_CLUSTER_ARN'],
    ['NotFoundException', 404, 'final', false, 'DATABASE_SECRET_ARN'],
    ['InvalidSecretException', 400, 'final', false, 'username and password'],
    ['SecretsErrorException', 400, 'final', false, 'secretsmanager:GetSecretValue'],
    ['UnsupportedResultException', 400, 'final', false, 'cast that column to text'],
    ['BadRequestException', 400, 'final', false, 'refused the call'],
    ['ValidationException', 400, 'final', false, 'malformed'],
    ['UnknownOperationException', 404, 'final', false, 'not the RDS Data API (status 404)'],
    ['Unknown', 301, 'final', false, 'not the RDS Data API (status 301)'],
    ['SyntaxError', 502, 'unknown', true, 'failed (status 502)'],
    ['SyntaxError', 200, 'unknown', true, 'not of the RDS Data API'],
    ['constructor', 500, 'unknown', true, 'failed (status 500)'],
  ])('%s with status %s is %s, retryable %s: %s', (name, status, verdict, retryable, words) => {
    const judged = judge(sdkError(name, { status }));
    expect(judged).toMatchObject({ verdict, retryable });
    expect(judged.message).toContain(words);
    expect(judged.message).toContain(`(${name}: as the service said)`);
    expect(judged.message.includes('may have run')).toBe(verdict === 'unknown');
    expect(judged.sqlState).toBeUndefined();
  });

  it("leaves out the SDK's hints for its developers", () => {
    const message = 'Unexpected token\n  Deserialization error: inspect the hidden field';
    expect(judge(sdkError('SyntaxError', { message, status: 200 })).message).not.toContain('hidden field');
  });

  it('never shows what was signed, not even as a cause', () => {
    const message = 'The signature does not match.\nThe canonical string was\nx-amz-security-token:HIDDEN';
    const { error, verdict } = judge(sdkError('SignatureDoesNotMatch', { message, status: 403 }));
    expect(verdict).toBe('final');
    expect(error.message).toContain('(SignatureDoesNotMatch)');
    expect(error.message).not.toContain('HIDDEN');
    expect(error.cause).toBeUndefined();
  });

  it('lets a call be signed again once the SDK has corrected the clock', () => {
    const thrown = sdkError('InvalidSignatureException', { status: 403, clockSkewCorrected: true });
    expect(judge(thrown)).toMatchObject({ verdict: 'unreached', retryable: true });
  });
});

describe('judgeFailure, for what got no answer', () => {
  it.each([
    ['ENOTFOUND', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }, 'unreached', 'AWS_REGION'],
    ['EAI_AGAIN', { code: 'EAI_AGAIN' }, 'unreached', 'DNS'],
    ['ECONNREFUSED', { code: 'ECONNREFUSED', syscall: 'connect' }, 'unreached', 'AWS_ENDPOINT_URL_RDS_DATA'],
    ['a connect that timed out', { code: 'ETIMEDOUT', syscall: 'connect' }, 'unreached', 'NAT'],
    [
      'connects that all timed out',
      { code: 'ETIMEDOUT', errors: [{ syscall: 'connect' }] },
      'unreached',
      'NAT',
    ],
    ['ECONNRESET', { code: 'ECONNRESET', name: 'TimeoutError' }, 'unknown', 'broke before its answer'],
    ['a read that timed out', { code: 'ETIMEDOUT', syscall: 'read' }, 'unknown', 'broke before its answer'],
    ['EPIPE', { code: 'EPIPE', syscall: 'write' }, 'unknown', 'broke before its answer'],
    ["the SDK's other timeouts", { name: 'TimeoutError' }, 'unknown', 'broke before its answer'],
    ['a certificate', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, 'final', 'the certificate'],
    ['plain HTTP', { code: 'EPROTO', syscall: 'write' }, 'final', 'https'],
    ['an address', { code: 'ERR_INVALID_URL', name: 'TypeError' }, 'final', 'is not a URL'],
    ['credentials', { name: 'CredentialsProviderError' }, 'final', 'there are no AWS credentials'],
    ['a defect', { name: 'TypeError' }, 'final', 'could not be called (TypeError: as the service said)'],
  ])('%s', (_, { name = 'Error', ...fields }: Details & { name?: string }, verdict, words) => {
    const judged = judge(sdkError(name, fields));
    expect(judged).toMatchObject({ verdict, retryable: verdict !== 'final' });
    expect(judged.message).toContain(words);
  });

  it("knows the SDK's connection timeout", () => {
    const message = 'the request socket did not establish a connection with the server within 2000 ms.';
    expect(judge(sdkError('TimeoutError', { message })).verdict).toBe('unreached');
  });

  it('gives the code of an error without a message', () => {
    const thrown = sdkError('AggregateError', { message: '', code: 'ECONNREFUSED' });
    expect(judge(thrown).message).toContain('(AggregateError: ECONNREFUSED)');
  });

  it('says that the region is missing', () => {
    expect(judge(new Error('Region is missing')).message).toBe('there is no AWS region: set AWS_REGION');
  });

  it.each(['a string', undefined, null, 7])('copes with %j being thrown', (thrown) => {
    expect(judge(thrown)).toMatchObject({ verdict: 'final', retryable: false });
  });
});
