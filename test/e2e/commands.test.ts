import { spawnSync } from 'node:child_process';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { SCHEMA } from '../../dev/sample/schema';
import { startPushgateway } from '../servers/pushgateway';
import { startStack } from '../servers/stack';
import { command, type Finished, finished } from './command';
import { duringTests } from './during-tests';
import { groups, published, seriesKey } from './published';
import { startRefusingGateway } from './refusing-gateway';
import { describeServers, environment } from './servers';

const SETUP_MS = 60_000;
jest.setTimeout(30_000);

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const testWithPromtool = hasPromtool || process.env['CI'] ? test : test.skip;

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:1';

const PASSWORD = 'correct-horse+battery/staple=';
const TOKEN = 'eyJhbGciOi.token-that-nobody-may-see.c2lnbmF0dXJl';

async function createWorld() {
  const [stack, gateway, refusing] = await Promise.all([
    startStack(),
    startPushgateway(),
    startRefusingGateway(),
  ]);
  for (const statement of SCHEMA) await stack.sql.query(statement);
  const expire = async (region: string): Promise<void> => {
    await stack.sql.query(
      `insert into campaign (platform, title, offer, campaign_channel, company, region, url, apply_deadline, created_at)
       values ('commands', clock_timestamp()::text, '무료', 'blog', '가게', $1, 'https://example.com',
               clock_timestamp(), clock_timestamp() - interval '1 day')`,
      [region],
    );
  };
  await expire('서울 강남구');
  await stack.sql.query(`
    insert into campaign (platform, title, offer, campaign_channel, company, region, url, created_at)
    values ('commands', '상시', '무료', 'blog', '가게', '부산 중구', 'https://example.com', now())`);
  return {
    ...stack,
    gateway,
    refusing,
    expire,
    /** Nobody answers at the health address: for the commands that is a finding like any other. */
    environment: environment({ dataApi: stack.endpoint, gateway: gateway.url, health: NOWHERE }),
    stop: async (): Promise<void> => {
      await refusing.stop();
      await gateway.stop();
      await stack.stop();
    },
  };
}

/** A person reads this: sentences, no stack trace, no undefined. */
function expectSentences(text: string): void {
  expect(text).not.toMatch(/^\s+at .+:\d+/m);
  expect(text).not.toMatch(/\bundefined\b|\[object /);
}

describeServers('the commands', () => {
  let world: Awaited<ReturnType<typeof createWorld>>;
  duringTests(SETUP_MS, createWorld, (made) => {
    world = made;
  });

  const run = (...args: string[]): Promise<Finished> => command('run.ts', args, world.environment);
  const migrate = (...args: string[]): Promise<Finished> => command('migrate.ts', args, world.environment);

  describe('migrate', () => {
    test('until it has run, collect exits with 1 and says that it is missing', async () => {
      const { code, stdout, stderr } = await run('collect');
      expect(code).toBe(1);
      expect(stdout).toMatch(/^collect: with failures, \d+ series pushed/);
      expect(stdout).toMatch(/✓ campaigns /);
      expect(stdout).toMatch(/✗ expired /);
      expect(stderr).toContain('npm run migrate');
      expectSentences(stdout + stderr);
    });

    test('installs the ledger, and the second time finds it there', async () => {
      expect(await migrate()).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(
          /^the ledger \(schema reviewmaps_monitoring in postgres\) went from version 0 to \d+ \(1 .+\)\n$/,
        ),
        stderr: '',
      });
      expect(await migrate()).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^the ledger .+ is at version \d+ already\n$/),
      });
    });

    test('lets another role use it', async () => {
      await world.sql.query('create role "Odd-Role"');
      expect(await migrate('--grant-to', 'Odd-Role')).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('the role Odd-Role may use it\n'),
      });
      expect(
        await world.rows(
          `select has_table_privilege('Odd-Role', 'reviewmaps_monitoring.total', 'insert') as may_count,
                  has_table_privilege('Odd-Role', 'campaign', 'select') as may_read`,
        ),
      ).toEqual([{ may_count: true, may_read: false }]);
    });

    test('exits with 2 for an option that it does not know, and with 1 when there is no database', async () => {
      const [unknown, unreachable] = await Promise.all([
        migrate('--grant', 'x'),
        command('migrate.ts', [], { ...world.environment, AWS_ENDPOINT_URL_RDS_DATA: NOWHERE }),
      ]);
      expect(unknown).toMatchObject({ code: 2, stdout: '' });
      expect(unknown.stderr).toContain('--grant is not an option');
      expect(unreachable).toMatchObject({ code: 1, stdout: '' });
      expect(unreachable.stderr).not.toBe('');
      expectSentences(unknown.stderr + unreachable.stderr);
    });
  });

  describe('collect', () => {
    test('pushes, says what, and exits with 0', async () => {
      const { code, stdout, stderr } = await run('collect');
      expect(stderr + stdout).not.toContain('"level":"error"');
      expect(code).toBe(0);
      const found = await published(world.gateway.url, 'reviewmaps-collect');
      expect(stdout).toMatch(new RegExp(`^collect: ok, ${found?.size} series pushed in \\d`));
      expect(stdout).toMatch(/✓ connections +\d+ (ms|s) {2}8 series/);
      expect(stdout).toMatch(/ {4}reviewmaps_campaign_expired_total +1 series/);
    });

    test('exits with 0 when another run is at work, and leaves its group alone', async () => {
      const lease = "('reviewmaps-server', 'collect', 'someone else'";
      await world.sql.query(`select reviewmaps_monitoring.acquire_lease${lease}, 60)`);
      const before = await published(world.gateway.url, 'reviewmaps-collect');
      const { code, stdout } = await run('collect');
      await world.sql.query(`select reviewmaps_monitoring.release_lease${lease})`);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: 'collect: skipped, another run holds the lease\n',
      });
      expect(await published(world.gateway.url, 'reviewmaps-collect')).toEqual(before);
    });

    test('exits with 1 and a sentence when the gateway cannot be reached', async () => {
      const { code, stdout, stderr } = await command('run.ts', ['collect'], {
        ...world.environment,
        PUSHGATEWAY_URL: NOWHERE,
      });
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      const sentence = stderr.trimEnd().split('\n').at(-1) ?? '';
      expect(sentence).toMatch(/^the Pushgateway at 127\.0\.0\.1:1 cannot be reached: /);
      expectSentences(stderr);
    });
  });

  describe('probe', () => {
    test('exits with 0 when it finds a service down, and says why', async () => {
      const { code, stdout } = await run('probe');
      expect(code).toBe(0);
      expect(stdout).toMatch(/^probe: ok, \d+ series pushed/);
      expect(stdout).toMatch(/✗ django\/http .+ down \(connect\): /);
      expect(stdout).toMatch(/✓ database\/database .+ up/);
      const found = await published(world.gateway.url, 'reviewmaps-probe');
      expect(found?.get(seriesKey('reviewmaps_service_up', { service: 'django' }))).toBe(0);
      expect(found?.get(seriesKey('reviewmaps_service_up', { service: 'database' }))).toBe(1);
    });
  });

  describe('with --dry-run', () => {
    const NEW_REGION = '처음 보는 지역';
    const line = `reviewmaps_campaign_expired_total{region="${NEW_REGION}"}`;
    const key = seriesKey('reviewmaps_campaign_expired_total', { region: NEW_REGION });

    test('collect and probe print what they would push, and nothing else, on standard output', async () => {
      for (const job of ['collect', 'probe']) {
        const { code, stdout, stderr } = await run(job, '--dry-run');
        expect(code).toBe(0);
        expect(stdout).toMatch(/\n$/);
        for (const text of stdout.trimEnd().split('\n'))
          expect(text).toMatch(/^(# (HELP|TYPE) reviewmaps_\w+ .+|reviewmaps_\w+(\{.+\})? \S+|)$/);
        expect(stderr).toMatch(new RegExp(`^${job}: ok, \\d+ series collected, nothing pushed, in `, 'm'));
      }
    });

    test('nothing reaches the gateway, and nothing counts as published', async () => {
      await world.expire(NEW_REGION);
      const before = await groups(world.gateway.url);
      const stored = await published(world.gateway.url, 'reviewmaps-collect');
      for (let time = 0; time < 2; time += 1) {
        expect((await run('collect', '--dry-run')).stdout).toContain(`${line} 0\n`);
      }
      expect(await groups(world.gateway.url)).toEqual(before);
      expect(await published(world.gateway.url, 'reviewmaps-collect')).toEqual(stored);

      await run('collect');
      expect((await published(world.gateway.url, 'reviewmaps-collect'))?.get(key)).toBe(0);
      await run('collect');
      expect((await published(world.gateway.url, 'reviewmaps-collect'))?.get(key)).toBe(1);
    });

    test('needs no gateway that answers', async () => {
      const offline = { ...world.environment, PUSHGATEWAY_URL: NOWHERE };
      expect(await command('run.ts', ['collect', '--dry-run'], offline)).toMatchObject({ code: 0 });
    });

    testWithPromtool('promtool finds nothing but the three names that the contract fixes', async () => {
      const complaints: string[] = [];
      for (const job of ['collect', 'probe']) {
        const { stdout } = await run(job, '--dry-run');
        const checked = await finished('promtool', ['check', 'metrics'], {}, stdout);
        // 3: it could read everything, and has a remark.
        expect([0, 3]).toContain(checked.code);
        complaints.push(...(checked.stdout + checked.stderr).trim().split('\n'));
      }
      const names = complaints.filter((text) => text !== '').map((text) => text.split(' ')[0]);
      expect(new Set(names)).toEqual(
        new Set([
          'reviewmaps_campaign_active_total',
          'reviewmaps_cleanup_deleted_rows',
          'reviewmaps_table_rows_total',
        ]),
      );
    });
  });

  describe('with a wrong configuration', () => {
    test.each(['collect', 'probe'])('%s names every problem at once and exits with 2', async (job) => {
      const { code, stdout, stderr } = await command('run.ts', [job], {
        DATABASE_CLUSTER_ARN: 'reviewmaps',
        PUSHGATEWAY_URL: 'http://admin:pass-in-url@127.0.0.1:9091/metrics',
        PUSHGATEWAY_USERNAME: 'admin',
        PUSHGATEWAY_TOKEN: TOKEN,
        LOG_LEVEL: 'loud',
        STAGE: 'a stage',
      });
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      for (const name of [
        'DATABASE_CLUSTER_ARN is not such an ARN',
        'DATABASE_SECRET_ARN is missing',
        'DATABASE_NAME is missing',
        'PUSHGATEWAY_URL has credentials in it',
        'PUSHGATEWAY_URL ends in /metrics',
        'PUSHGATEWAY_PASSWORD is missing',
        'exclude each other',
        'LOG_LEVEL is "loud"',
        'STAGE is "a stage"',
        ...(job === 'probe' ? ['DJANGO_HEALTH_URL is missing'] : []),
      ]) {
        expect(stderr).toContain(name);
      }
      expect(stderr).not.toContain('pass-in-url');
      expect(stderr).not.toContain(TOKEN);
      expectSentences(stderr);
    });

    test('an option that is not known exits with 2', async () => {
      const { code, stdout, stderr } = await run('collect', '--dryrun');
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('--dryrun is not an option');
    });
  });

  describe('secrets', () => {
    const basic = { PUSHGATEWAY_USERNAME: 'admin', PUSHGATEWAY_PASSWORD: PASSWORD };
    const forms = [
      PASSWORD,
      encodeURIComponent(PASSWORD),
      Buffer.from(`admin:${PASSWORD}`).toString('base64'),
      TOKEN,
    ];
    let requests = 0;
    beforeEach(() => {
      requests = world.refusing.requests();
    });

    const token = { PUSHGATEWAY_TOKEN: TOKEN };
    test.each([
      ['collect', 401, 'password', basic],
      ['probe', 401, 'token', token],
      // Of these the error has the gateway's own words.
      ['collect', 400, 'password', basic],
      ['probe', 400, 'token', token],
      ['collect', 503, 'token', token],
    ] as const)(
      'are in nothing that %s writes, though the gateway answers %i and repeats the %s',
      async (job, status, _what, credentials) => {
        world.refusing.refuse(status);
        const { code, stdout, stderr } = await command('run.ts', [job], {
          ...world.environment,
          ...credentials,
          PUSHGATEWAY_URL: world.refusing.url,
          LOG_LEVEL: 'debug',
        });
        expect(code).toBe(1);
        expect(world.refusing.requests()).toBeGreaterThan(requests);
        expect(stdout + stderr).toContain(String(status));
        for (const secret of forms) expect(stdout + stderr).not.toContain(secret);
      },
    );

    test('are not printed by a dry run', async () => {
      const { code, stdout, stderr } = await command('run.ts', ['collect', '--dry-run'], {
        ...world.environment,
        ...basic,
        LOG_LEVEL: 'debug',
      });
      expect(code).toBe(0);
      for (const secret of forms) expect(stdout + stderr).not.toContain(secret);
    });
  });
});
