import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { dashboardFiles, rows } from '../../../monitoring/dashboard/dashboard';
import { settings } from '../../../monitoring/settings';
import { djangoServerSection } from '../../../monitoring/verify/django-server';
import type { Section } from '../../../monitoring/verify/finding';
import { gatewaySection } from '../../../monitoring/verify/gateway';
import { grafanaSection } from '../../../monitoring/verify/grafana';
import { RUN_METRICS } from '../../../src/metrics/catalog';
import { found, unusual } from './healthy';
import { type Answers, type FakeServer, serve } from './server';

const servers: FakeServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function started(answers: Answers, what: string): Promise<FakeServer['service']> {
  const server = await serve(answers, what);
  servers.push(server);
  return server.service;
}

const limit = () => AbortSignal.timeout(10_000);

describe("django's own /metrics", () => {
  const types = RUN_METRICS.map((metric) =>
    metric.endsWith('_seconds')
      ? `# TYPE ${metric} histogram`
      : `# TYPE ${metric.replace(/_total$/, '')}_total counter`,
  );
  const text = (started: number, ...lines: readonly string[]) =>
    [
      ...types,
      '# TYPE process_start_time_seconds gauge',
      `process_start_time_seconds ${started}`,
      ...lines,
      '',
    ].join('\n');

  async function section(answers: Answers, path = ''): Promise<Section> {
    const service = await started(answers, 'Django');
    return await djangoServerSection({ ...service, url: `${service.url}${path}` }, limit());
  }

  it('with every name of the drop-in is well; names without events are empty', async () => {
    const body = text(
      1,
      'reviewmaps_naver_api_rate_limit_hits_total 3',
      'reviewmaps_naver_api_duration_seconds_count{endpoint="a"} 1',
    );
    const result = await section({ '/metrics': { body } });
    expect(unusual(result)).toEqual([
      'empty reviewmaps_enrichment_total',
      'empty reviewmaps_enrichment_duration_seconds',
      'empty reviewmaps_naver_api_calls_total',
      'empty reviewmaps_exceptions_total',
      'empty reviewmaps_cleanup_deleted_rows',
    ]);
    expect(found(result, 'reviewmaps_naver_api_rate_limit_hits').text).toBe('1 series');
  });

  it('is found under its own address too', async () => {
    expect(found(await section({ '/metrics': { body: text(1) } }, '/metrics'), '/metrics').status).toBe('ok');
  });

  it('without the drop-in is wrong, name by name', async () => {
    const body = '# TYPE process_start_time_seconds gauge\n';
    const wrong = (await section({ '/metrics': { body } })).findings.filter(
      ({ status }) => status === 'fail',
    );
    expect(wrong.map(({ name }) => name)).toEqual([...RUN_METRICS]);
    expect(wrong[0]?.fix).toContain('integrations/python');
  });

  it('of workers that answer in turn is a warning', async () => {
    const result = await section({ '/metrics': [{ body: text(1) }, { body: text(2) }] });
    expect(found(result, 'one process')).toMatchObject({
      status: 'warn',
      fix: expect.stringContaining('PROMETHEUS_MULTIPROC_DIR'),
    });
  });

  it('of workers that count together has no start time, and declares only what has counted', async () => {
    const result = await section({
      '/metrics': { body: '# TYPE reviewmaps_naver_api_rate_limit_hits_total counter\n' },
    });
    expect(found(result, 'one process').status).toBe('ok');
    expect(new Set(unusual(result).map((line) => line.split(' ')[0]))).toEqual(new Set(['empty']));
    const without = await section({
      '/metrics': { body: '# TYPE django_http_ajax_requests_total counter\n' },
    });
    expect(found(without, 'reviewmaps_naver_api_rate_limit_hits').status).toBe('fail');
  });

  it.each([
    ['a page', { body: '<html>Log in</html>' }, 'a page, perhaps of a login'],
    ['nothing', { body: '' }, 'no metrics'],
    ['404', { status: 404, body: '' }, 'has no /metrics'],
  ])('that answers with %s is wrong, and the names are not judged', async (_, answer, sentence) => {
    const result = await section({ '/metrics': answer });
    expect(found(result, '/metrics')).toMatchObject({
      status: 'fail',
      text: expect.stringContaining(sentence),
    });
    expect(result.findings.slice(1).map(({ status }) => status)).toEqual(RUN_METRICS.map(() => 'skip'));
  });
});

describe('the gateway', () => {
  const deployment = { app: 'reviewmaps-server', settings };
  const group = (job: string, pushedAt: number, lastPushSuccessful = true, app = deployment.app) => ({
    labels: { job, app },
    pushedAt,
    lastPushSuccessful,
    families: {},
  });
  const all = ['reviewmaps-collect', 'reviewmaps-probe', 'reviewmaps-scraper'].map((job) => group(job, 990));
  const status = (file: string) => ({
    '/api/v1/status': {
      body: JSON.stringify({
        data: { build_information: { version: '1.9.0' }, flags: { 'persistence.file': file } },
      }),
    },
  });

  async function section(answers: Answers, groups: readonly ReturnType<typeof group>[]): Promise<Section> {
    const service = await started(answers, 'Pushgateway');
    return await gatewaySection(service, { now: 1_000, groups }, deployment, limit());
  }

  it('with persistence and fresh groups is well', async () => {
    const result = await section(status('/data/groups'), all);
    expect(unusual(result)).toEqual([]);
    expect(found(result, 'group reviewmaps-probe').text).toBe('pushed 10 s ago');
  });

  it('without persistence is a warning that says what is lost', async () => {
    const result = await section(status(''), all);
    expect(unusual(result)).toEqual(['warn persistence']);
    expect(found(result, 'persistence').text).toContain('scraper runs');
  });

  it('that does not tell its flags is no mistake', async () => {
    expect(unusual(await section({}, all))).toEqual(['empty persistence']);
  });

  it.each([
    ['missing', [], 'nothing was pushed as app="reviewmaps-server"'],
    ['of another application', [group('reviewmaps-probe', 990, true, 'other')], 'nothing was pushed as'],
    ['only ever refused', [group('reviewmaps-probe', 0, false)], 'nothing was pushed as'],
    ['old', [group('reviewmaps-probe', 600)], 'pushed 6 min 40 s ago'],
    ['refused', [group('reviewmaps-probe', 990, false)], 'the last push was refused'],
  ])('with a group that is %s is wrong', async (_, probe, sentence) => {
    const others = all.filter(({ labels }) => labels.job !== 'reviewmaps-probe');
    const result = await section(status('x'), [...others, ...probe]);
    expect(unusual(result)).toEqual(['fail group reviewmaps-probe']);
    expect(found(result, 'group reviewmaps-probe').text).toContain(sentence);
  });

  it('says which runs wait, and whose they are', async () => {
    const run = (labels: object) => ({
      ...group('scraper', 990),
      labels: { job: 'scraper', run: 'a', ...labels },
    });
    const groups = [...all, run({}), run({ app: 'reviewmaps-server' }), run({ app: 'other' })];
    expect(found(await section(status('x'), groups as ReturnType<typeof group>[]), 'scraper runs').text).toBe(
      '3 groups at work or waiting for fold, 2 of this app or of none',
    );
  });

  it('that cannot be read says so', async () => {
    const service = await started({}, 'Pushgateway');
    const result = await gatewaySection(service, { problem: 'no answer' }, deployment, limit());
    expect(result.findings).toEqual([{ name: 'gateway', status: 'fail', text: 'no answer' }]);
  });
});

describe('Grafana', () => {
  const files = new Map(dashboardFiles((path) => readFileSync(path, 'utf8')));
  const board = (name: string) => ({
    body: `{"dashboard":${files.get(`deploy/grafana/dashboards/${name}.json`) ?? 'null'},"meta":{}}`,
  });
  const complete: Answers = {
    '/api/health': { body: '{"version":"12.0.1"}' },
    '/api/datasources': { body: '[{"type":"prometheus","name":"Prometheus"},{"type":"loki","name":"Loki"}]' },
    '/api/dashboards/uid/reviewmaps-django': board('grafana-django-reviewmaps'),
    '/api/dashboards/uid/reviewmaps-django-en': board('grafana-django-reviewmaps.en'),
  };

  async function section(answers: Answers): Promise<Section> {
    return await grafanaSection(await started(answers, 'Grafana'), rows, limit());
  }

  it('with the dashboards as they are generated is well', async () => {
    const result = await section(complete);
    expect(unusual(result)).toEqual([]);
    expect(found(result, 'server').text).toBe('version 12.0.1');
    expect(found(result, 'data source').text).toBe('Prometheus');
  });

  it('needs the dashboard in one language only', async () => {
    const one = { ...complete, '/api/dashboards/uid/reviewmaps-django-en': undefined };
    expect(unusual(await section(one))).toEqual(['empty dashboard reviewmaps-django-en']);
    const none = { ...one, '/api/dashboards/uid/reviewmaps-django': undefined };
    expect(unusual(await section(none))).toEqual([
      'fail dashboard reviewmaps-django',
      'fail dashboard reviewmaps-django-en',
    ]);
  });

  it('with a dashboard of another version is wrong', async () => {
    const old = board('grafana-django-reviewmaps').body.replaceAll('reviewmaps_table_missing', 'gone');
    const result = await section({ ...complete, '/api/dashboards/uid/reviewmaps-django': { body: old } });
    expect(unusual(result)).toEqual(['fail dashboard reviewmaps-django']);
    expect(found(result, 'dashboard reviewmaps-django').text).toMatch(
      /^lacks 1 of this version's \d+ queries$/,
    );
  });

  it('finds queries in rows that are folded', async () => {
    const folded = board('grafana-django-reviewmaps')
      .body.replace('"panels":', '"panels": [{"panels":')
      .replace(/\],\s*"refresh"/, ']}], "refresh"');
    expect(() => JSON.parse(folded)).not.toThrow();
    const result = await section({ ...complete, '/api/dashboards/uid/reviewmaps-django': { body: folded } });
    expect(unusual(result)).toEqual([]);
  });

  it('without a Prometheus data source is wrong; whoever may not list them is told so', async () => {
    expect(unusual(await section({ ...complete, '/api/datasources': { body: '[]' } }))).toEqual([
      'fail data source',
    ]);
    expect(unusual(await section({ ...complete, '/api/datasources': { status: 403, body: '' } }))).toEqual([
      'skip data source',
    ]);
  });

  it('that wants credentials says which variables', async () => {
    const result = await section({
      ...complete,
      '/api/dashboards/uid/reviewmaps-django': { status: 401, body: '' },
    });
    expect(result.findings).toEqual([
      {
        name: 'server',
        status: 'fail',
        text: expect.stringContaining('set GRAFANA_USERNAME and GRAFANA_PASSWORD, or GRAFANA_TOKEN'),
      },
    ]);
  });

  it('that is something else says so', async () => {
    const result = await section({ '/api/health': { body: '{}' }, '/api/datasources': { body: '{}' } });
    expect(unusual(result)[0]).toMatch(/^fail/);
  });
});
