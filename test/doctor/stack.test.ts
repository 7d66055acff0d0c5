import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DatabaseError } from 'pg';
import { type EmbeddedGateway, startEmbeddedGateway } from '../../dev/gateway/server';
import { systemClock } from '../../src/clock';
import { parse } from '../../src/config/parse';
import type { Database, Row } from '../../src/database/database';
import type { Check, CheckContext, Finding, Fix } from '../../src/doctor/check';
import { columnCheck, keyCheck } from '../../src/doctor/columns';
import { createChecks } from '../../src/doctor/create';
import { connectionsCheck } from '../../src/doctor/database';
import { indexCheck } from '../../src/doctor/indexes';
import { ledgerCheck, ledgerRightsCheck } from '../../src/doctor/ledger';
import type { IndexNeed } from '../../src/doctor/requirements';
import { type Result, startChecks } from '../../src/doctor/run';
import { rightsCheck, tableCheck } from '../../src/doctor/tables';
import { QueryError } from '../../src/errors';
import { grantLedger, migrate } from '../../src/ledger/migrate';
import { createGateway } from '../../src/pushgateway/client';
import { type LocalServer, serveHttp } from '../pushgateway/local-server';
import { describePostgres, type Stack, startStack } from '../servers/stack';
import { checkContext, ENVIRONMENT, statements } from './context';

const LIMIT_MS = 60_000;
const ROLE = 'reader';

let stack: Stack;
let gateway: EmbeddedGateway;
let django: LocalServer;
let healthy = false;

describePostgres('the doctor of a real installation', () => {
  beforeAll(async () => {
    stack = await startStack({}, ROLE);
    gateway = await startEmbeddedGateway({ port: 0, host: '127.0.0.1' });
    django = await serveHttp((_request, response) => {
      response.writeHead(healthy ? 200 : 503, { 'content-type': 'application/json' });
      response.end('{"status":"healthy"}');
    });
  }, LIMIT_MS);
  afterAll(async () => {
    await django?.close();
    await gateway?.close();
    await stack?.stop();
  }, LIMIT_MS);

  describe('from everything wrong to all ok', () => {
    it(
      'is led there by the very statements and commands that it prints',
      async () => {
        await breakEverything();
        const first = await examine();
        expect(statusesOf(first)).toEqual({
          configuration: 'ok',
          'aws regions': 'ok',
          database: 'ok',
          'statement timeout': 'warn',
          'lock timeout': 'warn',
          connections: 'fail',
          ledger: 'fail',
          'ledger rights': 'skip',
          'table campaign': 'ok',
          'rights campaign': 'fail',
          'table reviews': 'ok',
          'rights reviews': 'fail',
          'column campaign.apply_deadline': 'ok',
          'column campaign.created_at': 'ok',
          'column campaign.deleted_at': 'ok',
          'column campaign.region': 'ok',
          'column campaign.id': 'ok',
          'unique campaign.id': 'fail',
          'index campaign.apply_deadline': 'warn',
          'index campaign.deleted_at': 'warn',
          'index campaign.created_at': 'warn',
          'cleanup reviews': 'ok',
          gateway: 'ok',
          'gateway push': 'ok',
          'gateway families': 'fail',
          'group collect': 'ok',
          'group fold': 'ok',
          'scraper runs': 'ok',
          'group probe': 'ok',
          'probe django/http': 'fail',
          'probe scraper/freshness': 'skip',
          'probe database/database': 'ok',
        });

        healthy = true;
        for (const fix of first.flatMap(({ fixes }) => fixes)) await apply(fix);

        const second = await examine();
        expect(second.filter(({ status }) => status !== 'ok')).toEqual([]);
        await expect(storedAtGateway()).resolves.toEqual({ status: 'success', data: [] });
      },
      LIMIT_MS,
    );

    it('fails with a line, and does not hang, when the database is gone', async () => {
      await stack.postgres.crash();
      try {
        const results = await examine();
        expect(statusesOf(results)).toMatchObject({
          database: 'fail',
          'table campaign': 'skip',
          'probe database/database': 'skip',
          gateway: 'ok',
          'probe django/http': 'ok',
        });
      } finally {
        await stack.postgres.start();
        await stack.sql.end().catch(() => undefined);
      }
    }, 60_000);
  });
});

describePostgres('the checks of the database', () => {
  beforeAll(async () => {
    stack = await startStack({}, ROLE);
    await stack.sql.query(`grant create on schema public to ${ROLE}`);
  }, LIMIT_MS);
  afterAll(async () => await stack?.stop(), LIMIT_MS);

  const found = (check: Check): Promise<Finding> => check.run(checkContext({ database: stack.database }));
  const ref = (table: string, schema?: string) => ({
    schema,
    table,
    label: schema === undefined ? table : `${schema}.${table}`,
  });
  const column = (table: string, name: string, required = true) =>
    columnCheck({ table: ref(table), column: name, use: 'moment', required });
  const index = (table: string, name: string, changes: Partial<IndexNeed> = {}) =>
    indexCheck({
      table: ref(table),
      column: name,
      nulls: true,
      mostlyNull: false,
      why: 'slow',
      steadier: undefined,
      ...changes,
    });

  it('finds a table that is only in a schema off the search path, and says how to name it', async () => {
    await stack.sql.query('create schema app; create table app.hidden (id int)');
    const denied = await found(tableCheck(ref('hidden')));
    expect(denied).toMatchObject({
      status: 'fail',
      text: expect.stringContaining('may not use the schema app'),
    });
    for (const statement of statements(denied)) await stack.sql.query(statement);

    const off = await found(tableCheck(ref('hidden')));
    expect(off).toMatchObject({ status: 'fail', text: expect.stringContaining('only as app.hidden') });
    expect(off.fixes[0]?.text).toContain('"app.hidden"');

    expect(await found(tableCheck(ref('hidden', 'app')))).toMatchObject({ status: 'ok' });
    expect(await found(tableCheck(ref('nowhere')))).toMatchObject({ status: 'fail' });
  });

  it('takes tables and columns with odd names, and grants that can be run as they are', async () => {
    await stack.sql.query('create table "캠페인 Table" ("마감 At" timestamptz, id bigint primary key)');
    const rights = await found(rightsCheck(ref('캠페인 Table')));
    expect(rights.status).toBe('fail');
    for (const statement of statements(rights)) await stack.sql.query(statement);
    expect((await found(rightsCheck(ref('캠페인 Table')))).status).toBe('ok');

    const missing = await found(index('캠페인 Table', '마감 At'));
    for (const statement of statements(missing)) await stack.sql.query(statement);
    expect((await found(index('캠페인 Table', '마감 At'))).status).toBe('ok');
  });

  it('tells a right to some columns from a right to none', async () => {
    await stack.sql.query(
      `create table partly (a timestamptz, b timestamptz); grant select (a) on partly to ${ROLE}`,
    );
    expect((await found(rightsCheck(ref('partly')))).status).toBe('ok');
    expect((await found(column('partly', 'a'))).status).toBe('ok');
    const denied = await found(column('partly', 'b'));
    expect(denied.status).toBe('fail');
    expect(statements(denied)).toEqual([`grant select on public.partly to ${ROLE}`]);
  });

  it('warns of times without a zone, and refuses what is no time', async () => {
    await stack.sql.query(`create domain moment as timestamptz; create table times (
      zoned timestamptz, own moment, bare timestamp, day date, truth boolean, gone timestamptz)`);
    await stack.sql.query('alter table times drop column gone');
    const statuses = await Promise.all(
      ['zoned', 'own', 'bare', 'day', 'truth', 'gone'].map(
        async (name) => (await found(column('times', name))).status,
      ),
    );
    expect(statuses).toEqual(['ok', 'ok', 'warn', 'warn', 'fail', 'fail']);
    expect(await found(column('times', 'gone', false))).toMatchObject({
      status: 'ok',
      text: expect.stringContaining('no campaign counts as soft-deleted'),
    });
  });

  it('counts only indexes that the searches can use', async () => {
    await stack.sql.query(`create table searched (
      hashed timestamptz, second timestamptz, partial timestamptz, broken timestamptz, good timestamptz)`);
    await stack.sql.query(`
      create index on searched using hash (hashed);
      create index on searched (good desc, second);
      create index on searched (partial) where partial is not null;
      create index searched_broken on searched (broken);
      update pg_index set indisvalid = false where indexrelid = 'searched_broken'::regclass`);
    const statusOf = async (name: string, changes: Partial<IndexNeed> = {}) =>
      (await found(index('searched', name, changes))).status;

    expect(await statusOf('good')).toBe('ok');
    expect(await statusOf('hashed')).toBe('warn');
    expect(await statusOf('second')).toBe('warn');
    // A deadline that is null is searched for as well; a soft delete that is null is not.
    expect(await statusOf('partial')).toBe('warn');
    expect(await statusOf('partial', { nulls: false })).toBe('ok');

    const broken = await found(index('searched', 'broken'));
    expect(broken).toMatchObject({ status: 'warn', text: expect.stringContaining('public.searched_broken') });
    for (const statement of statements(broken)) await stack.sql.query(statement);
    expect(await statusOf('broken')).toBe('ok');
  });

  it('proposes for a partitioned table what PostgreSQL accepts for one', async () => {
    await stack.sql.query(`create table parted (id bigint, at timestamptz, primary key (id, at)) partition by range (at);
      create table parted_1 partition of parted for values from ('2026-01-01') to ('2027-01-01')`);
    const missing = await found(index('parted', 'at', { nulls: false, mostlyNull: true }));
    expect(missing.status).toBe('warn');
    for (const statement of statements(missing)) await stack.sql.query(statement);
    expect((await found(index('parted', 'at', { nulls: false }))).status).toBe('ok');
    expect(await found(keyCheck({ table: ref('parted'), column: 'id' }))).toMatchObject({
      status: 'warn',
      text: expect.stringContaining('together with other columns'),
    });
  });

  it('says that a view has no index of its own', async () => {
    await stack.sql.query('create view seen as select now() as at');
    expect(await found(index('seen', 'at'))).toMatchObject({
      status: 'warn',
      text: expect.stringContaining('view'),
    });
  });

  it('takes no partial or included column for a key', async () => {
    await stack.sql.query(`create table keyed (a int, b int, c int);
      create unique index on keyed (a) where a > 0; create unique index on keyed (b) include (c)`);
    const status = async (name: string) =>
      (await found(keyCheck({ table: ref('keyed'), column: name }))).status;
    expect([await status('a'), await status('b'), await status('c')]).toEqual(['fail', 'ok', 'fail']);
  });

  it('tells a ledger that the role may not use from one that is missing or incomplete', async () => {
    expect((await found(ledgerCheck)).text).toContain('not installed');
    await migrate(asSuperuser(), AbortSignal.timeout(LIMIT_MS));
    expect((await found(ledgerCheck)).text).toContain('may not use the schema');

    await grantLedger(asSuperuser(), ROLE, AbortSignal.timeout(LIMIT_MS));
    await stack.sql.query(`revoke update on reviewmaps_monitoring.total from ${ROLE}`);
    await stack.sql.query('revoke execute on all functions in schema reviewmaps_monitoring from public');
    await stack.sql.query(
      `revoke execute on function reviewmaps_monitoring.over_limit(text, text) from ${ROLE}`,
    );
    expect(await found(ledgerRightsCheck)).toMatchObject({
      status: 'fail',
      text: `the role ${ROLE} may not use 1 of its tables and 1 of its functions`,
    });

    await grantLedger(asSuperuser(), ROLE, AbortSignal.timeout(LIMIT_MS));
    expect((await found(ledgerRightsCheck)).status).toBe('ok');
    await stack.sql.query('insert into reviewmaps_monitoring.migration (version) values (1000)');
    expect(await found(ledgerCheck)).toMatchObject({ status: 'fail', text: expect.stringContaining('1000') });
  });

  it('sees connections with the right that it asks for', async () => {
    const denied = await found(connectionsCheck);
    expect(denied.status).toBe('fail');
    for (const statement of statements(denied)) await stack.sql.query(statement);
    expect((await found(connectionsCheck)).text).toMatch(/^\d+ of 100 are taken$/);
  });
});

/** As a first deployment may find it: a role without any right, a table that nobody indexed, an old pusher. */
async function breakEverything(): Promise<void> {
  await stack.sql.query(`
    create table campaign (id bigint, region varchar(100), apply_deadline timestamptz,
                           created_at timestamptz not null default now(), deleted_at timestamptz);
    create table reviews (id bigint primary key);
    insert into campaign (id, region) values (1, '서울');
    create index campaign_broken on campaign (apply_deadline);
    update pg_index set indisvalid = false where indexrelid = 'campaign_broken'::regclass`);
  const answer = await fetch(`${gateway.url}/metrics/job/legacy/instance/a`, {
    method: 'PUT',
    body: '# TYPE reviewmaps_service_up counter\nreviewmaps_service_up{service="django"} 1\n',
  });
  expect(answer.status).toBe(200);
}

async function examine(): Promise<Result[]> {
  const config = parse(
    {
      ...ENVIRONMENT,
      PUSHGATEWAY_URL: gateway.url,
      DJANGO_HEALTH_URL: `http://${django.host}/v1/healthz`,
    },
    {
      cleanup: [
        { table: 'campaign', source: 'soft-delete' },
        { table: 'reviews', source: 'statistics' },
      ],
    },
    'everything',
  );
  const context: CheckContext = checkContext({
    config,
    database: stack.database,
    gateway: createGateway({
      url: config.gateway.url,
      credentials: async () => ({ kind: 'none' }),
      clock: systemClock,
    }),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  return await Promise.all(startChecks(createChecks(config), context));
}

function statusesOf(results: readonly Result[]): Record<string, string> {
  return Object.fromEntries(results.map(({ name, status }) => [name, status]));
}

/** Does what the doctor said, as an administrator would who pastes it. Advice in words is for people. */
async function apply({ how, text }: Fix): Promise<void> {
  if (how === 'sql') await stack.sql.query(text);
  if (how !== 'command') return;
  const [, role] = /^npm run migrate -- --grant-to (\S+)$/.exec(text) ?? [];
  const [, address] = /^curl -X DELETE (\S+)$/.exec(text) ?? [];
  if (role !== undefined) {
    await migrate(asSuperuser(), AbortSignal.timeout(LIMIT_MS));
    await grantLedger(asSuperuser(), role, AbortSignal.timeout(LIMIT_MS));
  } else if (address !== undefined) await removeAt(address);
  else throw new Error(`no such command is known here: ${text}`);
}

function removeAt(address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(address, { method: 'DELETE', agent: false }, (answer) => {
      answer.resume();
      answer.once('end', resolve);
    });
    request.on('error', reject);
    request.end();
  });
}

/** The port over the superuser's connection, for what the functions' role may not do. */
function asSuperuser(): Database {
  return {
    query: ({ sql }) =>
      stack.rows<Row>(sql).catch((thrown: unknown) => {
        throw thrown instanceof DatabaseError
          ? new QueryError(thrown.message, { sqlState: thrown.code })
          : thrown;
      }),
  };
}

async function storedAtGateway(): Promise<unknown> {
  const answer = await fetch(`${gateway.url}/api/v1/metrics`);
  return await answer.json();
}
