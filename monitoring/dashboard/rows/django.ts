import { settings } from '../../settings';
import type { Row, SeriesStyle, Thresholds } from '../definition';
import { django as djangoSeries, quantile, RANGE, rate, SERVED, series, sumBy } from '../promql';
import { NO_REQUESTS } from '../silence';

const LATENCY = 'django_http_requests_latency_seconds_by_view_method';
const NO_QUERIES = {
  ko: '쿼리가 없었거나, Django를 스크레이프하지 못했거나, DB ENGINE이 django_prometheus의 것이 아닙니다.',
  en: "No queries, or Django was not scraped, or the database ENGINE is not django_prometheus's.",
};
const SLOW: Thresholds = {
  base: 'green',
  steps: [
    { from: settings.slowRequestSeconds / 2, colour: 'yellow' },
    { from: settings.slowRequestSeconds, colour: 'red' },
  ],
};
/** When more requests than this are slower than the limit, P95 is. */
const BEYOND_P95 = 0.05;
const STATUS_COLOURS: readonly SeriesStyle[] = [
  { legend: '2.. · .*', colour: 'green' },
  { legend: '3.. · .*', colour: 'blue' },
  { legend: '4.. · .*', colour: 'orange' },
  { legend: '5.. · .*', colour: 'red' },
];

const served = (part: string, ...matchers: readonly string[]) =>
  djangoSeries(`${LATENCY}_${part}`, SERVED, ...matchers);
const all = sumBy([], rate(served('count')));
const quick = sumBy([], rate(served('bucket', 'le="$threshold"')));
const hits = sumBy(['backend'], rate(djangoSeries('django_cache_get_hits_total')));
const lookUps = sumBy(['backend'], rate(djangoSeries('django_cache_get_total')));

/** The last part of a backend's dotted path, for which there is room. */
const withClass = (expr: string) => `label_replace(${expr}, "class", "$\{1}", "backend", "(?:.*\\\\.)?(.+)")`;

export const django: Row = {
  title: { ko: 'Django 서버 성능', en: 'Django server' },
  panels: [
    {
      title: { ko: '응답 시간 P50, P95, P99', en: 'Response time P50, P95, P99' },
      description: {
        ko: '10분 동안의 응답 시간 분위수와 $threshold초 기준선입니다. 예외를 던진 요청은 django-prometheus가 두 번 셉니다.',
        en: 'Quantiles of the response time over 10 minutes, and the line at $threshold s. django-prometheus counts a request that raises twice.',
      },
      view: {
        kind: 'timeseries',
        styles: [{ legend: { ko: '^기준 .*', en: '^limit .*' }, colour: 'red', dashed: true }],
      },
      unit: 's',
      queries: [
        { expr: series('reviewmaps:http_latency_p50_seconds:rate10m'), legend: 'P50 · {{app}}' },
        { expr: series('reviewmaps:http_latency_p95_seconds:rate10m'), legend: 'P95 · {{app}}' },
        { expr: series('reviewmaps:http_latency_p99_seconds:rate10m'), legend: 'P99 · {{app}}' },
        { expr: 'vector($threshold)', legend: { ko: '기준 $threshold초', en: 'limit $threshold s' } },
      ],
      width: 12,
      height: 9,
      min: 0,
      alerts: ['ReviewMapsHighLatency'],
    },
    {
      title: { ko: '느린 요청의 비율', en: 'Share of slow requests' },
      description: {
        ko: '$threshold초보다 오래 걸린 요청의 비율입니다. 기준은 위의 변수로 바꿉니다.',
        en: 'Share of requests that took longer than $threshold s; the variable above changes the limit.',
      },
      view: { kind: 'timeseries' },
      unit: 'percentunit',
      queries: [{ expr: `clamp_min(1 - ${quick} / (${all} > 0), 0)`, legend: '{{app}}' }],
      width: 12,
      height: 9,
      min: 0,
      max: 1,
      thresholds: { base: 'green', steps: [{ from: BEYOND_P95, colour: 'red' }] },
      empty: NO_REQUESTS,
      alerts: ['ReviewMapsHighLatency'],
    },
    {
      title: { ko: '느린 엔드포인트 상위 10개', en: 'Ten slowest endpoints' },
      description: {
        ko: '선택한 시간 범위에서 P95 응답 시간이 가장 긴 뷰와 메서드입니다.',
        en: 'Views and methods with the longest P95 response time in the chosen time range.',
      },
      view: { kind: 'bargauge' },
      unit: 's',
      queries: [
        {
          expr: `topk(10, ${quantile(0.95, rate(served('bucket'), RANGE), ['view', 'method'])})`,
          legend: '{{method}} {{view}} · {{app}}',
        },
      ],
      width: 12,
      height: 9,
      min: 0,
      thresholds: SLOW,
      empty: NO_REQUESTS,
      alerts: ['ReviewMapsHighLatency'],
    },
    {
      title: { ko: '상태 코드 분포', en: 'Responses by status' },
      description: {
        ko: '초당 응답 수를 HTTP 상태 코드별로 쌓아 보여 줍니다.',
        en: 'Responses per second by HTTP status, stacked.',
      },
      view: { kind: 'timeseries', stacked: true, styles: STATUS_COLOURS, legend: 'right' },
      unit: 'reqps',
      queries: [
        {
          expr: sumBy(
            ['status'],
            rate(djangoSeries('django_http_responses_total_by_status_view_method_total', SERVED)),
          ),
          legend: '{{status}} · {{app}}',
        },
      ],
      width: 12,
      height: 9,
      min: 0,
      empty: NO_REQUESTS,
      alerts: ['ReviewMapsHighErrorRatio'],
    },
    {
      title: { ko: 'DB 쿼리 시간', en: 'Database query duration' },
      description: {
        ko: 'Django가 실행한 SQL의 P50과 P95입니다. ENGINE이 django_prometheus의 것이어야 보입니다.',
        en: "P50 and P95 of the SQL that Django ran. Needs django_prometheus's database ENGINE.",
      },
      view: { kind: 'timeseries' },
      unit: 's',
      queries: [0.5, 0.95].map((q) => ({
        expr: quantile(q, rate(djangoSeries('django_db_query_duration_seconds_bucket')), ['alias']),
        legend: `{{alias}} P${q * 100} · {{app}}`,
      })),
      width: 8,
      height: 8,
      min: 0,
      empty: NO_QUERIES,
    },
    {
      title: { ko: '초당 DB 쿼리 수', en: 'Database queries per second' },
      description: {
        ko: 'Django가 실행한 SQL 문의 수와 새로 맺은 연결의 수입니다. 연결이 쿼리만큼 많으면 CONN_MAX_AGE를 확인하십시오.',
        en: 'Statements that Django ran, and connections that it opened. When connections keep up with queries, look at CONN_MAX_AGE.',
      },
      view: { kind: 'timeseries' },
      unit: 'reqps',
      queries: [
        {
          expr: sumBy(['alias'], rate(djangoSeries('django_db_execute_total'))),
          legend: { ko: '{{alias}} 쿼리 · {{app}}', en: '{{alias}} queries · {{app}}' },
        },
        {
          expr: sumBy(['alias'], rate(djangoSeries('django_db_new_connections_total'))),
          legend: { ko: '{{alias}} 새 연결 · {{app}}', en: '{{alias}} new connections · {{app}}' },
        },
      ],
      width: 8,
      height: 8,
      min: 0,
      empty: NO_QUERIES,
    },
    {
      title: { ko: '캐시 적중률', en: 'Cache hit ratio' },
      description: {
        ko: '캐시 조회 중 값을 찾은 비율입니다. 캐시 BACKEND가 django_prometheus의 것이어야 보입니다.',
        en: "Share of cache look-ups that found a value. Needs django_prometheus's cache BACKEND.",
      },
      view: { kind: 'timeseries' },
      unit: 'percentunit',
      queries: [
        {
          // A backend that never hit has no hit series: without the second part it would be absent and not 0.
          expr: withClass(`(${hits} or 0 * ${lookUps}) / (${lookUps} > 0)`),
          legend: '{{class}} · {{app}}',
        },
      ],
      width: 8,
      height: 8,
      min: 0,
      max: 1,
      empty: {
        ko: '캐시 조회가 없었거나, Django를 스크레이프하지 못했거나, 캐시 BACKEND가 django_prometheus로 계측되어 있지 않습니다.',
        en: 'No look-ups, or Django was not scraped, or the cache BACKEND is not instrumented with django_prometheus.',
      },
    },
  ],
};
