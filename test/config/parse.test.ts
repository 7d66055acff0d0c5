import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import shipped from '../../reviewmaps.config';
import { parse } from '../../src/config/parse';
import { ConfigError } from '../../src/errors';

const ENVIRONMENT = {
  STAGE: 'prod',
  DATABASE_CLUSTER_ARN: 'arn:aws:rds:ap-northeast-2:123456789012:cluster:reviewmaps',
  DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:reviewmaps-AbCdEf',
  DATABASE_NAME: 'reviewmaps',
  PUSHGATEWAY_URL: 'https://push.reviewmaps.example/gateway/',
  DJANGO_HEALTH_URL: 'https://reviewmaps.example/v1/healthz',
};

function problemsOf(user: unknown, environment: Record<string, string | undefined> = {}): readonly string[] {
  try {
    parse({ ...ENVIRONMENT, ...environment }, user, 'everything');
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems;
    throw thrown;
  }
  return [];
}

describe('parse', () => {
  it('gives the shipped configuration and an empty one the same meaning', () => {
    expect(parse(ENVIRONMENT, shipped, 'everything')).toEqual(parse(ENVIRONMENT, {}, 'everything'));
  });

  it('freezes what it gives, all the way down', () => {
    const config = parse(ENVIRONMENT, shipped, 'everything');
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.campaigns.columns)).toBe(true);
    expect(Object.isFrozen(config.services[0]?.probes[0])).toBe(true);
  });

  it.each([
    ['prod', 'reviewmaps-server'],
    ['dev', 'reviewmaps-server-dev'],
    [undefined, 'reviewmaps-server-local'],
  ])('gives the stage %s the app %s, so that no stage pushes over another', (STAGE, app) => {
    expect(parse({ ...ENVIRONMENT, STAGE }, {}, 'collect').app).toBe(app);
  });

  it('needs the addresses of services for probing only', () => {
    const environment = { ...ENVIRONMENT, DJANGO_HEALTH_URL: undefined };
    expect(parse(environment, {}, 'collect').services).toEqual([]);
    expect(() => parse(environment, {}, 'probe')).toThrow('DJANGO_HEALTH_URL is missing');
  });

  it('takes the last slash off the gateway, which paths are appended to', () => {
    expect(parse(ENVIRONMENT, {}, 'collect').gateway.url).toBe('https://push.reviewmaps.example/gateway');
  });

  it('reads schema-qualified, spaced and dotted names as they are written', () => {
    const names = ['campaign', 'audit.event log', { schema: 'audit', table: 'v1.2' }];
    expect(parse(ENVIRONMENT, { tables: { names } }, 'collect').tables.refs).toEqual([
      { schema: undefined, table: 'campaign', label: 'campaign' },
      { schema: 'audit', table: 'event log', label: 'audit.event log' },
      { schema: 'audit', table: 'v1.2', label: 'audit.v1.2' },
    ]);
  });

  it('turns durations into seconds and numbers probes of the same kind', () => {
    const services = {
      scraper: [
        { kind: 'freshness', table: 'campaign', column: 'created_at', maxAge: '26h', timeout: '2.5s' },
        { kind: 'freshness', table: 'reviews', column: 'created_at', maxAge: '7d' },
      ],
    };
    const [service] = parse(ENVIRONMENT, { services }, 'probe').services;
    expect(service?.probes).toMatchObject([
      { name: 'freshness', maxAgeSeconds: 93_600, timeoutSeconds: 2.5 },
      { name: 'freshness-2', maxAgeSeconds: 604_800, timeoutSeconds: 35 },
    ]);
  });

  it('reports all problems together', () => {
    expect(
      problemsOf({ tabels: {}, ledger: { lookback: '10s' } }, { DATABASE_NAME: '', LOG_LEVEL: 'loud' }),
    ).toHaveLength(4);
  });

  it.each<[string, unknown, string]>([
    [
      'an unknown key',
      { tabels: [] },
      'reviewmaps.config.ts: "tabels" is not a known key; known here: app, ',
    ],
    [
      'a key of a probe',
      { services: { a: [{ kind: 'database', sql: '' }] } },
      '"services.a.0.sql" is not a known key; known here: kind, name, timeout, query',
    ],
    [
      'a table with a quote',
      { tables: { names: ['a"b'] } },
      '"tables.names.0" must not contain quotes: write the bare name',
    ],
    [
      'a table that is no name',
      { tables: { names: [7] } },
      '"tables.names.0" must be a table: "table", "schema.table"',
    ],
    ['an empty schema', { tables: { names: ['.x'] } }, '"tables.names.0" is empty: write a name'],
    ['a name PostgreSQL would cut', { tables: { names: ['가'.repeat(22)] } }, 'longer than the 63 bytes'],
    [
      'the same table twice',
      { tables: { names: ['a', 'a'] } },
      '"tables.names" names the table a twice: remove one',
    ],
    [
      'a negative limit',
      { labelLimits: { reviewmaps_campaign_active_total: -1 } },
      'must be a whole number from 1 to 2000 (got -1)',
    ],
    [
      'a limit for a metric without one',
      { labelLimits: { reviewmaps_service_up: 1 } },
      '"labelLimits.reviewmaps_service_up" is not a known key',
    ],
    [
      'a look-back that is too short',
      { ledger: { lookback: '10s' } },
      '"ledger.lookback" must be from 1m to 7d (got "10s")',
    ],
    [
      'a duration that is too short',
      { services: { a: [{ kind: 'database', timeout: '50s' }] } },
      'must be from 0.1s to 35s (got "50s")',
    ],
    ['a duration in words', { ledger: { lookback: 'an hour' } }, 'must be a duration such as "30s"'],
    [
      'a cleanup without source',
      { cleanup: [{ table: 'campaign' }] },
      'must have a source: "statistics", "soft-delete" or "runs"',
    ],
    [
      'two sources for a table',
      {
        cleanup: [
          { table: 'a', source: 'runs' },
          { table: 'a', source: 'statistics' },
        ],
      },
      '"cleanup" names the table a twice',
    ],
    ['a service without probes', { services: { a: [] } }, 'must have at least one probe'],
    [
      'two probes of one name',
      {
        services: {
          a: [
            { kind: 'database', name: 'x' },
            { kind: 'database', name: 'x' },
          ],
        },
      },
      'two probes of the same name',
    ],
    [
      'a probe of no kind',
      { services: { a: [{ kind: 'icmp' }] } },
      'must have a kind: "http", "database", "freshness" or "heartbeat"',
    ],
    [
      'a statement that writes',
      { services: { a: [{ kind: 'database', query: 'delete from campaign' }] } },
      'must be one SELECT: probes only read',
    ],
    [
      'a status range upside down',
      { services: { a: [{ kind: 'http', urlFrom: 'DJANGO_HEALTH_URL', status: [299, 200] }] } },
      'must be [lowest, highest]',
    ],
    [
      'a label name with a dash',
      { services: { a: [{ kind: 'heartbeat', job: 'x', maxAge: '1h', labels: { 'a-b': '' } }] } },
      '"a-b" is not allowed as a label name',
    ],
    [
      'a reserved label name',
      { services: { a: [{ kind: 'heartbeat', job: 'x', maxAge: '1h', labels: { __a: '' } }] } },
      '"__a" is not allowed as a label name',
    ],
    [
      'a probe without its limit',
      { services: { a: [{ kind: 'heartbeat', job: 'x' }] } },
      '"services.a.0.maxAge" is missing',
    ],
  ])('refuses %s in a sentence that names the key and the fix', (_, user, sentence) => {
    const problems = problemsOf(user);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(sentence);
  });

  it.each<[string, Record<string, string | undefined>, string]>([
    [
      'a missing ARN',
      { DATABASE_CLUSTER_ARN: undefined },
      'DATABASE_CLUSTER_ARN is missing: set it to an ARN like arn:aws:rds:',
    ],
    [
      'an ARN of something else',
      { DATABASE_CLUSTER_ARN: ENVIRONMENT.DATABASE_SECRET_ARN },
      'DATABASE_CLUSTER_ARN is not such an ARN',
    ],
    ['a missing database', { DATABASE_NAME: '' }, 'DATABASE_NAME is missing'],
    [
      'an address without scheme',
      { PUSHGATEWAY_URL: '127.0.0.1:9091' },
      'PUSHGATEWAY_URL is not a URL: set it to the address of the Pushgateway, such as http://127.0.0.1:9091, with its scheme',
    ],
    [
      'another scheme',
      { PUSHGATEWAY_URL: 'ftp://x' },
      'PUSHGATEWAY_URL has the scheme "ftp": use http or https',
    ],
    [
      'the path of a group',
      { PUSHGATEWAY_URL: 'http://x/metrics/job/y' },
      'PUSHGATEWAY_URL ends in /metrics: give the address of the gateway',
    ],
    [
      'a health address with a fragment',
      { DJANGO_HEALTH_URL: 'http://x/#y' },
      'DJANGO_HEALTH_URL has a "#" part',
    ],
    [
      'a user without password',
      { PUSHGATEWAY_USERNAME: 'u' },
      'PUSHGATEWAY_PASSWORD is missing: PUSHGATEWAY_USERNAME is set, and needs it',
    ],
    [
      'two kinds of credentials',
      { PUSHGATEWAY_TOKEN: 't', PUSHGATEWAY_SECRET_ARN: ENVIRONMENT.DATABASE_SECRET_ARN },
      'exclude each other: set one of the three',
    ],
    [
      'a certificate authority that is none',
      { PUSHGATEWAY_CA: '/nowhere/ca.pem' },
      'PUSHGATEWAY_CA is neither a PEM certificate nor a file that has one',
    ],
    [
      'an unknown log level',
      { LOG_LEVEL: 'loud' },
      'LOG_LEVEL is "loud": use one of debug, info, warn, error',
    ],
    [
      'a stage that no label should carry',
      { STAGE: 'prod/eu' },
      'STAGE is "prod/eu": use letters, digits and "-"',
    ],
  ])('refuses %s in the environment', (_, environment, sentence) => {
    const problems = problemsOf({}, environment);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(sentence);
  });

  it('refuses credentials in an address without repeating them', () => {
    const problems = problemsOf({}, { PUSHGATEWAY_URL: 'https://user:hunter2@push.example' });
    expect(problems).toEqual([expect.stringContaining('PUSHGATEWAY_URL has credentials in it')]);
    expect(problems.join()).not.toContain('hunter2');
  });

  it('does not repeat a secret that landed in the variable of an ARN', () => {
    const secret = '{"username":"admin","password":"hunter2"}';
    expect(problemsOf({}, { DATABASE_SECRET_ARN: secret }).join()).not.toContain('hunter2');
    expect(problemsOf({}, { DATABASE_CLUSTER_ARN: 'postgres://a:hunter2@db/x' }).join()).not.toContain(
      'hunter2',
    );
    expect(problemsOf({}, { DATABASE_CLUSTER_ARN: 'arn:aws:rds:x' }).join()).toContain('(got arn:aws:rds:x)');
  });

  it('reads the certificate authority from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'parse-'));
    try {
      const pem = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
      writeFileSync(join(folder, 'ca.pem'), pem);
      expect(
        parse({ ...ENVIRONMENT, PUSHGATEWAY_CA: join(folder, 'ca.pem') }, {}, 'collect').gateway.ca,
      ).toBe(pem);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
