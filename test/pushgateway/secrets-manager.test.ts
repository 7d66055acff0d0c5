import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { secretsManager } from '../../src/pushgateway/secrets-manager';

const ARN = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:gateway-AbCdEf';
const service = mockClient(SecretsManagerClient);
const signal = new AbortController().signal;

afterEach(() => {
  service.reset();
});

describe('secretsManager', () => {
  it('reads the text of the secret that the ARN names', async () => {
    service.on(GetSecretValueCommand, { SecretId: ARN }).resolves({ SecretString: '{"token":"t"}' });
    expect(await secretsManager()(ARN, signal)).toBe('{"token":"t"}');
  });

  it('asks in the region of the ARN, whatever the environment says', async () => {
    service.on(GetSecretValueCommand).resolves({ SecretString: '' });
    await secretsManager()(ARN, signal);
    const client = service.commandCalls(GetSecretValueCommand)[0]?.thisValue;
    if (!(client instanceof SecretsManagerClient)) throw new Error('no client was used');
    expect(await client.config.region()).toBe('eu-west-1');
  });

  it('refuses a binary secret with what to store', async () => {
    service.on(GetSecretValueCommand).resolves({ SecretBinary: new Uint8Array([1]) });
    await expect(secretsManager()(ARN, signal)).rejects.toThrow(
      'is a binary secret: store the credentials as JSON text',
    );
  });
});
