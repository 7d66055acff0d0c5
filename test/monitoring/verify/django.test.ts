import { describe, expect, it } from '@jest/globals';
import { djangoSection } from '../../../monitoring/verify/django';
import { scrapeConfigs } from '../../../monitoring/verify/relabel';
import { CONFIGURATION, djangoTarget, found, healthy, targetWith, unusual, without } from './healthy';

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

  it('that the scrape drops are not taken for what has not happened', () => {
    const config = CONFIGURATION.replace(
      'replacement: $1',
      'replacement: $1\n      - source_labels: [__name__]\n        regex: django_db_.*\n        action: drop',
    );
    const dropped = djangoSection({
      ...without(healthy, ({ name }) => name.startsWith('django_db_')),
      scrape: scrapeConfigs(config),
    });
    expect(unusual(dropped)).toEqual(['fail database queries', 'fail database errors']);
    expect(found(dropped, 'database errors').text).toContain('drops or renames django_db_errors_total');
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
    const uneventful = without(untold, ({ name }) => /^(reviewmaps_|django_db_)/.test(name));
    expect(unusual(djangoSection(uneventful))).toEqual([
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
          djangoTarget('10.0.2.1', 'reviewmaps-server-dev', 'up'),
        ],
      },
    ],
    ['belongs to another application', targetWith('django', { labels: { job: 'django', app: 'other' } })],
  ])('are not judged when its target %s', (_, evidence) => {
    expect(new Set(djangoSection(evidence).findings.map(({ status }) => status))).toEqual(new Set(['skip']));
  });
});
