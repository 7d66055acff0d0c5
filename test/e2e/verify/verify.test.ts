import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, jest, test } from '@jest/globals';
import { RUN_METRICS } from '../../../src/metrics/catalog';
import { PROJECT } from '../../deploy/tools';
import { isInstalled } from '../../servers/prometheus';
import { NODE } from '../bundle';
import { duringTests } from '../during-tests';
import { describeServers } from '../servers';
import { expectSentences, failsOf, PASSWORD, reportOf, verify } from './report';
import { startFront } from './servers';
import { scraped, startWorld } from './world';
import { WRONG } from './wrong';

const describeVerify = isInstalled('prometheus') || process.env['CI'] ? describeServers : describe.skip;

const SETUP_MS = 90_000;
jest.setTimeout(60_000);

const TSX = join(PROJECT, 'node_modules', 'tsx', 'dist', 'cli.mjs');

describeVerify('npm run verify (needs Prometheus)', () => {
  let world: Awaited<ReturnType<typeof startWorld>>;
  duringTests(SETUP_MS, startWorld, (made) => {
    world = made;
  });

  test('a fresh deployment is well: exit 0, and everything that is empty says why', async () => {
    const args = [
      '--prometheus',
      world.right.url,
      '--pushgateway',
      world.gateway.url,
      '--django',
      world.site.url,
    ];
    const [shown, told] = await Promise.all([verify(args), verify([...args, '--json'])]);
    expect(shown.stdout).not.toMatch(/FAIL|What is wrong/);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expectSentences(shown.stdout);
    expect(shown.stdout).toMatch(
      /ok {5}run dropped +groups of runs wait at the gateway \(1\), and none is stored/,
    );
    expect(shown.stdout).toMatch(/empty {2}reviewmaps_scraper_runs_total +no scraper run has ended yet/);

    const report = reportOf(told);
    expect({ code: told.code, ok: report.ok, fails: failsOf(report) }).toEqual({
      code: 0,
      ok: true,
      fails: [],
    });
    const { ok, empty, warn, fail, skip } = report.counts;
    expect(shown.stdout.trimEnd().split('\n').at(-1)).toMatch(
      new RegExp(`^${ok} ok, ${empty} empty, ${warn} warnings?, ${fail} wrong, ${skip} skipped, in `),
    );
    // Whoever reads "skipped" looks for what is wrong: nothing may be, but what was not asked for.
    const skipped = report.sections.flatMap(({ findings }) =>
      findings.filter(({ status }) => status === 'skip'),
    );
    expect(skipped.map(({ text }) => text)).toEqual(['needs: Loki, which is not asked']);
    const django = report.sections.at(-1);
    expect(django?.findings.map(({ name }) => name)).toEqual(['/metrics', ...RUN_METRICS, 'one process']);
  });

  test.each(Object.entries(WRONG))('%s: exit 1, and this alone is wrong', async (what, { fails }) => {
    expect(fails).not.toEqual([]);
    const finished = await world.wrong.get(what);
    if (finished === undefined) throw new Error(`nothing was started for ${what}`);
    const report = reportOf(finished);
    expect({ fails: failsOf(report), code: finished.code, ok: report.ok }).toEqual({
      fails,
      code: 1,
      ok: false,
    });
    expectSentences(finished.stdout);
  });

  test('credentials: asked for, refused and accepted, and never printed', async () => {
    const expected = `Basic ${Buffer.from(`ops:${PASSWORD}`).toString('base64')}`;
    const front = await startFront(world.right.url, ({ headers: { authorization } }, response) => {
      if (authorization === expected) return false;
      response.writeHead(401).end(`not you: ${authorization}`);
      return true;
    });
    try {
      const asked = (variables: Readonly<Record<string, string>>) =>
        verify(['--prometheus', front.url], variables);
      const login = { PROMETHEUS_USERNAME: 'ops', PROMETHEUS_PASSWORD: PASSWORD };
      const [without, refused, accepted] = await Promise.all([
        asked({}),
        asked({ ...login, PROMETHEUS_USERNAME: 'nobody' }),
        asked(login),
      ]);
      const variables = 'PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD, or PROMETHEUS_TOKEN';
      expect(without).toMatchObject({
        code: 1,
        stdout: expect.stringContaining(`wants credentials (status 401): set ${variables}`),
      });
      expect(refused.code).toBe(1);
      expect(refused.stdout).toMatch(new RegExp(`does not accept the credentials .*: check ${variables}`));
      expect(accepted.code).toBe(0);
      for (const { stdout, stderr } of [without, refused, accepted]) {
        for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), expected.slice('Basic '.length)]) {
          expect(stdout + stderr).not.toContain(secret);
        }
      }
    } finally {
      await front.stop();
    }
  });

  test('a Prometheus that dies meanwhile: exit 1, a sentence, and what was found before', async () => {
    let left = 40;
    const front = await startFront(world.right.url, ({ socket }) => {
      left -= 1;
      if (left < 0) socket.destroy();
      return left < 0;
    });
    try {
      const { code, stdout, stderr } = await verify(['--prometheus', front.url, '--django', world.site.url]);
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(stdout).toMatch(/ok {5}honor_labels/);
      expect(stdout).toMatch(/FAIL {3}server {2}Prometheus at \S+ cannot be reached: .+; check --prometheus/);
      expect(stdout).toMatch(/ok {5}\/metrics/);
      expectSentences(stdout);
    } finally {
      await front.stop();
    }
  });

  test('a reader who stops reading gets no stack trace', async () => {
    const child = spawn(NODE, [TSX, 'commands/verify.ts', '--prometheus', world.right.url], {
      cwd: PROJECT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  });

  test('a service that shows neither targets, configuration nor rules is judged by what it stores', async () => {
    const front = await startFront(world.right.url, ({ url = '' }, response) => {
      if (url.startsWith('/api/v1/query')) return false;
      response.writeHead(403).end('blocked');
      return true;
    });
    try {
      const finished = await verify(['--prometheus', front.url, '--json']);
      expect({ fails: failsOf(reportOf(finished)), code: finished.code }).toEqual({
        fails: ['the rule file'],
        code: 1,
      });
    } finally {
      await front.stop();
    }
  });

  test('the gateway stopped: its target and itself are wrong, and its series are not called missing', async () => {
    await world.gateway.stop();
    await scraped(world.right, 'up{job="pushgateway"} == 0');
    const { code, stdout } = await verify([
      '--prometheus',
      world.right.url,
      '--pushgateway',
      world.gateway.url,
    ]);
    expect(code).toBe(1);
    expectSentences(stdout);
    // Said where it was found, and once more at the end.
    const [sections = '', closing = ''] = stdout.split('What is wrong\n');
    expect([...sections.matchAll(/^ {2}FAIL {3}(\S+)/gm)].map(([, name]) => name)).toEqual([
      'pushgateway',
      'gateway',
    ]);
    expect(closing).toMatch(
      /^ {2}FAIL {3}Scrape targets: pushgateway .+ → see docs\/runbooks\/ReviewMapsGatewayDown.md/,
    );
    expect(closing).toMatch(/^ {2}FAIL {3}Pushgateway at \S+: gateway /m);
  });
});
