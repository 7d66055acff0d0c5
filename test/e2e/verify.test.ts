import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, jest, test } from '@jest/globals';
import { SCHEMA } from '../../dev/sample/schema';
import { isAlert, type RuleGroup } from '../../monitoring/rules/definition';
import { ruleGroups } from '../../monitoring/rules/groups';
import { prometheusYaml } from '../../monitoring/rules/prometheus-config';
import { rulesYaml } from '../../monitoring/rules/yaml';
import { settings } from '../../monitoring/settings';
import type { Status } from '../../monitoring/verify/finding';
import { RUN_METRICS } from '../../src/metrics/catalog';
import { PROJECT } from '../deploy/tools';
import { idleDjango } from '../monitoring/verify/django-exposition';
import { isInstalled, type RunningPrometheus, startPrometheus } from '../servers/prometheus';
import { startPushgateway } from '../servers/pushgateway';
import { startStack } from '../servers/stack';
import { NODE } from './bundle';
import { command, type Finished } from './command';
import { duringTests } from './during-tests';
import { Started } from './monitoring/started';
import { describeServers, environment } from './servers';

const describeVerify = isInstalled('prometheus') || process.env['CI'] ? describeServers : describe.skip;

const SETUP_MS = 90_000;
jest.setTimeout(60_000);

const TSX = join(PROJECT, 'node_modules', 'tsx', 'dist', 'cli.mjs');

/** Nothing listens there. */
const NOBODY = '127.0.0.1:9';
const PASSWORD = 'correct-horse+battery/staple=';

const HITS = 'rename reviewmaps_naver_api_rate_limit_hits';
const ROWS = 'rename reviewmaps_cleanup_deleted_rows';

/** Every rule is evaluated each second: nobody waits a minute for those that look back over days. */
const groups: readonly RuleGroup[] = ruleGroups(settings).map(({ name, rules }) => ({ name, rules }));
const RULES = rulesYaml(groups, settings);
const STRICTER = { ...settings, slowRequestSeconds: 0.5 };
const shorter = ruleGroups(STRICTER).flatMap(({ rules }) => rules);

interface Wrong {
  /** The text of the configuration, and what stands in its place. */
  readonly configuration?: readonly [written: RegExp, changed: string];
  readonly rules?: string;
  /** Names of what is wrong, in the order of the report. */
  readonly fails: readonly string[];
}

const WRONG: Readonly<Record<string, Wrong>> = {
  'honor_labels is missing': {
    configuration: [/ +honor_labels: true\n/, ''],
    fails: ['honor_labels'],
  },
  'single runs are stored': {
    configuration: [
      / +metric_relabel_configs:\s.+\s+- source_labels: \[run\]\s+regex: .+\s+action: drop\n/,
      '',
    ],
    fails: ['run dropped'],
  },
  "Django's counters keep their names": {
    configuration: [/ +metric_relabel_configs:\s.+\s+- source_labels: \[__name__\](\s+\w+: .+){3}\n/, ''],
    fails: [HITS, ROWS],
  },
  'Django has no label app': {
    configuration: [/ +labels:\s.+\s+app: .+\n/, ''],
    fails: ['app of Django'],
  },
  'Django is scraped under another name': {
    configuration: [/job_name: django/, 'job_name: web'],
    fails: ['django'],
  },
  'alerts go to nobody': {
    configuration: [/(alertmanagers:\s.+\s+- targets: \[)".+"/, `$1"${NOBODY}"`],
    fails: ['alertmanager'],
  },
  'no rule is loaded': {
    configuration: [/rule_files:\n.+\n/, ''],
    fails: ['the rule file'],
  },
  'the rules are those of an older configuration': {
    rules: rulesYaml(groupsOf(STRICTER), STRICTER),
    fails: groups
      .flatMap(({ rules }) => rules)
      .flatMap((rule, index) =>
        rule.expr.text === shorter[index]?.expr.text ? [] : [isAlert(rule) ? rule.alert : rule.record],
      ),
  },
};

function groupsOf(other: typeof settings): readonly RuleGroup[] {
  return ruleGroups(other).map(({ name, rules }) => ({ name, rules }));
}

interface Report {
  readonly ok: boolean;
  readonly counts: Readonly<Record<Status, number>>;
  readonly sections: readonly {
    readonly title: string;
    readonly findings: readonly { readonly name: string; readonly status: Status; readonly text: string }[];
  }[];
}

function reportOf({ stdout, stderr }: Finished): Report {
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const failsOf = ({ sections }: Report) =>
  sections.flatMap(({ findings }) =>
    findings.flatMap(({ name, status }) => (status === 'fail' ? [name] : [])),
  );

/** A person reads this: sentences, no stack trace, no undefined. */
function expectSentences(text: string): void {
  expect(text).not.toMatch(/^\s+at .+:\d+/m);
  expect(text).not.toMatch(/\bundefined\b|\bNaN\b|\[object /);
}

async function listening(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    host: `127.0.0.1:${address.port}`,
    url: `http://127.0.0.1:${address.port}`,
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Django as nobody uses it yet, its health view, and an Alertmanager that takes everything. */
async function startSite() {
  let scrapes = 0;
  return await listening((request, response) => {
    request.resume();
    if (request.url !== '/metrics') return response.end('{"status":"healthy"}');
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(idleDjango(scrapes));
    scrapes += 1;
  });
}

/** Passes requests on to a Prometheus, unless `refuse` answers them itself. */
async function startFront(target: string, refuse: (...exchange: Parameters<RequestListener>) => boolean) {
  return await listening((request, response) => {
    if (refuse(request, response)) return;
    const pass = async (): Promise<void> => {
      const body = Buffer.concat(await request.toArray());
      const answer = await fetch(`${target}${request.url}`, {
        method: request.method ?? 'GET',
        headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' },
        ...(body.length > 0 ? { body } : {}),
      });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    };
    // Whoever asked may have gone away meanwhile.
    pass().catch(() => response.destroy());
  });
}

const verify = (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  command('verify.ts', args, variables);

/** A fresh deployment: an empty database, each job has run once, one scraper run is waiting for fold. */
async function startWorld() {
  const started = new Started();
  try {
    return { ...(await deployed(started)), stop: () => started.end() };
  } catch (thrown) {
    await started.end().catch(() => undefined);
    throw thrown;
  }
}

async function deployed(started: Started) {
  const stop = (one: { stop(): Promise<void> }) => one.stop();
  const gateway = await started.begin(startPushgateway(), stop);
  const site = await started.begin(startSite(), stop);
  const start = async ({ configuration, rules = RULES }: Omit<Wrong, 'fails'>) =>
    await startPrometheus(
      (own) => {
        const right = prometheusYaml(
          { ...settings, scrapeIntervalSeconds: 0.5 },
          {
            django: site.host,
            pushgateway: new URL(gateway.url).host,
            prometheus: own.address,
            alertmanager: site.host,
            rules: own.rules,
          },
        );
        if (configuration === undefined) return right;
        const changed = right.replace(...configuration);
        if (changed === right) throw new Error(`the configuration has no ${configuration[0].source}`);
        return changed;
      },
      rules,
      ['--rules.alert.resend-delay=1s', '--scrape.discovery-reload-interval=100ms'],
    );
  const right = await started.begin(start({}), stop);
  const pushed = push(started, gateway.url, `${site.url}/health`);
  const wrong = inLanes(Object.entries(WRONG), async (one) => {
    const prometheus = await start(one);
    try {
      await pushed;
      await scraped(prometheus);
      return await verify(['--prometheus', prometheus.url, '--json']);
    } finally {
      await prometheus.stop();
    }
  });
  await started.begin(Promise.resolve(wrong), async (all) => void (await Promise.allSettled(all.values())));
  await pushed;
  await scraped(right);
  return {
    gateway,
    site,
    right,
    /** What the command said of each. */
    wrong,
  };
}

async function push(started: Started, gateway: string, health: string): Promise<void> {
  const stack = await started.begin(startStack(), (one) => one.stop());
  for (const statement of SCHEMA) await stack.sql.query(statement);
  const variables = environment({ dataApi: stack.endpoint, gateway, health });
  const succeeds = async (file: string, ...args: readonly string[]): Promise<void> => {
    const { code, stderr } = await command(file, args, variables);
    if (code !== 0) throw new Error(`${file} ${args.join(' ')}: ${stderr}`);
  };
  await succeeds('migrate.ts');
  await Promise.all(['collect', 'probe', 'fold'].map((job) => succeeds('run.ts', job)));
  await fetch(`${gateway}/metrics/job/scraper/run/a1/scraper/daily`, {
    method: 'PUT',
    body: '# TYPE reviewmaps_naver_api_calls_total counter\nreviewmaps_naver_api_calls_total{endpoint="local",status_code="200"} 3\n',
  });
}

/** A Prometheus that evaluates each second is work, and mostly it is waited for: a few at the same time. */
function inLanes<T, R>(
  all: readonly (readonly [string, T])[],
  work: (one: T) => Promise<R>,
): ReadonlyMap<string, Promise<R>> {
  const lanes: Promise<unknown>[] = Array.from({ length: LANES }, () => Promise.resolve());
  return new Map(
    all.map(([name, one], index) => {
      const result = (lanes[index % LANES] ?? Promise.resolve()).then(() => work(one));
      lanes[index % LANES] = result.catch(() => undefined);
      return [name, result];
    }),
  );
}

const LANES = 5;

/** Waits for a few scrapes and evaluations: Prometheus announces none. */
async function scraped(
  prometheus: RunningPrometheus,
  sign = 'count_over_time(up{job="prometheus"}[1m]) >= 4 and on () count(push_time_seconds) >= 3',
) {
  const limit = Date.now() + 30_000;
  while ((await prometheus.ask(sign, Date.now() / 1_000)).length === 0) {
    if (Date.now() > limit) throw new Error(`nothing for ${sign}`);
    await new Promise((again) => setTimeout(again, 100));
  }
}

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

  test.each(['--help', '-h'])('%s tells its options, exit codes and credentials', async (option) => {
    const { code, stdout, stderr } = await verify([option]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const told of ['--prometheus URL', '--grafana URL', 'Exit code', 'PROMETHEUS_TOKEN'])
      expect(stdout).toContain(told);
    expectSentences(stdout);
  });

  test.each([
    [
      'an option that is not known',
      ['--prometheus', 'http://x', '--grafan', 'y'],
      {},
      ["Unknown option '--grafan'"],
    ],
    [
      'an address in the wrong place',
      [`https://ops:${PASSWORD}@x/`],
      {},
      ["Unexpected argument 'https://***@x/'"],
    ],
    ['nothing', [], {}, ['--prometheus is missing: set it to the address of Prometheus']],
    [
      'everything wrong at once',
      [
        ...['--prometheus', `https://ops:${encodeURIComponent(PASSWORD)}@x/graph?g0.expr=up`, '--app', ''],
        ...['--pushgateway', 'y:9091', '--django', '127.0.0.1', '--grafana', 'http://z'],
      ],
      {
        PROMETHEUS_USERNAME: 'ops',
        PROMETHEUS_PASSWORD: PASSWORD,
        PROMETHEUS_TOKEN: 'token-that-nobody-may-see',
        GRAFANA_USERNAME: 'ops',
      },
      [
        '--prometheus has credentials in it',
        '--prometheus has a "?" part',
        'PROMETHEUS_USERNAME with PROMETHEUS_PASSWORD, and PROMETHEUS_TOKEN exclude each other',
        '--pushgateway has the scheme "y": use http or https',
        '--django is not a URL',
        'GRAFANA_PASSWORD is missing: GRAFANA_USERNAME is set, and needs it',
        '--app is empty',
      ],
    ],
  ])('%s is refused before anything is asked: exit 2', async (_, args, variables, sentences) => {
    const { code, stdout, stderr } = await verify(args, variables);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const sentence of sentences) expect(stderr).toContain(sentence);
    for (const secret of [PASSWORD, encodeURIComponent(PASSWORD), 'token-that-nobody-may-see']) {
      expect(stderr).not.toContain(secret);
    }
    expectSentences(stderr);
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
