import { describe, expect, it } from '@jest/globals';
import { contractSection } from '../../../monitoring/verify/contract';
import { djangoSection } from '../../../monitoring/verify/django';
import type { Evidence } from '../../../monitoring/verify/evidence';
import { jobSection } from '../../../monitoring/verify/jobs';
import { scrapeConfigs } from '../../../monitoring/verify/relabel';
import { relabellingSection } from '../../../monitoring/verify/relabelling';
import { targetSection } from '../../../monitoring/verify/targets';
import { catalog } from '../../../src/metrics/catalog';
import { CONFIGURATION, found, healthy, jobWith, unusual, without } from './healthy';

const sections = [targetSection, relabellingSection, jobSection, contractSection, djangoSection];

describe('an installation where everything is there', () => {
  it.each(sections.map((section) => [section.name, section] as const))(
    '%s has nothing to say',
    (_, section) => {
      expect(unusual(section(healthy))).toEqual([]);
    },
  );

  it('gives one line to each metric of the catalog', () => {
    expect(contractSection(healthy).findings.map(({ name }) => name)).toEqual(Object.keys(catalog));
  });
});

function targetWith(job: string, change: object): Evidence {
  return {
    ...healthy,
    targets: healthy.targets.map((one) => (one.labels['job'] === job ? { ...one, ...change } : one)),
  };
}

function django(instance: string, app: string, health: string): Evidence['targets'][number] {
  const labels = { job: 'django', instance, app };
  return { labels, scrapePool: 'django', scrapeInterval: '15s', health, lastError: '' };
}

function noTarget(job: string): Evidence {
  return { ...healthy, targets: healthy.targets.filter(({ labels }) => labels['job'] !== job) };
}

describe('scrape targets', () => {
  it('one that is down is wrong, with the reason', () => {
    const section = targetSection(targetWith('django', { health: 'down', lastError: 'connection refused' }));
    expect(unusual(section)).toEqual(['fail django']);
    expect(found(section, 'django').text).toBe('0 of 1 target up; 10.0.0.1:8000: connection refused');
  });

  it('one that has another name is not found, and the names that there are say so', () => {
    const section = targetSection(targetWith('django', { labels: { job: 'web', instance: 'x' } }));
    expect(found(section, 'django').text).toBe(
      'no target has job="django"; it scrapes prometheus, pushgateway, web',
    );
  });

  it('one that was not scraped yet proves nothing, so it is not well', () => {
    const section = targetSection(targetWith('django', { health: 'unknown' }));
    expect(unusual(section)).toEqual(['fail django']);
    expect(found(section, 'django').fix).toContain('run this again');
  });

  it('of several, one that is down is wrong, and so is not every one of many named', () => {
    const pods = Array.from({ length: 9 }, (_, index) => django(`10.0.1.${index}`, healthy.app, 'down'));
    const section = targetSection({ ...healthy, targets: [...healthy.targets, ...pods] });
    expect(unusual(section)).toEqual(['fail django']);
    expect(found(section, 'django').text).toMatch(/^1 of 10 targets up; .*10\.0\.1\.4: down; and 4 more$/);
  });

  it("another application's Django is not this one's trouble", () => {
    const other = django('10.0.2.1', 'reviewmaps-server-dev', 'down');
    const beside = { ...healthy, targets: [...healthy.targets, other] };
    expect(unusual(targetSection(beside))).toEqual([]);
    expect(unusual(djangoSection(beside))).toEqual([]);
  });

  it.each([
    ['1m', ['fail django']],
    ['1m0s', ['fail django']],
    ['16s', ['fail django']],
    ['15s', []],
    ['500ms', []],
    ['', []],
  ])('one that is scraped every %s is judged by the windows of the rules', (scrapeInterval, expected) => {
    const section = targetSection(targetWith('django', { scrapeInterval }));
    expect(unusual(section)).toEqual(expected);
    if (expected.length > 0) expect(found(section, 'django').fix).toContain('scrape_interval to 15s');
    expect(unusual(targetSection(targetWith('prometheus', { scrapeInterval })))).toEqual([]);
  });

  it('one that runs without what an alert reads of it is wrong', () => {
    const dropped = (name: string) => unusual(targetSection(without(healthy, (one) => one.name === name)));
    expect(dropped('pushgateway_http_requests_total')).toEqual(['fail pushgateway']);
    expect(dropped('prometheus_rule_evaluation_failures_total')).toEqual(['fail prometheus']);
    // Neither counts before there is anything to count.
    expect(unusual(targetSection({ ...without(healthy, () => true), rules: [] }))).toEqual([]);
  });

  it('alerts that no Alertmanager takes are wrong', () => {
    const section = targetSection({ ...healthy, undelivered: 3 });
    expect(unusual(section)).toEqual(['fail alertmanager']);
    expect(found(section, 'alertmanager').text).toContain(
      '10.0.0.3:9093, and in the last 2 minutes some did not',
    );
  });

  it('alerts that go nowhere are wrong; not being told where is not', () => {
    expect(unusual(targetSection({ ...healthy, alertmanagers: [] }))).toEqual(['fail alertmanager']);
    expect(unusual(targetSection({ ...healthy, alertmanagers: undefined }))).toEqual(['empty alertmanager']);
  });
});

/** Before anything was pushed or counted: only the configuration can tell. */
const silent = without(healthy, () => true);
const withConfiguration = (text: string): Evidence => ({ ...silent, scrape: scrapeConfigs(text) });
const HITS = 'rename reviewmaps_naver_api_rate_limit_hits';
const ROWS = 'rename reviewmaps_cleanup_deleted_rows';

describe('relabelling', () => {
  it('is seen in what is stored: pushed labels that were moved aside', () => {
    const moved = {
      ...healthy,
      stock: [{ name: 'up', job: 'pushgateway', app: '', exportedJob: 'reviewmaps-probe', count: 1 }],
    };
    expect(found(relabellingSection(moved), 'honor_labels')).toMatchObject({
      status: 'fail',
      text: expect.stringContaining('exported_job'),
      fix: expect.stringContaining('honor_labels: true'),
    });
  });

  it('is seen in what is stored: series of single runs', () => {
    const finding = found(relabellingSection({ ...healthy, runSeries: 3 }), 'run dropped');
    expect(finding).toMatchObject({ status: 'fail', text: expect.stringMatching(/^3 series of single/) });
  });

  it('is seen in what is stored: names with _total', () => {
    const hits = {
      name: 'reviewmaps_naver_api_rate_limit_hits_total',
      job: 'django',
      app: healthy.app,
      exportedJob: '',
      count: 1,
    };
    const section = (app: string) =>
      relabellingSection({ ...healthy, stock: [...healthy.stock, { ...hits, app }] });
    expect(unusual(section(healthy.app))).toEqual([`fail ${HITS}`]);
    expect(unusual(section('another'))).toEqual([]);
  });

  it('who removes the label run stores the runs all the same', () => {
    const labels = { job: 'scraper', run: 'a', scraper: 's' };
    const gateway = { now: 1, groups: [{ labels, pushedAt: 1, lastPushSuccessful: true, families: {} }] };
    const changed = CONFIGURATION.replace(
      /source_labels: \[run\]\s+regex: \.\+\s+action: drop/,
      'regex: run\n        action: labeldrop',
    );
    const evidence = { ...healthy, gateway, scrape: scrapeConfigs(changed) };
    expect(unusual(relabellingSection(evidence))).toEqual(['fail run dropped']);
  });

  it('one of two scrape configurations that does not do it is enough', () => {
    const second = { ...django('10.0.0.9', healthy.app, 'up'), scrapePool: 'canary' };
    const configuration = `${CONFIGURATION}  - job_name: canary\n`;
    const evidence = { ...withConfiguration(configuration), targets: [...healthy.targets, second] };
    expect(unusual(relabellingSection(evidence))).toEqual([`fail ${HITS}`, `fail ${ROWS}`]);
  });

  it('is proven by groups of runs at the gateway of which nothing is stored', () => {
    const labels = { job: 'scraper', run: 'a', scraper: 's' };
    const gateway = { now: 1, groups: [{ labels, pushedAt: 1, lastPushSuccessful: true, families: {} }] };
    expect(found(relabellingSection({ ...healthy, gateway }), 'run dropped').text).toContain(
      'wait at the gateway (1)',
    );
  });

  it('before there are series, the configuration of Prometheus tells', () => {
    expect(unusual(relabellingSection(silent))).toEqual([]);
    expect(found(relabellingSection(silent), HITS).text).toBe('configured; Django counted none yet');
  });

  it.each([
    ['honor_labels', 'honor_labels: true', 'honor_labels: false'],
    ['run dropped', 'action: drop', 'action: keep'],
    ['run dropped', 'source_labels: [run]', 'source_labels: [runs]'],
    [HITS, '(reviewmaps_naver_api_rate_limit_hits|', '('],
    [ROWS, '|reviewmaps_cleanup_deleted_rows)', ')'],
  ])('a configuration without it: %s', (name, written, changed) => {
    expect(CONFIGURATION).toContain(written);
    const section = relabellingSection(withConfiguration(CONFIGURATION.replace(written, changed)));
    expect(unusual(section)).toEqual([`fail ${name}`]);
    expect(found(section, name).text).toBe('is not configured');
  });

  it('without series and without a configuration nothing is claimed', () => {
    const section = relabellingSection({ ...silent, scrape: undefined });
    expect(unusual(section)).toEqual([
      'empty honor_labels',
      'empty run dropped',
      `empty ${HITS}`,
      `empty ${ROWS}`,
    ]);
  });

  it.each([
    ['no label app', undefined, 'its targets have no label app, by which everything selects'],
    ['another app', 'web', 'its targets have app="web", none has "reviewmaps-server"'],
  ])("Django's targets with %s are wrong", (_, app, text) => {
    const labels = { job: 'django', instance: 'x', ...(app === undefined ? {} : { app }) };
    expect(found(relabellingSection(targetWith('django', { labels })), 'app of Django')).toMatchObject({
      status: 'fail',
      text,
    });
  });

  it('of what is not scraped nothing is said', () => {
    const nothing = { ...silent, targets: [] };
    expect(new Set(relabellingSection(nothing).findings.map(({ status }) => status))).toEqual(
      new Set(['skip']),
    );
  });
});

describe('jobs', () => {
  it('one that has not pushed for long is wrong', () => {
    const section = jobSection(jobWith(healthy, 'probe', { pushAge: 301 }));
    expect(unusual(section)).toEqual(['fail probe']);
    expect(found(section, 'probe').text).toBe('last pushed 5 min 1 s ago: it does not run, or cannot push');
  });

  it('one whose push was refused is wrong, though an older one is there', () => {
    expect(found(jobSection(jobWith(healthy, 'fold', { refused: true })), 'fold')).toMatchObject({
      status: 'fail',
      text: expect.stringContaining('refused its last push'),
    });
  });

  it('one whose pushes were all refused is not told from another stage, or from none', () => {
    const gateway = {
      now: 1,
      groups: [
        {
          labels: { job: 'reviewmaps-scraper', app: healthy.app },
          pushedAt: 0,
          lastPushSuccessful: false,
          families: {},
        },
      ],
    };
    const state = { refused: true, pushAge: undefined };
    expect(found(jobSection(jobWith({ ...silent, gateway }, 'fold', state)), 'fold')).toMatchObject({
      status: 'fail',
      text: 'the gateway refused its last push; none was accepted yet',
    });
  });

  it('one that is old in Prometheus alone shows that another gateway is scraped, or that clocks differ', () => {
    const labels = { job: 'reviewmaps-probe', app: healthy.app };
    const probe = (pushedAt: number) => {
      const groups = [{ labels, pushedAt, lastPushSuccessful: true, families: {} }];
      const old = jobWith({ ...healthy, gateway: { now: 10_000, groups } }, 'probe', { pushAge: 4_000 });
      return found(jobSection(old), 'probe');
    };
    expect(probe(9_990)).toMatchObject({
      status: 'fail',
      text: 'last pushed 1 h 6 min 40 s ago for Prometheus, and 10 s ago at the gateway that was asked',
      fix: expect.stringContaining('another gateway'),
    });
    expect(probe(6_000).text).toContain('it does not run, or cannot push');
  });

  it('one that pushed in the future shows that clocks differ', () => {
    const push = (pushAge: number) => found(jobSection(jobWith(healthy, 'probe', { pushAge })), 'probe');
    expect(push(-600)).toMatchObject({ status: 'fail', fix: expect.stringContaining('NTP') });
    expect(push(-20).status).toBe('ok');
  });

  it('one whose run failed in part is a warning that names the part', () => {
    const section = jobSection(
      jobWith(healthy, 'collect', { failures: ['a part of the run', 'collector campaigns'] }),
    );
    expect(unusual(section)).toEqual(['warn collect']);
    expect(found(section, 'collect').text).toBe(
      'last pushed 12 s ago, but its run failed in part: collector campaigns',
    );
  });

  const never = (evidence: Evidence) =>
    found(jobSection(jobWith(evidence, 'fold', { pushAge: undefined })), 'fold');

  it('one that never pushed is wrong', () => {
    expect(never(silent)).toMatchObject({
      status: 'fail',
      text: 'has never pushed as app="reviewmaps-server"',
      fix: 'deploy it, or run it once: npm run fold',
    });
  });

  it('one that is not deployed is empty', () => {
    const settings = { ...healthy.settings, jobs: ['collect', 'probe'] as const };
    expect(never({ ...silent, settings })).toMatchObject({
      status: 'empty',
      text: expect.stringContaining('monitoring.jobs'),
    });
  });

  it('one that pushes for another stage is named', () => {
    const other = {
      name: 'push_time_seconds',
      job: 'reviewmaps-scraper',
      app: 'reviewmaps-server-dev',
      exportedJob: '',
      count: 1,
    };
    expect(never({ ...silent, stock: [other] }).text).toBe(
      'has never pushed as app="reviewmaps-server", only as "reviewmaps-server-dev"',
    );
  });

  it('one that is at the gateway and not in Prometheus shows that the scrape is wrong', () => {
    const labels = { job: 'reviewmaps-scraper', app: healthy.app };
    const gateway = { now: 1, groups: [{ labels, pushedAt: 1, lastPushSuccessful: true, families: {} }] };
    expect(never({ ...silent, gateway }).text).toBe('its group is at the gateway and not in Prometheus');
  });

  it('is not judged where its labels were moved aside, or the gateway is not scraped', () => {
    const moved = {
      name: 'push_time_seconds',
      job: 'pushgateway',
      app: '',
      exportedJob: 'reviewmaps-scraper',
      count: 1,
    };
    expect(never({ ...silent, stock: [moved] })).toMatchObject({
      status: 'skip',
      text: 'needs: honor_labels',
    });
    expect(never({ ...silent, targets: noTarget('pushgateway').targets }).status).toBe('skip');
  });
});

describe('metrics of the contract', () => {
  const absent = (metric: string, evidence: Evidence = healthy) =>
    found(contractSection(without(evidence, ({ name }) => name.startsWith(metric))), metric);

  it('say how many series there are, and from where', () => {
    expect(found(contractSection(healthy), 'reviewmaps_ledger_lease_held').text).toBe(
      '4 series from reviewmaps-collect, reviewmaps-scraper',
    );
  });

  it.each([
    ['reviewmaps_probe_failure_reason', 'no probe fails'],
    ['reviewmaps_enrichment_duration_seconds', 'no scraper run has reported one yet'],
    ['reviewmaps_fold_rejected_series_total', 'nothing was rejected'],
  ])('%s is rightly absent', (metric, text) => {
    expect(absent(metric)).toMatchObject({ status: 'empty', text });
  });

  it.each([
    ['reviewmaps_service_up', 'the job probe pushes, but not this'],
    ['reviewmaps_table_size_bytes', 'the job collect pushes, but not this'],
  ])('%s must be there when its job pushes', (metric, text) => {
    expect(absent(metric)).toMatchObject({ status: 'fail', text });
  });

  it('names the part of the job that failed', () => {
    const failing = jobWith(healthy, 'collect', { failures: ['collector tables/campaign'] });
    expect(absent('reviewmaps_table_size_bytes', failing)).toMatchObject({
      status: 'fail',
      text: 'its job failed in part: collector tables/campaign',
    });
    // Absent for a reason that is no reason while the job fails.
    expect(absent('reviewmaps_campaign_active_total', failing).status).toBe('fail');
  });

  it('is not judged when its job does not push', () => {
    const dead = jobWith(healthy, 'probe', { pushAge: 4_000 });
    expect(absent('reviewmaps_service_up', dead)).toMatchObject({
      status: 'skip',
      text: 'needs: the job probe',
    });
  });

  it('is empty when its job is not deployed', () => {
    const settings = { ...healthy.settings, jobs: ['collect', 'probe'] as const };
    expect(absent('reviewmaps_fold_groups_read', { ...healthy, settings }).status).toBe('empty');
  });

  it('that the gateway has and Prometheus has not shows that the scrape drops it', () => {
    const labels = { job: 'reviewmaps-probe', app: healthy.app };
    const group = { labels, pushedAt: 1, lastPushSuccessful: true, families: { reviewmaps_service_up: [] } };
    const gateway = { now: 1, groups: [group] };
    expect(absent('reviewmaps_service_up', { ...healthy, gateway }).text).toBe(
      'is at the gateway and not in Prometheus',
    );
  });

  it('a histogram without its buckets is wrong', () => {
    const cut = without(healthy, ({ name }) => name === 'reviewmaps_naver_api_duration_seconds_bucket');
    expect(found(contractSection(cut), 'reviewmaps_naver_api_duration_seconds')).toMatchObject({
      status: 'fail',
      text: 'without reviewmaps_naver_api_duration_seconds_bucket',
    });
  });

  it('of a job whose label was moved aside does not count: nothing reads it so', () => {
    const name = 'reviewmaps_service_up';
    const stock = healthy.stock.map((one) =>
      one.name === name ? { ...one, job: 'pushgateway', exportedJob: one.job } : one,
    );
    const evidence = jobWith({ ...healthy, stock }, 'probe', { pushAge: undefined });
    expect(found(contractSection(evidence), name).status).toBe('skip');
  });

  it('a histogram that was made a native one is wrong', () => {
    const name = 'reviewmaps_naver_api_duration_seconds';
    const classic = without(healthy, (one) => one.name.startsWith(name));
    const native = { name, job: 'reviewmaps-scraper', app: healthy.app, exportedJob: '', count: 1 };
    const section = contractSection({ ...classic, stock: [...classic.stock, native] });
    expect(found(section, name)).toMatchObject({ status: 'fail', text: expect.stringContaining('native') });
  });

  it('of another application is named, and does not count', () => {
    const other = { ...healthy, stock: healthy.stock.map((one) => ({ ...one, app: 'other' })) };
    expect(found(contractSection(other), 'reviewmaps_service_up').text).toContain('app="other" has it');
  });
});

describe("django's metrics", () => {
  const absent = (prefix: string, families = healthy.families) =>
    djangoSection({ ...without(healthy, ({ name }) => name.startsWith(prefix)), families });
  const undeclared = (prefix: string) =>
    new Set([...(healthy.families ?? [])].filter((name) => !name.startsWith(prefix)));

  it('that are declared and have no series have had no event', () => {
    const section = absent('django_db_');
    expect(unusual(section)).toEqual(['empty database queries', 'empty database errors']);
    expect(found(section, 'database errors').text).toContain('nothing has failed');
  });

  it('that Django does not even declare are not installed', () => {
    const section = absent('django_db_', undeclared('django_db_'));
    expect(unusual(section)).toEqual(['fail database queries', 'fail database errors']);
    expect(found(section, 'database queries').fix).toContain('ENGINE');
  });

  it('of a cache that is not instrumented are a choice, with a sentence why', () => {
    const section = absent('django_cache_', undeclared('django_cache_'));
    expect(unusual(section)).toEqual(['empty cache']);
    expect(found(section, 'cache').fix).toContain('BACKEND');
  });

  it('that are there from the first scrape on are wrong when they are not', () => {
    expect(unusual(absent('django_http_responses'))).toEqual(['fail responses']);
    expect(found(absent('django_http_responses'), 'responses').fix).toContain('PrometheusAfterMiddleware');
  });

  it('of the drop-in are declared by Django itself', () => {
    const section = djangoSection({ ...healthy, families: undeclared('reviewmaps_naver') });
    expect(unusual(section)).toEqual(['fail reviewmaps_ of the drop-in']);
    expect(found(section, 'reviewmaps_ of the drop-in').text).toContain('reviewmaps_naver_api_calls_total');
  });

  it('are judged by their series where nothing says what is declared', () => {
    const untold = { ...healthy, families: undefined };
    expect(unusual(djangoSection(untold))).toEqual([]);
    const silent = without(untold, ({ name }) => /^(reviewmaps_|django_db_)/.test(name));
    expect(unusual(djangoSection(silent))).toEqual([
      'empty database queries',
      'empty database errors',
      'empty reviewmaps_ of the drop-in',
    ]);
  });

  it.each(['latency', 'database queries'])('of %s without buckets are wrong', (group) => {
    const cut = without(healthy, ({ name }) => /^django_.*_bucket$/.test(name));
    expect(found(djangoSection(cut), group)).toMatchObject({
      status: 'fail',
      text: expect.stringContaining('_bucket'),
    });
  });

  it('of workers that count together are declared with their first event', () => {
    const families = new Set([
      'django_http_responses_total_by_status_view_method_total',
      'reviewmaps_naver_api_rate_limit_hits_total',
    ]);
    const event = without(healthy, ({ name }) => /^(process|django_(http_exceptions|db|cache))_/.test(name));
    expect(unusual(djangoSection({ ...event, families }))).toEqual([
      'empty exceptions',
      'empty database queries',
      'empty database errors',
      'empty cache',
      'empty process',
    ]);
    const plain = djangoSection({ ...event, families: new Set(['django_http_ajax_requests_total']) });
    expect(found(plain, 'reviewmaps_ of the drop-in').status).toBe('fail');
  });

  it('of several processes that answer in turn are wrong', () => {
    const section = djangoSection({ ...healthy, mixedProcesses: true });
    expect(unusual(section)).toEqual(['fail one process a target']);
    expect(found(section, 'one process a target').fix).toContain('PROMETHEUS_MULTIPROC_DIR');
  });

  it.each([
    ['is down', targetWith('django', { health: 'down' })],
    [
      'is down, and another application has one',
      {
        ...targetWith('django', { health: 'down' }),
        targets: [
          ...targetWith('django', { health: 'down' }).targets,
          django('10.0.2.1', 'reviewmaps-server-dev', 'up'),
        ],
      },
    ],
    ['belongs to another application', targetWith('django', { labels: { job: 'django', app: 'other' } })],
  ])('are not judged when its target %s', (_, evidence) => {
    expect(new Set(djangoSection(evidence).findings.map(({ status }) => status))).toEqual(new Set(['skip']));
  });
});
