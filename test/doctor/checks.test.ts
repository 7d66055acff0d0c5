import { describe, expect, it } from '@jest/globals';
import { parse } from '../../src/config/parse';
import type { Row } from '../../src/database/database';
import { columnCheck, keyCheck } from '../../src/doctor/columns';
import { configurationCheck, regionsCheck } from '../../src/doctor/configuration';
import { createChecks } from '../../src/doctor/create';
import {
  connectionsCheck,
  databaseCheck,
  lockTimeoutCheck,
  statementTimeoutCheck,
} from '../../src/doctor/database';
import { indexCheck } from '../../src/doctor/indexes';
import { ledgerCheck } from '../../src/doctor/ledger';
import { requirementsOf } from '../../src/doctor/requirements';
import { startChecks } from '../../src/doctor/run';
import { serviceCheck } from '../../src/doctor/services';
import { statisticsCheck } from '../../src/doctor/tables';
import { QueryError } from '../../src/errors';
import { LATEST_VERSION } from '../../src/ledger/migrations';
import { down, type ProbeOutcome } from '../../src/probes/probe';
import { checkContext, ENVIRONMENT, findIn, statements } from './context';

const configured = (env: Record<string, string>, user: unknown = {}) =>
  parse({ ...ENVIRONMENT, ...env }, user, 'everything');
const CAMPAIGN = { schema: undefined, table: 'campaign', label: 'campaign' };

describe('configuration', () => {
  it('says what it will push as, and warns when nobody set the stage', async () => {
    const prod = await configurationCheck.run(checkContext());
    expect(prod).toMatchObject({ status: 'ok', text: 'stage prod, pushes as app="reviewmaps-server"' });
    const unset = await configurationCheck.run(checkContext({ config: configured({ STAGE: '' }) }));
    expect(unset).toMatchObject({
      status: 'warn',
      text: expect.stringContaining('app="reviewmaps-server-local"'),
    });
  });
});

describe('aws regions', () => {
  it('warns when the secret is in another region or account than the cluster', async () => {
    const secret = (place: string) =>
      checkContext({
        config: configured({ DATABASE_SECRET_ARN: `arn:aws:secretsmanager:${place}:secret:a` }),
      });
    expect((await regionsCheck.run(secret('ap-northeast-2:123456789012'))).status).toBe('ok');
    expect((await regionsCheck.run(secret('us-east-1:123456789012'))).text).toContain('us-east-1');
    expect((await regionsCheck.run(secret('ap-northeast-2:210987654321'))).status).toBe('warn');
  });
});

describe('database', () => {
  it('names version and role, and says so when a paused cluster had to wake', async () => {
    const row = { version: '15.4', role: 'reader' };
    expect((await findIn(databaseCheck, row)).text).toMatch(
      /PostgreSQL 15\.4.*role reader, answered in \d+ ms/,
    );

    let elapsed = 0;
    const clock = { elapsed: () => elapsed, now: () => 0, sleep: async () => undefined };
    const query = async () => {
      elapsed += 17_000;
      return [row];
    };
    const woken = await databaseCheck.run(checkContext({ clock, database: { query } }));
    expect(woken).toMatchObject({
      status: 'ok',
      text: expect.stringContaining('only after 17.0 s: a paused cluster'),
    });
  });

  it('fails with the sentence of the adapter', async () => {
    const query = () => Promise.reject(new QueryError('there are no AWS credentials: set AWS_PROFILE'));
    const [result] = await Promise.all(startChecks([databaseCheck], checkContext({ database: { query } })));
    expect(result).toMatchObject({ status: 'fail', text: 'there are no AWS credentials: set AWS_PROFILE' });
  });
});

describe('timeouts', () => {
  const row = (session_ms: bigint, isConfigured = false): Row => ({
    session_ms,
    role: '"odd Role"',
    configured: isConfigured,
  });

  it('proposes what is not set, or longer than the time between runs', async () => {
    expect(statements(await findIn(statementTimeoutCheck, row(0n)))).toEqual([
      `alter role "odd Role" set statement_timeout = '45s'`,
    ]);
    expect(statements(await findIn(lockTimeoutCheck, row(0n)))).toEqual([
      `alter role "odd Role" set lock_timeout = '5s'`,
    ]);
    expect((await findIn(statementTimeoutCheck, row(60_001n))).status).toBe('warn');
    expect(await findIn(statementTimeoutCheck, row(45_000n))).toMatchObject({ status: 'ok', text: '45 s' });
  });

  it('takes a setting of the role that an older session does not have yet', async () => {
    expect((await findIn(statementTimeoutCheck, row(0n, true))).status).toBe('ok');
  });
});

describe('connections', () => {
  const row = (taken: bigint, allowed = true): Row => ({ role: 'reader', allowed, maximum: 100n, taken });

  it('fails without the right to see them, warns over 80 %', async () => {
    expect(statements(await findIn(connectionsCheck, row(1n, false)))).toEqual([
      'grant pg_read_all_stats to reader',
    ]);
    expect((await findIn(connectionsCheck, row(80n))).status).toBe('ok');
    expect((await findIn(connectionsCheck, row(81n))).status).toBe('warn');
  });
});

describe('ledger', () => {
  it('is fine in the version that this program knows, and to be migrated below it', async () => {
    const answer = (version: number, migrates = false) =>
      findIn(ledgerCheck, { version: BigInt(version), role: 'reader', migrates });
    expect((await answer(LATEST_VERSION)).status).toBe('ok');
    expect(await answer(LATEST_VERSION - 1)).toMatchObject({
      status: 'fail',
      fixes: [{}, { how: 'command', text: 'npm run migrate -- --grant-to reader' }],
    });
    expect((await answer(LATEST_VERSION - 1, true)).fixes).toEqual([
      { how: 'command', text: 'npm run migrate' },
    ]);
    expect((await answer(LATEST_VERSION + 1)).fixes).toMatchObject([{ text: 'use the newer program' }]);
  });
});

describe('columns and keys', () => {
  it('has three answers for a moment', async () => {
    const check = columnCheck({ table: CAMPAIGN, column: 'apply_deadline', use: 'moment', required: true });
    const row = (type: string): Row => ({
      name: 'campaign',
      role: 'reader',
      type,
      readable: true,
      zone: 'UTC',
    });
    expect((await findIn(check, row('timestamp with time zone'))).status).toBe('ok');
    expect(await findIn(check, row('timestamp without time zone'))).toMatchObject({
      status: 'warn',
      text: expect.stringContaining("session's zone (UTC)"),
    });
    expect((await findIn(check, row('text'))).status).toBe('fail');
    expect((await findIn(check)).status).toBe('fail');
  });

  it('proposes a unique index for a key that is none', async () => {
    const check = keyCheck({ table: CAMPAIGN, column: 'id' });
    const row = { name: 'public.campaign', column_name: 'id' };
    expect((await findIn(check, { ...row, alone: true, together: true })).status).toBe('ok');
    expect((await findIn(check, { ...row, alone: false, together: true })).status).toBe('warn');
    expect(statements(await findIn(check, { ...row, alone: false, together: false }))).toEqual([
      'create unique index concurrently on public.campaign (id)',
    ]);
  });
});

describe('indexes', () => {
  const row = (changes: Row = {}): Row => ({
    name: 'public.campaign',
    column_name: 'updated_at',
    kind: 'r',
    indexed: false,
    invalid: '',
    ...changes,
  });
  const indexOf = (user: unknown, column: string) => {
    const need = requirementsOf(configured({}, user)).indexes.find((one) => one.column === column);
    if (need === undefined) throw new Error(`nothing needs an index on ${column}`);
    return indexCheck(need);
  };
  const fresh = (column: string) => ({
    services: { scraper: [{ kind: 'freshness', table: 'campaign', column, maxAge: '1h' }] },
  });

  it('recommends the time of creation over an index that ends HOT updates', async () => {
    const found = await findIn(indexOf(fresh('updated_at'), 'updated_at'), row());
    expect(found).toMatchObject({ status: 'warn', text: expect.stringContaining('HOT') });
    expect(found.fixes[0]?.text).toContain('rather probe created_at');
    expect(statements(found)).toEqual(['create index concurrently on public.campaign (updated_at)']);
  });

  it('proposes just the index for a column that is not rewritten', async () => {
    const found = await findIn(
      indexOf(fresh('scraped_at'), 'scraped_at'),
      row({ column_name: 'scraped_at' }),
    );
    expect(found.fixes.map(({ how }) => how)).toEqual(['sql']);
  });

  it('proposes a partial index for a soft-delete column', async () => {
    const user = { cleanup: [{ table: 'campaign', source: 'soft-delete' }] };
    expect(statements(await findIn(indexOf(user, 'deleted_at'), row({ column_name: 'deleted_at' })))).toEqual(
      ['create index concurrently on public.campaign (deleted_at) where deleted_at is not null'],
    );
  });

  it('drops each invalid index, one statement each', async () => {
    const found = await findIn(indexOf({}, 'apply_deadline'), row({ invalid: 'public.a\npublic.b' }));
    expect(statements(found).slice(0, 2)).toEqual([
      'drop index concurrently public.a',
      'drop index concurrently public.b',
    ]);
  });
});

describe('cleanup from statistics', () => {
  it('needs track_counts and a table that is counted', async () => {
    const check = statisticsCheck(CAMPAIGN);
    expect((await findIn(check, { counting: true, counted: true })).status).toBe('ok');
    expect((await findIn(check, { counting: false, counted: true })).text).toContain('track_counts is off');
    expect((await findIn(check, { counting: true, counted: false })).status).toBe('fail');
  });
});

describe('services', () => {
  const [service] = configured({}).services;
  const [probe] = service?.probes ?? [];
  const find = (outcome: ProbeOutcome, nowMs = 0) => {
    if (service === undefined || probe === undefined) throw new Error('there is no default service');
    const clock = { elapsed: () => 0, now: () => nowMs, sleep: async () => undefined };
    return serviceCheck(service, probe, () => async () => outcome).run(checkContext({ clock }));
  };

  it('reports a service as its probe finds it, with the address to look at', async () => {
    expect((await find({ up: true })).status).toBe('ok');
    const refused = await find(down('connect', 'refused the connection'));
    expect(refused).toMatchObject({ status: 'fail', text: 'down (connect): refused the connection' });
    expect(refused.fixes[0]?.text).toContain(ENVIRONMENT.DJANGO_HEALTH_URL);
  });

  it('warns two weeks before a certificate ends', async () => {
    const day = 86_400;
    expect((await find({ up: true, certificateExpiresAt: 15 * day })).status).toBe('ok');
    expect((await find({ up: true, certificateExpiresAt: 13 * day })).text).toContain('ends in 13 days');
  });
});

describe('createChecks', () => {
  it('names each check once and each after those that it needs, whatever is configured', () => {
    const user = {
      campaigns: { columns: { softDeleted: null } },
      tables: { names: ['campaign', 'app.reviews', 'reviews'] },
      cleanup: [
        { table: 'campaign', source: 'soft-delete' },
        { table: 'reviews', source: 'runs' },
        { table: 'other', source: 'statistics' },
      ],
      services: {
        scraper: [
          { kind: 'freshness', table: 'campaign', column: 'created_at', maxAge: '1h' },
          { kind: 'freshness', table: 'runs', column: 'created_at', maxAge: '1h' },
          { kind: 'heartbeat', job: 'scraper', maxAge: '1h' },
        ],
      },
    };
    for (const given of [{}, user]) {
      const checks = createChecks(configured({}, given));
      const names = checks.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
      for (const { name, needs = [] } of checks) {
        for (const need of needs) expect(names.slice(0, names.indexOf(name))).toContain(need);
      }
    }
  });

  it('requires the soft-delete column only of a table whose cleanup is counted by it', () => {
    const required = (user: unknown) =>
      requirementsOf(configured({}, user)).columns.find(({ column }) => column === 'deleted_at')?.required;
    expect(required({})).toBe(false);
    expect(required({ cleanup: [{ table: 'campaign', source: 'soft-delete' }] })).toBe(true);
    expect(required({ campaigns: { columns: { softDeleted: null } } })).toBeUndefined();
  });
});
