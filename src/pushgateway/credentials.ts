import type { GatewayCredentials, UsableCredentials } from '../config/config';
import { ConfigError } from '../errors';

/** Gives the text of a secret. Throws what its service says. */
export type ReadSecret = (arn: string, signal: AbortSignal) => Promise<string>;

export interface CredentialsSource {
  /** The credentials; a secret is read at the first call and kept while the container lives. */
  get(signal: AbortSignal): Promise<UsableCredentials>;
  /** Forgets a secret that was refused: it was rotated, and the next call reads it again. */
  drop(): void;
  /** What must not appear in a log. */
  secrets(): readonly string[];
}

export function createCredentialsSource(
  credentials: GatewayCredentials,
  readSecret: ReadSecret,
): CredentialsSource {
  let known: UsableCredentials | undefined = credentials.kind === 'secret' ? undefined : credentials;
  return {
    get: async (signal) => {
      if (known === undefined && credentials.kind === 'secret') {
        known = parseSecret(credentials.arn, await readSecret(credentials.arn, signal));
      }
      return known ?? { kind: 'none' };
    },
    drop: () => {
      if (credentials.kind === 'secret') known = undefined;
    },
    secrets: () => (known === undefined ? [] : secretTexts(known)),
  };
}

/** What must not be repeated, also as it stands in the Authorization header. */
export function secretTexts(credentials: UsableCredentials): readonly string[] {
  switch (credentials.kind) {
    case 'none':
      return [];
    case 'token':
      return [credentials.token];
    case 'basic': {
      const pair = `${credentials.username}:${credentials.password}`;
      return [credentials.password, Buffer.from(pair, 'utf8').toString('base64')];
    }
  }
}

/** The text itself is never repeated: it is a secret. */
function parseSecret(arn: string, text: string): UsableCredentials {
  const fields = fieldsOf(text);
  const username = fields['username'];
  const password = fields['password'];
  const token = fields['token'];
  if (typeof token === 'string' && token !== '') return { kind: 'token', token };
  if (typeof username === 'string' && username !== '' && typeof password === 'string') {
    return { kind: 'basic', username, password };
  }
  throw new ConfigError([
    `PUSHGATEWAY_SECRET_ARN names ${arn}, which has neither "username" and "password" nor "token": store JSON like {"username":"…","password":"…"}`,
  ]);
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}
