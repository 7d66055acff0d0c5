import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { APP, pushed, scraped } from '../../../monitoring/rules/cases/case';
import { ruleGroups } from '../../../monitoring/rules/groups';
import { settings } from '../../../monitoring/settings';
import { describeTool } from './tool';

const run = promisify(execFile);
const PROBE = 'reviewmaps-probe';
const responses = (status: string, view = 'list') =>
  scraped('django_http_responses_total_by_status_view_method_total', { status, view, method: 'GET' });
const latency = (part: string, more = {}) =>
  scraped(`django_http_requests_latency_seconds_by_view_method_${part}`, {
    view: 'list',
    method: 'GET',
    ...more,
  });
const of = (record: string, value: number, labels: Record<string, string> = {}) => {
  const all = Object.entries({ __name__: record, app: APP, ...labels }).filter(
    ([name]) => name !== '__name__',
  );
  return { labels: `${record}{${all.map(([name, text]) => `${name}="${text}"`).join(',')}}`, value };
};

const onPod = (instance: string) =>
  scraped('django_http_responses_total_by_status_view_method_total', {
    status: '500',
    view: 'list',
    method: 'GET',
    instance,
  });
const djangoCalls = (status_code: string) =>
  scraped('reviewmaps_naver_api_calls_total', { endpoint: 'local', status_code });

interface Expected {
  readonly what: string;
  readonly series: Readonly<Record<string, string>>;
  readonly expr: string;
  readonly samples: readonly { labels: string; value: number }[];
}

const up = pushed('reviewmaps_service_up', PROBE, { service: 'django' });
const time = pushed('push_time_seconds', PROBE);
const calls = pushed('reviewmaps_naver_api_calls_total', 'reviewmaps-scraper', {
  endpoint: 'local',
  status_code: '200',
});

const expected: readonly Expected[] = [
  {
    what: 'a service is up while the probe pushes',
    series: { [up]: '1x60', [time]: '1+15x60' },
    expr: 'reviewmaps:service_up:current',
    samples: [of('reviewmaps:service_up:current', 1, { service: 'django' })],
  },
  {
    what: 'a service is unknown when the probe is dead',
    series: { [up]: '1x60', [time]: '1x60' },
    expr: 'reviewmaps:service_up:current',
    samples: [],
  },
  {
    what: 'a push that was never accepted has no age',
    series: { [time]: '0x60', [pushed('push_time_seconds', 'reviewmaps-collect')]: '480x60' },
    expr: 'reviewmaps:push_age_seconds',
    samples: [of('reviewmaps:push_age_seconds', 120, { job: 'reviewmaps-collect' })],
  },
  {
    what: 'requests of users are counted without scrapes and health checks',
    series: {
      [responses('200')]: '0+15x60',
      [responses('200', 'prometheus-django-metrics')]: '0+15x60',
      [responses('200', 'health_check')]: '0+15x60',
    },
    // Prometheus 3 gives 1 but for the last digit.
    expr: 'round(reviewmaps:http_requests:rate5m, 0.125)',
    samples: [of('', 1)],
  },
  {
    what: 'no errors are 0 and not nothing',
    series: { [responses('200')]: '0+15x60' },
    expr: '{__name__=~"reviewmaps:http_(5xx|errors).*"}',
    samples: [of('reviewmaps:http_5xx:ratio_rate5m', 0), of('reviewmaps:http_errors_5xx:rate5m', 0)],
  },
  {
    what: 'without traffic there is no ratio, no mean and no quantile, and never NaN',
    series: {
      [responses('200')]: '9x60',
      [latency('sum')]: '9x60',
      [latency('count')]: '9x60',
      [latency('bucket', { le: '1.0' })]: '9x60',
      [latency('bucket', { le: '+Inf' })]: '9x60',
    },
    expr: '{__name__=~"reviewmaps:http_(5xx|latency).*"}',
    samples: [],
  },
  {
    what: 'mean latency',
    series: { [latency('sum')]: '0+3x60', [latency('count')]: '0+15x60' },
    expr: 'reviewmaps:http_latency_mean_seconds:rate5m',
    samples: [of('reviewmaps:http_latency_mean_seconds:rate5m', 0.2)],
  },
  {
    what: 'calls of the ledger are not counted again when a killed gateway restores older totals',
    series: { [calls]: '1000x10 1100x10 1080x4 1100x36' },
    expr: 'reviewmaps:naver_calls:increase24h',
    samples: [of('reviewmaps:naver_calls:increase24h', 100)],
  },
  {
    what: "Django's first calls count, and no older ones: those that were there from the first scrape on",
    series: {
      [djangoCalls('200')]: '_x20 22000x40',
      [djangoCalls('429')]: '500x60',
      [scraped('up')]: '1x60',
    },
    expr: 'reviewmaps:naver_calls:increase24h',
    samples: [of('reviewmaps:naver_calls:increase24h', 22000)],
  },
  {
    what: 'what pods failed with that have ended since',
    series: Object.fromEntries(
      ['a', 'b', 'c'].flatMap((name, index) => [
        [scraped('up', { instance: name }), `_x${24 + 4 * index} 1x3 stale`],
        [onPod(name), `_x${26 + 4 * index} 40x1 stale`],
      ]),
    ),
    expr: 'round(reviewmaps:http_errors_5xx:rate5m * 300)',
    samples: [of('', 120)],
  },
  {
    what: 'campaigns once, while the gateway is another target than before',
    series: {
      [pushed('reviewmaps_campaign_active_total', 'reviewmaps-collect', { region: '서울', pod: 'a' })]:
        '500x37 stale',
      [pushed('reviewmaps_campaign_active_total', 'reviewmaps-collect', { region: '서울', pod: 'b' })]:
        '_x37 500x20',
    },
    expr: 'reviewmaps:campaigns_active:sum',
    samples: [of('reviewmaps:campaigns_active:sum', 500)],
  },
  {
    what: 'the share of connections, of all states',
    series: {
      [pushed('reviewmaps_database_connections', 'reviewmaps-collect', { state: 'active' })]: '5x60',
      [pushed('reviewmaps_database_connections', 'reviewmaps-collect', { state: 'idle' })]: '20x60',
      [pushed('reviewmaps_database_connections_max', 'reviewmaps-collect')]: '100x60',
    },
    expr: 'reviewmaps:db_connections_used:ratio',
    samples: [of('reviewmaps:db_connections_used:ratio', 0.25)],
  },
  {
    what: 'campaigns of all regions, each app for itself',
    series: {
      [pushed('reviewmaps_campaign_active_total', 'reviewmaps-collect', { region: '서울' })]: '7x60',
      [pushed('reviewmaps_campaign_active_total', 'reviewmaps-collect', { region: '부산' })]: '5x60',
    },
    expr: 'reviewmaps:campaigns_active:sum',
    samples: [of('reviewmaps:campaigns_active:sum', 12)],
  },
];

describeTool('promtool', 'promtool --version')('recording rules', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'records-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(expected.map((one, index) => [one.what, one, index] as const))('%s', async (_what, one, index) => {
    const file = join(folder, `${index}.json`);
    const test = {
      rule_files: [resolve('deploy/prometheus/rules/reviewmaps.yml')],
      evaluation_interval: '15s',
      group_eval_order: ruleGroups(settings).map(({ name }) => name),
      tests: [
        {
          interval: '15s',
          input_series: Object.entries(one.series).map(([series, values]) => ({ series, values })),
          promql_expr_test: [{ expr: one.expr, eval_time: '10m', exp_samples: one.samples }],
        },
      ],
    };
    await writeFile(file, JSON.stringify(test));
    const failure = await run('promtool', ['test', 'rules', file]).then(
      () => '',
      (error: unknown) => String(error),
    );
    expect(failure).toBe('');
  });
});
