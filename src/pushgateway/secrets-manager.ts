import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ConfigError, messageOf } from '../errors';
import type { ReadSecret } from './credentials';

/** Milliseconds to reach the service: far more than a handshake around the world takes. */
const CONNECTION_TIMEOUT_MS = 2_000;

/**
 * Reads secrets from AWS Secrets Manager, in the region that the secret's ARN names. The client is made at the first
 * call, so that an installation without a secret does not pay for it.
 */
export function secretsManager(): ReadSecret {
  return async (arn, signal) => {
    const region = arn.split(':')[3] ?? '';
    const client = new SecretsManagerClient({
      region,
      requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS },
    });
    try {
      const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn }), {
        abortSignal: signal,
      });
      if (SecretString === undefined)
        throw new ConfigError([`${arn} is a binary secret: store the credentials as JSON text`]);
      return SecretString;
    } catch (thrown) {
      if (thrown instanceof ConfigError) throw thrown;
      throw new ConfigError([
        `PUSHGATEWAY_SECRET_ARN: ${arn} cannot be read from AWS Secrets Manager (${messageOf(thrown)}): check the ARN, the right secretsmanager:GetSecretValue, and inside a VPC the way to that service`,
      ]);
    } finally {
      client.destroy();
    }
  };
}
