import { readFileSync } from 'node:fs';
import { LOG_LEVELS, type LogLevel } from '../log';
import type { DatabaseAddress, GatewayAddress, GatewayCredentials, UsableCredentials } from './config';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Collects the problems of an environment, so that all are reported together. An empty variable counts as absent. */
export interface Problems {
  add(problem: string): void;
}

function read(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  return value === '' ? undefined : value;
}

function required(env: Environment, name: string, what: string, problems: Problems): string {
  const value = read(env, name);
  if (value === undefined) problems.add(`${name} is missing: set it to ${what}`);
  return value ?? '';
}

const CLUSTER_ARN = /^arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:cluster:[a-zA-Z0-9-]+$/;
const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+$/;

function arn(env: Environment, name: string, pattern: RegExp, example: string, problems: Problems): string {
  const value = required(env, name, `an ARN like ${example}`, problems);
  if (value !== '' && !pattern.test(value))
    problems.add(`${name} is not such an ARN: it must look like ${example}${seen(value)}`);
  return value;
}

/** What was given, unless it may be a secret that landed in the wrong variable. */
function seen(value: string): string {
  return value.startsWith('arn:') ? ` (got ${value})` : '';
}

const CLUSTER_EXAMPLE = 'arn:aws:rds:ap-northeast-2:123456789012:cluster:reviewmaps';
const SECRET_EXAMPLE = 'arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:reviewmaps-AbCdEf';

export function databaseAddress(env: Environment, problems: Problems): DatabaseAddress {
  return {
    resourceArn: arn(env, 'DATABASE_CLUSTER_ARN', CLUSTER_ARN, CLUSTER_EXAMPLE, problems),
    secretArn: arn(env, 'DATABASE_SECRET_ARN', SECRET_ARN, SECRET_EXAMPLE, problems),
    database: required(env, 'DATABASE_NAME', 'the name of the database', problems),
  };
}

/** An address that may be requested: http or https, with a host, and without credentials, which would end up in logs. */
export function webAddress(env: Environment, name: string, what: string, problems: Problems): string {
  const value = required(env, name, what, problems);
  if (value === '') return value;
  if (!URL.canParse(value)) {
    problems.add(`${name} is not a URL: set it to ${what}, with its scheme`);
    return value;
  }
  const url = new URL(value);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    problems.add(`${name} has the scheme "${url.protocol.slice(0, -1)}": use http or https`);
  }
  if (url.username !== '' || url.password !== '') {
    problems.add(`${name} has credentials in it, which addresses must not: remove the part before "@"`);
  }
  if (url.hash !== '') problems.add(`${name} has a "#" part, which is never sent: remove it`);
  return value;
}

export function gatewayAddress(env: Environment, problems: Problems): GatewayAddress {
  const url = webAddress(
    env,
    'PUSHGATEWAY_URL',
    'the address of the Pushgateway, such as http://127.0.0.1:9091',
    problems,
  );
  if (url.includes('?')) problems.add('PUSHGATEWAY_URL has a "?" part: give the address without a query');
  if (/\/metrics(\/job\b.*)?\/?$/.test(url)) {
    problems.add('PUSHGATEWAY_URL ends in /metrics: give the address of the gateway, the path is added');
  }
  return {
    url: url.replace(/\/+$/, ''),
    credentials: credentials(env, problems),
    ca: authority(env, problems),
  };
}

const GATEWAY_LOGINS =
  'PUSHGATEWAY_SECRET_ARN, PUSHGATEWAY_USERNAME with PUSHGATEWAY_PASSWORD, and PUSHGATEWAY_TOKEN exclude each other: set one of the three';

function credentials(env: Environment, problems: Problems): GatewayCredentials {
  const arn = read(env, 'PUSHGATEWAY_SECRET_ARN');
  const login = loginOf(env, 'pushgateway', problems, GATEWAY_LOGINS);
  if (arn === undefined) return login;
  if (login.kind !== 'none') problems.add(GATEWAY_LOGINS);
  if (!SECRET_ARN.test(arn))
    problems.add(`PUSHGATEWAY_SECRET_ARN is not such an ARN: it must look like ${SECRET_EXAMPLE}`);
  return { kind: 'secret', arn };
}

/** Variables with credentials of each server that is asked or pushed to. */
const LOGINS = {
  pushgateway: ['PUSHGATEWAY_USERNAME', 'PUSHGATEWAY_PASSWORD', 'PUSHGATEWAY_TOKEN'],
  prometheus: ['PROMETHEUS_USERNAME', 'PROMETHEUS_PASSWORD', 'PROMETHEUS_TOKEN'],
  django: ['DJANGO_USERNAME', 'DJANGO_PASSWORD', 'DJANGO_TOKEN'],
  grafana: ['GRAFANA_USERNAME', 'GRAFANA_PASSWORD', 'GRAFANA_TOKEN'],
} as const;

export type Server = keyof typeof LOGINS;

/** The variables to set, for a sentence that asks for credentials. */
export function loginVariables(server: Server): string {
  const [username, password, token] = LOGINS[server];
  return `${username} and ${password}, or ${token}`;
}

/**
 * The credentials for a server: a user's name and password, or a token.
 * @param exclusive the sentence for more than one kind
 */
export function loginOf(
  env: Environment,
  server: Server,
  problems: Problems,
  exclusive = `${LOGINS[server][0]} with ${LOGINS[server][1]}, and ${LOGINS[server][2]} exclude each other: set one of the two`,
): UsableCredentials {
  const names = LOGINS[server];
  const [username, password, token] = names.map((name) => read(env, name));
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    problems.add(
      `${names[2]} has blanks or characters that a header cannot carry: set it to the token alone, on one line`,
    );
  }
  if (username === undefined && password === undefined) {
    return token === undefined ? { kind: 'none' } : { kind: 'token', token };
  }
  if (token !== undefined) problems.add(exclusive);
  if (password === undefined) problems.add(`${names[1]} is missing: ${names[0]} is set, and needs it`);
  if (username === undefined) problems.add(`${names[0]} is missing: ${names[1]} is set, and needs it`);
  return { kind: 'basic', username: username ?? '', password: password ?? '' };
}

const PEM = /-----BEGIN CERTIFICATE-----/;

function authority(env: Environment, problems: Problems): string | undefined {
  const value = read(env, 'PUSHGATEWAY_CA');
  if (value === undefined || PEM.test(value)) return value;
  const text = fileText(value);
  if (text === undefined || !PEM.test(text)) {
    problems.add(
      'PUSHGATEWAY_CA is neither a PEM certificate nor a file that has one: give the text that starts with "-----BEGIN CERTIFICATE-----", or the path of its file',
    );
    return undefined;
  }
  return text;
}

function fileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

export function logLevel(env: Environment, problems: Problems): LogLevel {
  const value = read(env, 'LOG_LEVEL')?.toLowerCase() ?? 'info';
  const level = LOG_LEVELS.find((known) => known === value);
  if (level === undefined) problems.add(`LOG_LEVEL is "${value}": use one of ${LOG_LEVELS.join(', ')}`);
  return level ?? 'info';
}

/** The deployment stage. A run that nobody gave one must not be taken for production. */
export function stageOf(env: Environment, problems: Problems): string {
  const value = read(env, 'STAGE') ?? 'local';
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/i.test(value)) {
    problems.add(`STAGE is "${value}": use letters, digits and "-", at most 31 of them`);
  }
  return value;
}
