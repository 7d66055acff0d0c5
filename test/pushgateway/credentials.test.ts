import { describe, expect, it } from '@jest/globals';
import { createCredentialsSource } from '../../src/pushgateway/credentials';

const ARN = 'arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:gateway-AbCdEf';
const signal = new AbortController().signal;

function sourceOf(...texts: readonly string[]) {
  const left = [...texts];
  let reads = 0;
  const source = createCredentialsSource({ kind: 'secret', arn: ARN }, async () => {
    reads += 1;
    return left.shift() ?? '';
  });
  return { source, reads: () => reads };
}

describe('createCredentialsSource', () => {
  it('gives what the environment has, without asking for a secret', async () => {
    const source = createCredentialsSource({ kind: 'token', token: 't0ken' }, () =>
      Promise.reject(new Error('asked')),
    );
    expect(await source.get(signal)).toEqual({ kind: 'token', token: 't0ken' });
    source.drop();
    expect(await source.get(signal)).toEqual({ kind: 'token', token: 't0ken' });
  });

  it.each([
    ['{"username":"u","password":"p"}', { kind: 'basic', username: 'u', password: 'p' }],
    ['{"username":"u","password":""}', { kind: 'basic', username: 'u', password: '' }],
    ['{"token":"t"}', { kind: 'token', token: 't' }],
  ])('reads the secret %s', async (text, credentials) => {
    expect(await sourceOf(text).source.get(signal)).toEqual(credentials);
  });

  it('reads a secret once, and again after it was refused', async () => {
    const { source, reads } = sourceOf('{"token":"old"}', '{"token":"new"}');
    await source.get(signal);
    expect(await source.get(signal)).toEqual({ kind: 'token', token: 'old' });
    expect(reads()).toBe(1);
    source.drop();
    expect(await source.get(signal)).toEqual({ kind: 'token', token: 'new' });
  });

  it('asks again after a secret could not be read', async () => {
    let fails = true;
    const source = createCredentialsSource({ kind: 'secret', arn: ARN }, async () => {
      if (fails) throw new Error('throttled');
      return '{"token":"t"}';
    });
    await expect(source.get(signal)).rejects.toThrow('throttled');
    fails = false;
    expect(await source.get(signal)).toEqual({ kind: 'token', token: 't' });
  });

  it.each(['', 'hunter2', '"hunter2"', '{"user":"hunter2"}', '{"username":"hunter2"}', '[1]', 'null'])(
    'refuses a secret of another shape with what to store, without repeating it: %s',
    async (text) => {
      const failure = await sourceOf(text)
        .source.get(signal)
        .catch((thrown: unknown) => thrown);
      expect(failure).toMatchObject({
        name: 'ConfigError',
        message: expect.stringContaining('store JSON like {"username"'),
      });
      expect(String(failure)).not.toContain('hunter2');
    },
  );

  it('knows what must not be logged, as it is and as it is sent', async () => {
    const { source } = sourceOf('{"username":"u","password":"hunter2"}');
    expect(source.secrets()).toEqual([]);
    await source.get(signal);
    expect(source.secrets()).toEqual(['hunter2', Buffer.from('u:hunter2').toString('base64')]);
  });
});
