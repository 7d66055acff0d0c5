import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { expect, jest, test } from '@jest/globals';
import { version } from '../../package.json';
import { migrate } from '../../src/ledger/migrate';
import { connectTo } from '../servers/postgres';
import { freePort } from '../servers/process';
import { startPushgateway } from '../servers/pushgateway';
import { startStack } from '../servers/stack';
import { packageFunctions, type Run, succeeded } from './bundle';
import { duringTests } from './during-tests';
import { Expectation, type Table } from './expectation';
import { DURATION, differences, groups, published, seriesKey, type Value } from './published';
import { startRefusingGateway } from './refusing-gateway';
import { asApplication, createReviewMaps } from './reviewmaps';
import { describeServers, environment, frozen } from './servers';

const SETUP_MS = 60_000;
jest.setTimeout(40_000);

/** Milliseconds of a run that meets something that hangs: short, so that the test is. */
const SHORT_MS = 6_000;

const TABLES: readonly Table[] = [
  { label: 'campaign', name: 'campaign' },
  { label: 'reviews', name: 'reviews' },
];
const COLLECTORS = [
  'campaigns',
  'expired',
  'connections',
  'tables/campaign',
  'tables/reviews',
  'cleanup/campaign',
];

type Health = 'healthy' | 'broken' | 'unhealthy' | 'silent';

/** What Django answers at its health address. */
async function startHealthService() {
  let health: Health = 'healthy';
  const port = await freePort();
  const listen = async (): Promise<Server> => {
    const server = createServer((_request, response) => {
      if (health === 'silent') return;
      response.writeHead(health === 'broken' ? 500 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ status: health === 'unhealthy' ? 'migrating' : 'healthy' }));
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server = await listen();
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${port}/v1/healthz`,
    answer: (next: Health): void => {
      health = next;
    },
    close,
    open: async (): Promise<void> => {
      server = await listen();
    },
  };
}

/** What is wrong with a service, by the name of its only probe; undefined when it is up. */
interface Services {
  readonly django?: string;
  readonly scraper?: string;
  readonly database?: string;
}

const PROBES = [
  ['django', 'http'],
  ['scraper', 'freshness'],
  ['database', 'database'],
] as const;

async function createWorld() {
  const [bundle, stack, firstGateway, health] = await Promise.all([
    packageFunctions(),
    startStack({ autovacuum: 'off' }),
    startPushgateway(),
    startHealthService(),
  ]);
  const { postgres } = stack;
  let gateway = firstGateway;
  let client = stack.sql;
  const own = environment({ dataApi: stack.endpoint, gateway: gateway.url, health: health.url });
  await createReviewMaps(client);
  await migrate(stack.database, AbortSignal.timeout(SETUP_MS));
  const expectation = await Expectation.create(
    async (statement) => (await client.query(statement)).rows,
    TABLES,
    COLLECTORS,
  );

  async function compareCollect({ node }: Run, failing: readonly string[] = []): Promise<void> {
    const expected = await expectation.series(node, version, { failing });
    expect(differences(await published(gateway.url, 'reviewmaps-collect'), expected)).toEqual([]);
  }

  return {
    ...stack,
    bundle,
    health,
    expectation,
    gatewayProcess: () => gateway.pid,
    gatewayUrl: gateway.url,
    environment: own,
    run: (name: 'collect' | 'probe', remainingMs?: number) => bundle.run(name, own, remainingMs),

    /** A run of collect that finds everything there, compared series by series. */
    collect: async (): Promise<void> => {
      await expectation.observe();
      const run = await bundle.run('collect', own);
      expect(succeeded(run)).toMatchObject({ report: { ran: true, ok: true } });
      await expectation.pushed(1);
      await compareCollect(run);
    },

    /** What a run of collect pushed that reached no database: what it says of itself, and nothing else. */
    compareSelfMetrics: async ({ node }: Run): Promise<void> => {
      const expected = new Map<string, Value>([
        ...COLLECTORS.flatMap((collector): [string, Value][] => [
          [seriesKey('reviewmaps_collector_success', { collector }), 0],
          [seriesKey('reviewmaps_collector_duration_seconds', { collector }), DURATION],
        ]),
        [seriesKey('reviewmaps_ledger_lease_held'), 0],
        [seriesKey('reviewmaps_job_success'), 0],
        [seriesKey('reviewmaps_job_duration_seconds'), DURATION],
        [seriesKey('reviewmaps_build_info', { version, node }), 1],
      ]);
      expect(differences(await published(gateway.url, 'reviewmaps-collect'), expected)).toEqual([]);
    },

    compareProbe: async ({ node, code, report }: Run, down: Services = {}): Promise<void> => {
      // A service that is down is a finding, not a failure.
      expect({ code, ok: report?.ok }).toEqual({ code: 0, ok: true });
      const expected = new Map<string, Value>([
        ...PROBES.flatMap(([service, probe]): [string, Value][] => {
          const reason = down[service];
          const up = reason === undefined ? 1 : 0;
          return [
            [seriesKey('reviewmaps_service_up', { service }), up],
            [seriesKey('reviewmaps_probe_success', { service, probe }), up],
            [seriesKey('reviewmaps_probe_duration_seconds', { service, probe }), DURATION],
            ...(reason === undefined
              ? []
              : [
                  [seriesKey('reviewmaps_probe_failure_reason', { service, probe, reason }), 1] satisfies [
                    string,
                    Value,
                  ],
                ]),
          ];
        }),
        [seriesKey('reviewmaps_job_success'), 1],
        [seriesKey('reviewmaps_job_duration_seconds'), DURATION],
        [seriesKey('reviewmaps_build_info', { version, node }), 1],
      ]);
      expect(differences(await published(gateway.url, 'reviewmaps-probe'), expected)).toEqual([]);
    },

    /** Lets campaigns of a region expire. */
    expire: async (title: string, count: number, region: string): Promise<void> => {
      await client.query(
        `insert into campaign (platform, title, offer, campaign_channel, company, region, url, apply_deadline)
         select 'outages', $1::text || i, '무료', 'blog', '가게', $3, 'https://example.com', clock_timestamp() + interval '200 milliseconds'
         from generate_series(1, $2::int) i`,
        [title, count, region],
      );
      await client.query('select pg_sleep(0.21)');
    },

    /** Waits for the end of a lease that nobody gives back. */
    leaseEnds: async (): Promise<void> => {
      await client.query(
        'select pg_sleep(extract(epoch from expires_at - clock_timestamp()) + 0.01) from reviewmaps_monitoring.lease',
      );
    },

    /** The processes of the database server, its parent first. */
    databaseProcesses: async (): Promise<number[]> => {
      const { rows } = await client.query<{ pid: number }>(`
        select split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int as pid
        union all select pid from pg_stat_activity`);
      return rows.map(({ pid }) => pid);
    },

    crash: () => postgres.crash(),
    recover: async (): Promise<void> => {
      await postgres.start();
      await client.end().catch(() => undefined);
      client = await connectTo(postgres.url);
    },

    change: (statement: string) => asApplication(postgres.url, statement),
    killGateway: () => gateway.kill(),
    stopGateway: () => gateway.stop(),
    startGateway: async (): Promise<void> => {
      gateway = await startPushgateway({ port: gateway.port });
    },

    stop: async (): Promise<void> => {
      await client.end().catch(() => undefined);
      await health.close().catch(() => undefined);
      await gateway.kill();
      await stack.stop();
      await bundle.remove();
    },
  };
}

describeServers('the packaged functions, while something is gone', () => {
  let world: Awaited<ReturnType<typeof createWorld>>;
  duringTests(SETUP_MS, createWorld, (made) => {
    world = made;
  });

  test('with everything there, every series is', async () => {
    await world.collect();
    await world.compareProbe(await world.run('probe'));
  });

  test.each([
    ['broken', 'status'],
    ['unhealthy', 'body'],
    ['silent', 'timeout'],
  ] as const)('a health service that is %s is down for the reason %s', async (health, reason) => {
    world.health.answer(health);
    const run = await world.run('probe', SHORT_MS);
    world.health.answer('healthy');
    expect(run.ms).toBeLessThan(SHORT_MS);
    await world.compareProbe(run, { django: reason });
  });

  test('a health service that is gone is down for the reason connect, and up when it is back', async () => {
    await world.health.close();
    await world.compareProbe(await world.run('probe'), { django: 'connect' });
    await world.health.open();
    await world.compareProbe(await world.run('probe'));
  });

  test('without a database collect pushes what it says of itself, and probe what is down', async () => {
    await world.expire('전 ', 3, '서울 강남구');
    await world.collect();
    await world.crash();
    const [collect, probe] = await Promise.all([
      world.run('collect', SHORT_MS),
      world.run('probe', SHORT_MS),
    ]);
    expect(succeeded(collect)).toMatchObject({ report: { ran: true, ok: false } });
    expect(collect.ms).toBeLessThan(SHORT_MS);
    await world.compareSelfMetrics(collect);
    await world.compareProbe(probe, { scraper: 'connect', database: 'connect' });

    await world.recover();
    await world.expire('후 ', 2, '서울 강남구');
    // The crash emptied the statistics too.
    world.expectation.deleted('campaign', await world.change("delete from campaign where title = '전 1'"));
    await world.collect();
    await world.compareProbe(await world.run('probe'));
  });

  test('with a database that hangs both runs end in their time and push', async () => {
    const [collect, probe] = await frozen(await world.databaseProcesses(), () =>
      Promise.all([world.run('collect', SHORT_MS), world.run('probe', SHORT_MS)]),
    );
    expect(succeeded(collect)).toMatchObject({ report: { ran: true, ok: false } });
    expect(Math.max(collect.ms, probe.ms)).toBeLessThan(SHORT_MS);
    await world.compareSelfMetrics(collect);
    await world.compareProbe(probe, { scraper: 'timeout', database: 'timeout' });

    // The hung server may have given the lease after all, to a run that had stopped waiting for it.
    await world.leaseEnds();
    await world.collect();
    await world.compareProbe(await world.run('probe'));
  });

  test('without a gateway the runs fail, and the next push carries what was counted meanwhile', async () => {
    await world.killGateway();
    await world.expire('없는 동안 ', 4, '게이트웨이 없는 지역');
    await world.expire('없는 동안에도 ', 4, '서울 강남구');
    const runs = [
      ...(await Promise.all([world.run('collect'), world.run('probe')])),
      await world.run('collect'),
    ];
    for (const run of runs) {
      expect(run).toMatchObject({ code: 1, thrown: { name: 'PushError' } });
      expect(run.output).toContain('"event":"the run failed"');
    }

    await world.startGateway();
    expect(await groups(world.gatewayUrl)).toEqual([]);
    // The region that appeared meanwhile as 0 first: no push has shown it.
    await world.collect();
    await world.collect();
    await world.compareProbe(await world.run('probe'));
  });

  test('a gateway that hangs ends a run in its time, and loses nothing', async () => {
    await world.expire('멈춘 동안 ', 6, '게이트웨이 멈춘 지역');
    const runs = await frozen([world.gatewayProcess()], () =>
      Promise.all([world.run('collect', SHORT_MS), world.run('probe', SHORT_MS)]),
    );
    for (const run of runs) {
      expect(run.code).toBe(1);
      expect(run.ms).toBeLessThan(SHORT_MS);
      expect(run.output).toContain('"event":"the run failed"');
    }
    // A run that ran out of time keeps its lease: its push may be on the way still.
    await world.leaseEnds();
    await world.collect();
    await world.collect();
    await world.compareProbe(await world.run('probe'));
  });

  test('a gateway that restarts and has kept nothing is full again after the next runs', async () => {
    await world.stopGateway();
    await world.startGateway();
    expect(await groups(world.gatewayUrl)).toEqual([]);
    await world.collect();
    await world.compareProbe(await world.run('probe'));
    const labels = { app: 'reviewmaps-server' };
    expect(await groups(world.gatewayUrl)).toEqual([
      seriesKey('reviewmaps-collect', labels),
      seriesKey('reviewmaps-probe', labels),
    ]);
  });

  test.each([400, 503])(
    'a gateway that answers %i and repeats the token fails the run, and its error is without it',
    async (status) => {
      const PUSHGATEWAY_TOKEN = 'eyJhbGciOi.token-that-nobody-may-see.c2lnbmF0dXJl';
      const refusing = await startRefusingGateway();
      refusing.refuse(status);
      const PUSHGATEWAY_URL = refusing.url;
      const run = await world.bundle.run('probe', {
        ...world.environment,
        PUSHGATEWAY_URL,
        PUSHGATEWAY_TOKEN,
      });
      await refusing.stop();
      expect(run).toMatchObject({ code: 1, thrown: { name: 'PushError' } });
      expect(run.output).toContain(String(status));
      // Lambda writes what a handler throws to the log too.
      expect(run.output).not.toContain(PUSHGATEWAY_TOKEN);
    },
  );
});
