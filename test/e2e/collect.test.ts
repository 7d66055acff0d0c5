import { expect, jest, test } from '@jest/globals';
import type { Client } from 'pg';
import { connectPostgres } from '../../dev/data-api/postgres-backend';
import { startDataApi } from '../../dev/data-api/server';
import { version } from '../../package.json';
import { grantLedger, migrate } from '../../src/ledger/migrate';
import { connectTo } from '../servers/postgres';
import { startPushgateway } from '../servers/pushgateway';
import { startStack } from '../servers/stack';
import { type Environment, packageFunctions, type Run, succeeded } from './bundle';
import { duringTests } from './during-tests';
import { Expectation, type Table } from './expectation';
import { differences, published, seriesKey } from './published';
import { asApplication, createReviewMaps } from './reviewmaps';
import { describeServers, environment, frozen } from './servers';

const SETUP_MS = 60_000;
/** A step with its six runs, on a busy machine. */
const STEP_MS = 40_000;
jest.setTimeout(STEP_MS);

/** Milliseconds of a run that meets a lock or is killed: short, so that the test is. */
const SHORT_MS = 5_000;

const CONFIG = `
  import { defineConfig } from './src/config/schema';
  export default defineConfig({
    tables: {
      names: ['campaign', 'reviews', 'event_log', { schema: '보관소', table: 'Old Reviews; v2' }, 'visits', 'gone', 'nowhere.gone'],
      exactUpTo: 100_000,
    },
    cleanup: [
      { table: 'campaign', source: 'statistics' },
      { table: 'event_log', source: 'statistics' },
      { table: 'gone', source: 'statistics' },
      { table: 'reviews', source: 'soft-delete' },
    ],
  });`;

const TABLES: readonly Table[] = [
  { label: 'campaign', name: 'campaign' },
  { label: 'reviews', name: 'reviews' },
  { label: 'event_log', name: 'event_log' },
  { label: '보관소.Old Reviews; v2', name: '"보관소"."Old Reviews; v2"' },
  { label: 'visits', name: 'visits', estimated: true },
  { label: 'gone', name: undefined },
  { label: 'nowhere.gone', name: undefined },
];
const CLEANUPS = ['cleanup/campaign', 'cleanup/event_log', 'cleanup/gone', 'cleanup/reviews'];
const COLLECTORS = [
  'campaigns',
  'expired',
  'connections',
  ...TABLES.map(({ label }) => `tables/${label}`),
  ...CLEANUPS,
];

const JOB = 'reviewmaps-collect';

interface Batch {
  /** Other environment than the usual one. */
  readonly environment?: Environment;
  readonly failing?: readonly string[];
  readonly ledger?: boolean;
}

/** Everything that the timeline happens to. */
async function createWorld() {
  const [bundle, stack, gateway] = await Promise.all([
    packageFunctions(CONFIG),
    // Vacuum would change sizes between a run and the statement that it is compared with.
    startStack({ autovacuum: 'off' }),
    startPushgateway(),
  ]);
  const { sql, postgres } = stack;
  const usual = environment({ dataApi: stack.endpoint, gateway: gateway.url });
  await createReviewMaps(sql);
  await migrate(stack.database, AbortSignal.timeout(SETUP_MS));
  const expectation = await Expectation.create(stack.rows, TABLES, COLLECTORS);
  // A test that leaves a lock behind fails the next one at once, instead of in its whole time.
  await sql.query("set lock_timeout = '5s'");
  const sessions: Client[] = [];

  /** A connection of its own, as the application has them. */
  async function connect(): Promise<Client> {
    const client = await connectTo(postgres.url);
    sessions.push(client);
    return client;
  }

  /**
   * Holds a lock while `work` is done. The session stays idle in a transaction afterwards, since that is how it was
   * counted meanwhile.
   */
  async function locked<T>(table: string, work: () => Promise<T>): Promise<T> {
    const blocker = await connect();
    await blocker.query('begin');
    await blocker.query(`lock table ${table} in access exclusive mode`);
    try {
      return await work();
    } finally {
      await blocker.query('commit');
      await blocker.query('begin');
    }
  }

  async function compare(node: string, batch: Batch): Promise<void> {
    const found = await published(gateway.url, JOB);
    expect(differences(found, await expectation.series(node, version, batch))).toEqual([]);
  }

  /** So many runs at once; then every series at the gateway is compared. */
  async function collect(together: number, batch: Batch = {}): Promise<Run[]> {
    await expectation.observe();
    const runs = await Promise.all(
      Array.from({ length: together }, () => bundle.run('collect', batch.environment ?? usual)),
    );
    const ran = runs.map(succeeded).filter(({ report }) => report?.ran === true);
    expect(ran.length).toBeGreaterThan(0);
    for (const { report } of ran) expect(report?.ok).toBe((batch.failing ?? []).length === 0);
    await expectation.pushed(ran.length, batch);
    await compare(ran[0]?.node ?? '', batch);
    return runs;
  }

  return {
    ...stack,
    bundle,
    gateway,
    usual,
    expectation,
    connect,
    change: (statement: string, values: readonly unknown[] = []) =>
      asApplication(postgres.url, statement, values),
    locked,
    compare,
    collect,
    /** A run, another one, and three at a time, each compared. */
    settle: async (): Promise<void> => {
      await collect(1);
      await collect(1);
      await collect(3);
    },
    /** Waits until the database's clock has passed a moment that SQL names. */
    pass: async (moment: string): Promise<void> => {
      await sql.query(`select pg_sleep(extract(epoch from (${moment}) - clock_timestamp()) + 0.01)`);
    },
    stop: async (): Promise<void> => {
      for (const session of sessions) await session.end().catch(() => undefined);
      await gateway.stop();
      await stack.stop();
      await bundle.remove();
    },
  };
}

/** The end of the deadlines that were set last, which lie in the near future. */
const LAST_NEW_DEADLINE = "select max(apply_deadline) from campaign where platform = 'timeline'";

/** Campaigns whose deadline passes in a moment: `($1 title, $2 number, $3 regions)`. */
const SOON = `
  insert into campaign (platform, title, offer, campaign_channel, company, region, url, apply_deadline)
  select 'timeline', $1::text || i, '무료', 'blog', '가게', ($3::text[])[1 + i % array_length($3::text[], 1)], 'https://example.com',
         clock_timestamp() + interval '400 milliseconds'
  from generate_series(1, $2::int) i`;

describeServers('the packaged collect function, over a timeline', () => {
  let world: Awaited<ReturnType<typeof createWorld>>;
  duringTests(SETUP_MS, createWorld, async (made) => {
    world = made;
    // Two sessions whose state is known, among those that are counted.
    await (await world.connect()).query('begin');
    const aborted = await world.connect();
    await aborted.query('begin');
    await aborted.query('select 1/0').catch(() => undefined);
  });

  test('a first run publishes what is there and what has expired so far; further ones change nothing', async () => {
    await world.settle();
    const found = await published(world.gateway.url, JOB);
    const regions = [...(found ?? [])].filter(([key]) => key.startsWith('reviewmaps_campaign_active_total '));
    // Ten of the awkward names are their own regions; NULL, empty and blank are one, and spaces around do not count.
    expect(regions.length).toBeGreaterThan(200);
    for (const region of [
      'unknown',
      '서울 "강남" 구',
      '경로\\서울\\',
      '줄\n바꿈',
      '서울\\n강남',
      '서울 강남구',
    ]) {
      expect(found?.get(seriesKey('reviewmaps_campaign_active_total', { region }))).toBeGreaterThan(0);
    }
  });

  test('deadlines that pass are counted once, in a region that is new as 0 first', async () => {
    await world.change(SOON, [
      '지남 ',
      300,
      ['서울 강남구', null, '', '새 지역', '서울 "강남" 구', '줄\n바꿈'],
    ]);
    await world.pass(LAST_NEW_DEADLINE);
    const found = async () =>
      (await published(world.gateway.url, JOB))?.get(
        seriesKey('reviewmaps_campaign_expired_total', { region: '새 지역' }),
      );
    await world.collect(1);
    expect(await found()).toBe(0);
    await world.collect(1);
    expect(await found()).toBe(50);
    await world.collect(3);
  });

  test('what a transaction commits after runs have passed its deadlines is counted', async () => {
    const late = await world.connect();
    await late.query('begin');
    await late.query(SOON, ['늦은 ', 7, ['부산 중구', '늦은 지역']]);
    await late.query(
      "update campaign set apply_deadline = clock_timestamp() where platform = 'timeline' and title = '지남 1'",
    );
    // Visible, and later than the ones that are not: the watermark moves past those.
    await world.change(SOON, ['제때 ', 5, ['부산 중구']]);
    await world.pass(LAST_NEW_DEADLINE);
    const [spanned] = await world.collect(1);
    await world.collect(3);
    expect(spanned?.report?.ran).toBe(true);
    await late.query('commit');
    await world.settle();
  });

  test('a deadline that is extended and passes again counts again, in the region that it has then', async () => {
    const upsert = `
      insert into campaign (platform, title, offer, campaign_channel, company, region, url, apply_deadline)
      select 'timeline', '제때 ' || i, '무료', 'blog', '가게', case i when 1 then '대구 중구' else '부산 중구' end, 'https://example.com',
             clock_timestamp() + $1::interval
      from generate_series(1, 3) i
      on conflict (platform, title, offer, campaign_channel)
      do update set region = excluded.region, apply_deadline = excluded.apply_deadline, updated_at = now()`;
    await world.change(upsert, ['1 day']);
    await world.collect(1);
    await world.change(upsert, ['400 milliseconds']);
    await world.pass(LAST_NEW_DEADLINE);
    await world.settle();
  });

  test('a campaign that is soft-deleted at once is not active, and its deadline counts', async () => {
    await world.change(SOON, ['지워진 ', 4, ['강원 강릉시']]);
    await world.change("update campaign set deleted_at = now() where title like '지워진 %'");
    await world.pass(LAST_NEW_DEADLINE);
    await world.settle();
    const { rows } = await world.sql.query(
      "select count(*)::int as n from witness.expired join campaign using (id) where title like '지워진 %'",
    );
    expect(rows).toEqual([{ n: 4 }]);
  });

  test('a row that arrives already expired did not expire here', async () => {
    await world.change(`
      insert into campaign (platform, title, offer, campaign_channel, company, region, url, apply_deadline)
      select 'timeline', '이미 지난 ' || i, '무료', 'blog', '가게', '서울 강남구', 'https://example.com', now() - i * interval '1 second'
      from generate_series(1, 6) i`);
    await world.settle();
  });

  test('reviews that are soft-deleted count once each', async () => {
    await world.change('update reviews set deleted_at = now() where id % 100 = 1');
    await world.collect(1);
    // Set again within the look-back: the same deletion.
    await world.change('update reviews set deleted_at = now() where id % 200 = 1');
    await world.settle();
  });

  test('the daily cleanup counts as deleted rows, and takes nothing from what has expired', async () => {
    const deleted = await world.change(`
      delete from campaign where apply_deadline < date_trunc('day', now() at time zone 'Asia/Seoul') at time zone 'Asia/Seoul'`);
    expect(deleted).toBeGreaterThan(5_000);
    world.expectation.deleted('campaign', deleted);
    world.expectation.deleted(
      'event_log',
      await world.change("delete from event_log where at < '2025-12-10'"),
    );
    await world.settle();
  });

  test('statistics that are reset lose nothing that comes after, and resets elsewhere count nothing again', async () => {
    await world.change("select pg_stat_reset_single_table_counters('reviews'::regclass)");
    await world.collect(1);
    await world.change('select pg_stat_reset()');
    await world.collect(1);
    await world.change('select pg_stat_reset()');
    world.expectation.deleted(
      'campaign',
      await world.change("delete from campaign where title like '이미 지난 %'"),
    );
    await world.settle();
  });

  test('a region that loses its last campaign reports 0, and a new one appears', async () => {
    const gone = '제주 서귀포시';
    const key = (region: string) => seriesKey('reviewmaps_campaign_active_total', { region });
    expect((await published(world.gateway.url, JOB))?.get(key(gone))).toBeGreaterThan(0);
    await world.change('update campaign set region = $1 where region = $2', ['울릉도', gone]);
    await world.settle();
    const found = await published(world.gateway.url, JOB);
    expect(found?.get(key(gone))).toBe(0);
    expect(found?.get(key('울릉도'))).toBeGreaterThan(0);
  });

  test('three runs at once into new regions: the last push decides between 0 and the total', async () => {
    await world.change(SOON, ['셋 ', 40, ['셋이서 가', '셋이서 나']]);
    await world.pass(LAST_NEW_DEADLINE);
    await world.collect(3);
    await world.settle();
  });

  test('while a run is at work others are skipped, which is no failure', async () => {
    const first = await world.locked('reviewmaps_monitoring.total', async () => {
      const running = world.bundle.start('collect', world.usual);
      await untilBlocked(world.sql);
      const others = await Promise.all([1, 2].map(() => world.bundle.run('collect', world.usual)));
      expect(others).toMatchObject([1, 2].map(() => ({ code: 0, report: { ran: false, ok: true } })));
      return running;
    });
    expect(succeeded(await first.done)).toMatchObject({ report: { ran: true, ok: true } });
    await world.settle();
  });

  test('a locked table costs its own series and nothing else, within the time of the run', async () => {
    const run = await world.locked('reviews', () => world.bundle.run('collect', world.usual, SHORT_MS));
    expect(succeeded(run)).toMatchObject({ report: { ran: true, ok: false } });
    expect(run.ms).toBeLessThan(SHORT_MS);
    // Its soft deletes cannot be seen either.
    await world.compare(run.node, { failing: ['tables/reviews', 'cleanup/reviews'] });
    await world.settle();
  });

  test('a locked campaign table loses no expiry', async () => {
    await world.change(SOON, ['잠긴 ', 9, ['서울 강남구']]);
    await world.pass(LAST_NEW_DEADLINE);
    const run = await world.locked('campaign', () => world.bundle.run('collect', world.usual, SHORT_MS));
    expect(succeeded(run)).toMatchObject({ report: { ran: true, ok: false } });
    expect(run.ms).toBeLessThan(SHORT_MS);
    await world.compare(run.node, { failing: ['campaigns', 'expired', 'tables/campaign'] });
    await world.settle();
  });

  test('a role that may not see other sessions costs the connections only, and needs no other right than it was granted', async () => {
    await world.change('create role blind login');
    await world.change('grant usage on schema "보관소" to blind');
    await world.change('grant select on all tables in schema public, "보관소" to blind');
    await grantLedger(world.database, 'blind', AbortSignal.timeout(SETUP_MS));
    const backend = await connectPostgres(world.postgres.url.replace('postgres@', 'blind@'));
    const api = await startDataApi({ backend });
    try {
      const [run] = await world.collect(1, {
        environment: environment({ dataApi: api.url, gateway: world.gateway.url }),
        failing: ['connections'],
      });
      const part = run?.report?.parts.find(({ name }) => name === 'connections');
      expect(part?.detail).toContain('grant pg_read_all_stats to blind');
    } finally {
      await api.close();
      await backend.close();
    }
    await world.settle();
  });

  test('without the ledger active campaigns come out, the counters are missing, and the log says what to do', async () => {
    await world.change('alter schema reviewmaps_monitoring rename to elsewhere');
    const [run] = await world.collect(1, { failing: ['expired', ...CLEANUPS], ledger: false });
    expect(run?.output).toContain('npm run migrate');
    await world.change('alter schema elsewhere rename to reviewmaps_monitoring');
    await world.settle();
  });

  test('a run that is killed while it counts is as if it had counted once', async () => {
    await world.change(SOON, ['죽은 ', 11, ['서울 강남구', '마지막 지역']]);
    await world.pass(LAST_NEW_DEADLINE);
    const killed = await world.locked('reviewmaps_monitoring.total', async () => {
      // Its lease is long: another run is to come before it ends, however slow the machine is.
      const running = world.bundle.start('collect', world.usual);
      await untilBlocked(world.sql);
      running.kill();
      return running.done;
    });
    expect(killed).toMatchObject({ code: null, report: undefined });

    const early = await world.bundle.run('collect', world.usual);
    expect(early.report).toMatchObject({ ran: false, ok: true });
    await world.change('update reviewmaps_monitoring.lease set expires_at = clock_timestamp()');
    await world.settle();
  });

  test('a run that is killed after it has counted and before it has pushed loses nothing', async () => {
    await world.change(SOON, ['센 ', 13, ['서울 강남구', '끝 지역']]);
    await world.pass(LAST_NEW_DEADLINE);
    const counted = async (): Promise<unknown> =>
      await world.rows('select sum(value) as total from reviewmaps_monitoring.total');
    const before = await counted();
    const killed = await frozen([world.gateway.pid], async () => {
      const running = world.bundle.start('collect', world.usual, SHORT_MS);
      while (JSON.stringify(await counted()) === JSON.stringify(before))
        await world.sql.query('select pg_sleep(0.02)');
      running.kill();
      return running.done;
    });
    expect(killed).toMatchObject({ code: null, report: undefined });
    await world.pass('select expires_at from reviewmaps_monitoring.lease');
    await world.settle();
  });
});

/** Waits until a statement of the ledger waits for a lock. */
async function untilBlocked(sql: Client): Promise<void> {
  for (;;) {
    const { rows } = await sql.query(`
      select from pg_stat_activity
      where wait_event_type = 'Lock' and application_name = 'rds-data-api' and query like '%reviewmaps_monitoring.%'`);
    if (rows.length > 0) return;
    await sql.query('select pg_sleep(0.02)');
  }
}
