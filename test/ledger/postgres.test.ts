import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Ledger, MomentSource, Total } from '../../src/ledger/ledger';
import { grantLedger, installedVersion, migrate } from '../../src/ledger/migrate';
import { LATEST_VERSION } from '../../src/ledger/migrations';
import { createPostgresLedger } from '../../src/ledger/postgres';
import { connectTo } from '../servers/postgres';
import { describePostgres, type Stack, startStack } from '../servers/stack';

const LIMIT_MS = 60_000;
const EXPIRED: MomentSource = {
  metric: 'reviewmaps_campaign_expired_total',
  name: 'expired campaign.apply_deadline',
  table: 'campaign',
  key: 'id',
  moment: 'apply_deadline',
  created: 'created_at',
  groupBy: { label: 'region', column: 'region' },
  labels: {},
  once: 'moment',
};
const SOFT_DELETED: MomentSource = {
  metric: 'reviewmaps_cleanup_deleted_rows',
  name: 'soft-deleted campaign.deleted_at',
  table: 'campaign',
  key: 'id',
  moment: 'deleted_at',
  created: undefined,
  groupBy: undefined,
  labels: { table_name: 'campaign' },
  once: 'row',
};

let stack: Stack;

function ledgerOf({ app = 'test', limit = 1_000 } = {}): Ledger {
  return createPostgresLedger({
    database: stack.database,
    app,
    job: 'collect',
    lookbackSeconds: 3_600,
    labelLimits: { reviewmaps_campaign_expired_total: limit },
  });
}

const signal = () => AbortSignal.timeout(20_000);

/** What a run publishes, and then acknowledges as a run does whose push succeeded. */
async function published(ledger: Ledger, source: MomentSource): Promise<Record<string, number>> {
  const totals = await ledger.countMoments(source, signal());
  await ledger.acknowledge(
    totals.map(({ id }) => id),
    signal(),
  );
  return byLabel(totals);
}

function byLabel(totals: readonly Total[]): Record<string, number> {
  return Object.fromEntries(totals.map(({ labels, value }) => [Object.values(labels).join(), value]));
}

/** @param deadline relative to now, as an interval. */
async function insert(
  region: string | null,
  deadline: string,
  created = '-2 days',
  count = 1,
): Promise<void> {
  await stack.sql.query(
    `insert into campaign (region, apply_deadline, created_at)
     select $1, now() + $2::interval, now() + $3::interval from generate_series(1, $4)`,
    [region, deadline, created, count],
  );
}

async function deletes(ledger: Ledger, table = 'campaign'): Promise<Record<string, number>> {
  return byLabel(await ledger.countDeletes('reviewmaps_cleanup_deleted_rows', table, table, signal()));
}

/** Statistics reach the server's shared memory when a session ends at the latest. */
async function inOwnSession(...statements: readonly string[]): Promise<void> {
  const session = await connectTo(stack.postgres.url);
  for (const statement of statements) await session.query(statement);
  await session.end();
  await stack.sql.query('select pg_stat_clear_snapshot()');
}

describePostgres('the ledger in PostgreSQL (needs initdb)', () => {
  beforeAll(async () => {
    stack = await startStack();
    await migrate(stack.database, signal());
  }, LIMIT_MS);
  afterAll(async () => {
    await stack?.stop();
  }, LIMIT_MS);

  beforeEach(async () => {
    await stack.sql.query(`
      drop table if exists campaign cascade;
      create table campaign (id bigserial primary key, region varchar(100), apply_deadline timestamptz,
        created_at timestamptz not null default now(), deleted_at timestamptz);
      truncate reviewmaps_monitoring.lease, reviewmaps_monitoring.total, reviewmaps_monitoring.overflow,
        reviewmaps_monitoring.moment_source, reviewmaps_monitoring.counted_moment,
        reviewmaps_monitoring.relation_deletes, reviewmaps_monitoring.active_region`);
  });

  it('is installed once, however often and by however many it is asked', async () => {
    await stack.sql.query('drop schema reviewmaps_monitoring cascade');
    expect(await installedVersion(stack.database, signal())).toBe(0);
    await Promise.all([1, 2, 3].map(() => migrate(stack.database, signal())));
    expect(await installedVersion(stack.database, signal())).toBe(LATEST_VERSION);
    expect(await migrate(stack.database, signal())).toEqual({
      from: LATEST_VERSION,
      to: LATEST_VERSION,
      applied: [],
    });
  });

  it('says to migrate when it is missing', async () => {
    await stack.sql.query('alter schema reviewmaps_monitoring rename to elsewhere');
    try {
      await expect(ledgerOf().acquireLease('a', 1, signal())).rejects.toMatchObject({
        name: 'LedgerError',
        message: expect.stringContaining('run "npm run migrate"'),
      });
    } finally {
      await stack.sql.query('alter schema elsewhere rename to reviewmaps_monitoring');
    }
  });

  it('refuses to go back when it is newer than the program', async () => {
    await stack.sql.query('insert into reviewmaps_monitoring.migration (version) values (99)');
    try {
      await expect(migrate(stack.database, signal())).rejects.toThrow('use the newer program');
    } finally {
      await stack.sql.query('delete from reviewmaps_monitoring.migration where version = 99');
    }
  });

  it('lets another role use it, and says what to do when there is no such role', async () => {
    await stack.sql.query('create role monitor login');
    await grantLedger(stack.database, 'monitor', signal());
    expect(
      await stack.rows(
        "select has_function_privilege('monitor', 'reviewmaps_monitoring.release_lease(text, text, text)', 'execute') as may",
      ),
    ).toEqual([{ may: true }]);
    await expect(grantLedger(stack.database, 'nobody here', signal())).rejects.toThrow(
      'the ledger is installed, but the role nobody here could not be given its use',
    );
  });

  it('starts from what has expired so far, and publishes it at once', async () => {
    await insert('서울', '-20 days', '-40 days', 3);
    await insert('서울', '-10 minutes');
    await insert('부산', '5 days');
    await insert(null, '-1 day', '-3 days');
    await insert(' \t\u3000', '-1 day', '-3 days');
    expect(await published(ledgerOf(), EXPIRED)).toEqual({ 서울: 4, unknown: 2 });
  });

  it('does not count rows that arrived already expired', async () => {
    await published(ledgerOf(), EXPIRED);
    await insert('서울', '-10 minutes', '-5 minutes');
    await insert('부산', '-10 minutes', '-10 minutes');
    await published(ledgerOf(), EXPIRED);
    expect(await published(ledgerOf(), EXPIRED)).toEqual({ 부산: 1 });
  });

  it('publishes a region that appears later as 0 once, then as its total', async () => {
    const ledger = ledgerOf();
    await published(ledger, EXPIRED);
    await insert('서울', '-1 second', '-2 days', 3);
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 0 });
    await insert('서울', '-1 second');
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 4 });
  });

  it('publishes that 0 again when the push failed and nobody acknowledged it', async () => {
    const ledger = ledgerOf();
    await published(ledger, EXPIRED);
    await insert('서울', '-1 second');
    expect(byLabel(await ledger.countMoments(EXPIRED, signal()))).toEqual({ 서울: 0 });
    expect(byLabel(await ledger.countMoments(EXPIRED, signal()))).toEqual({ 서울: 0 });
    await published(ledger, EXPIRED);
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 1 });
  });

  it('counts a deadline once, however often it is asked and by how many at once', async () => {
    const ledger = ledgerOf();
    await insert('서울', '-1 day', '-3 days');
    await published(ledger, EXPIRED);
    await insert('서울', '-30 minutes', '-3 days', 10);
    await Promise.all([1, 2, 3, 4].map(() => ledger.countMoments(EXPIRED, signal())));
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 11 });
  });

  it('finds what a slow transaction committed behind the watermark', async () => {
    const ledger = ledgerOf();
    await insert('서울', '-1 day', '-3 days');
    const slow = await connectTo(stack.postgres.url);
    await slow.query('begin');
    await slow.query(
      "insert into campaign (region, apply_deadline, created_at) values ('서울', now() - interval '1 minute', now() - interval '1 day')",
    );
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 1 });
    await slow.query('commit');
    await slow.end();
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 2 });
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 2 });
  });

  it('counts a deadline that was extended and passes again, in the region of that time', async () => {
    const ledger = ledgerOf();
    await insert('서울', '-20 minutes');
    await insert('부산', '-1 day', '-3 days');
    await published(ledger, EXPIRED);
    await stack.sql.query(
      "update campaign set apply_deadline = now() - interval '1 second', region = '부산' where region = '서울'",
    );
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 1, 부산: 2 });
    await stack.sql.query("update campaign set region = '대구'");
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 1, 부산: 2 });
  });

  it('counts soft-deleted campaigns too: they did expire', async () => {
    const ledger = ledgerOf();
    await insert('서울', '-1 day', '-3 days');
    await published(ledger, EXPIRED);
    await insert('서울', '-1 second');
    await stack.sql.query('update campaign set deleted_at = now()');
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 2 });
  });

  it('catches up after a pause that is longer than the look-back', async () => {
    const ledger = ledgerOf();
    await insert('서울', '-3 days', '-5 days');
    await published(ledger, EXPIRED);
    await stack.sql.query(
      "update reviewmaps_monitoring.moment_source set watermark = watermark - interval '1 day', horizon = horizon - interval '1 day'",
    );
    await insert('서울', '-20 hours', '-5 days', 2);
    await insert('서울', '-5 minutes', '-5 days', 1);
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 4 });
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 4 });
  });

  it('counts nothing twice when the look-back is made longer', async () => {
    await insert('서울', '-90 minutes');
    const ledger = ledgerOf();
    await published(ledger, EXPIRED);
    const longer = createPostgresLedger({
      database: stack.database,
      app: 'test',
      job: 'collect',
      lookbackSeconds: 86_400,
      labelLimits: {},
    });
    expect(await published(longer, EXPIRED)).toEqual({ 서울: 1 });
    expect(await published(longer, EXPIRED)).toEqual({ 서울: 1 });
  });

  it('remembers the look-back only, not the table', async () => {
    await insert('서울', '-3 days', '-5 days', 50);
    await insert('서울', '-10 minutes', '-5 days', 5);
    await published(ledgerOf(), EXPIRED);
    await published(ledgerOf(), EXPIRED);
    expect(await stack.rows('select count(*)::int as n from reviewmaps_monitoring.counted_moment')).toEqual([
      { n: 5 },
    ]);
  });

  it('never moves its watermark back, whatever the clock says', async () => {
    await published(ledgerOf(), EXPIRED);
    await stack.sql.query(
      "update reviewmaps_monitoring.moment_source set watermark = now() + interval '1 hour'",
    );
    await published(ledgerOf(), EXPIRED);
    expect(
      await stack.rows(
        "select watermark > now() + interval '59 minutes' as kept from reviewmaps_monitoring.moment_source",
      ),
    ).toEqual([{ kept: true }]);
  });

  it('keeps stages apart that share a database', async () => {
    await insert('서울', '-10 minutes');
    await published(ledgerOf({ app: 'one' }), EXPIRED);
    expect(await published(ledgerOf({ app: 'two' }), EXPIRED)).toEqual({ 서울: 1 });
    expect(await ledgerOf({ app: 'one' }).acquireLease('x', 30, signal())).toBe(true);
    expect(await ledgerOf({ app: 'two' }).acquireLease('y', 30, signal())).toBe(true);
  });

  it('sums label sets beyond the limit into other, for good', async () => {
    const ledger = ledgerOf({ limit: 2 });
    await insert('서울', '-1 day', '-3 days', 3);
    await insert('부산', '-1 day', '-3 days', 2);
    await insert('대구', '-1 day', '-3 days', 1);
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 3, 부산: 2, other: 1 });
    expect(await ledger.overLimit(EXPIRED.metric, signal())).toBe(1);
    await insert('대구', '-1 second', '-3 days', 10);
    await insert('광주', '-1 second', '-3 days', 1);
    expect(await published(ledger, EXPIRED)).toEqual({ 서울: 3, 부산: 2, other: 12 });
    expect(await published(ledgerOf({ limit: 5 }), EXPIRED)).toEqual({ 서울: 3, 부산: 2, other: 12 });
  });

  it('gives the lease to one holder at a time, again to the same, and to the next when it is over', async () => {
    const ledger = ledgerOf();
    expect(await ledger.acquireLease('one', 30, signal())).toBe(true);
    expect(await ledger.acquireLease('two', 30, signal())).toBe(false);
    expect(await ledger.acquireLease('one', 30, signal())).toBe(true);
    await ledger.releaseLease('two', signal());
    expect(await ledger.acquireLease('two', 30, signal())).toBe(false);
    await ledger.releaseLease('one', signal());
    expect(await ledger.acquireLease('two', 0, signal())).toBe(true);
    expect(await ledger.acquireLease('three', 30, signal())).toBe(true);
  });

  it('gives the lease to exactly one of many at once', async () => {
    const holders = Array.from({ length: 8 }, (_, index) => `holder ${index}`);
    const held = await Promise.all(holders.map((holder) => ledgerOf().acquireLease(holder, 30, signal())));
    expect(held.filter(Boolean)).toHaveLength(1);
  });

  it('counts deleted rows from a baseline, by anyone, from then on', async () => {
    await insert('서울', '1 day', '-1 day', 100);
    await inOwnSession('delete from campaign where id <= 10');
    const ledger = ledgerOf();
    expect(await deletes(ledger)).toEqual({ campaign: 0 });
    await inOwnSession('delete from campaign where id <= 25');
    expect(await deletes(ledger)).toEqual({ campaign: 15 });
    expect(await deletes(ledger)).toEqual({ campaign: 15 });
  });

  it('counts on after a reset of the statistics', async () => {
    await insert('서울', '1 day', '-1 day', 100);
    await inOwnSession('delete from campaign where id <= 10');
    const ledger = ledgerOf();
    await deletes(ledger);
    await inOwnSession('select pg_stat_reset()', 'delete from campaign where id <= 40');
    expect(await deletes(ledger)).toEqual({ campaign: 30 });
  });

  it('does not count a table again because the statistics of another one were reset', async () => {
    await insert('서울', '1 day', '-1 day', 100);
    const ledger = ledgerOf();
    await deletes(ledger);
    await inOwnSession('delete from campaign where id <= 10');
    expect(await deletes(ledger)).toEqual({ campaign: 10 });
    await inOwnSession("select pg_stat_reset_single_table_counters('reviewmaps_monitoring.lease'::regclass)");
    expect(await deletes(ledger)).toEqual({ campaign: 10 });
  });

  it.each([
    'drop index campaign_region',
    "alter table campaign alter column region type text using region || ''",
  ])('does not count a table again because of its indexes: %s', async (change) => {
    await insert('서울', '1 day', '-1 day', 100);
    await stack.sql.query('create index campaign_region on campaign (region)');
    const ledger = ledgerOf();
    await deletes(ledger);
    await inOwnSession(
      'delete from campaign where id <= 10',
      'set enable_seqscan = off',
      "select count(*) from campaign where region = 'x'",
    );
    expect(await deletes(ledger)).toEqual({ campaign: 10 });
    await inOwnSession(change);
    expect(await deletes(ledger)).toEqual({ campaign: 10 });
  });

  it('sums the partitions of a table, new ones from their first sight', async () => {
    await stack.sql.query(`
      drop table campaign;
      create table campaign (id int, day date) partition by range (day);
      create table campaign_1 partition of campaign for values from ('2026-01-01') to ('2026-02-01');
      insert into campaign select i, '2026-01-05' from generate_series(1, 50) i`);
    const ledger = ledgerOf();
    expect(await deletes(ledger)).toEqual({ campaign: 0 });
    await stack.sql.query(`
      create table campaign_2 partition of campaign for values from ('2026-02-01') to ('2026-03-01');
      insert into campaign select i, '2026-02-05' from generate_series(1, 50) i`);
    await inOwnSession("delete from campaign where id <= 5 and day < '2026-02-01'");
    expect(await deletes(ledger)).toEqual({ campaign: 5 });
    await inOwnSession('delete from campaign where id <= 7');
    expect(await deletes(ledger)).toEqual({ campaign: 5 + 2 + 7 });
  });

  it('keeps the total of a table that is gone, and has none for one that never was', async () => {
    await insert('서울', '1 day', '-1 day', 100);
    const ledger = ledgerOf();
    await deletes(ledger);
    await inOwnSession('delete from campaign where id <= 10');
    await deletes(ledger);
    await stack.sql.query('drop table campaign');
    expect(await deletes(ledger)).toEqual({ campaign: 10 });
    expect(await deletes(ledger, 'nothing')).toEqual({});
  });

  it('counts each soft-deleted row once, also when its time is set again', async () => {
    await insert('서울', '1 day', '-1 day', 20);
    await stack.sql.query("update campaign set deleted_at = now() - interval '3 hours' where id <= 3");
    await stack.sql.query('update campaign set deleted_at = now() where id between 4 and 5');
    const ledger = ledgerOf();
    expect(await published(ledger, SOFT_DELETED)).toEqual({ campaign: 5 });
    await stack.sql.query('update campaign set deleted_at = clock_timestamp() where id between 5 and 8');
    expect(await published(ledger, SOFT_DELETED)).toEqual({ campaign: 8 });
    expect(await published(ledger, SOFT_DELETED)).toEqual({ campaign: 8 });
  });

  it('goes on from the total when a table gets another source', async () => {
    await insert('서울', '1 day', '-1 day', 20);
    const ledger = ledgerOf();
    await deletes(ledger);
    await inOwnSession('delete from campaign where id <= 4');
    await deletes(ledger);
    await stack.sql.query('update campaign set deleted_at = now() where id <= 10');
    expect(await published(ledger, SOFT_DELETED)).toEqual({ campaign: 4 });
    await stack.sql.query('update campaign set deleted_at = clock_timestamp() where id = 11');
    expect(await published(ledger, SOFT_DELETED)).toEqual({ campaign: 5 });
  });

  it('remembers regions for some days after they were last active', async () => {
    const ledger = ledgerOf();
    expect(await ledger.rememberRegions(['서울', '부산', 'a"b'], 30, 10, signal())).toEqual([]);
    expect([...(await ledger.rememberRegions(['서울'], 30, 10, signal()))].sort()).toEqual(
      ['a"b', '부산'].sort(),
    );
    expect(await ledger.rememberRegions(['서울'], 30, 1, signal())).toHaveLength(1);
    await stack.sql.query(
      "update reviewmaps_monitoring.active_region set last_active_at = now() - interval '31 days' where region = '부산'",
    );
    expect(await ledger.rememberRegions(['서울'], 30, 10, signal())).toEqual(['a"b']);
  });

  it('gives up on a lock that another session keeps, in a sentence', async () => {
    const ledger = ledgerOf();
    await ledger.acquireLease('one', 0, signal());
    const blocker = await connectTo(stack.postgres.url);
    await blocker.query('begin; lock table reviewmaps_monitoring.lease in access exclusive mode');
    try {
      await expect(ledger.acquireLease('two', 1, signal())).rejects.toThrow('another run holds the ledger');
    } finally {
      await blocker.query('rollback');
      await blocker.end();
    }
  });
});
