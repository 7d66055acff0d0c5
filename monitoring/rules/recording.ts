import type { MonitoringConfig } from '../../src/config/config';
import { GROUP_JOBS } from '../../src/jobs/job';
import { servedViews } from '../settings';
import { anyEvents, scrapedRate } from './counters';
import type { RecordingRule, RuleGroup } from './definition';
import { latest } from './gauges';
import { type Expression, promql, span } from './promql';
import { believedFor, DAY, ERROR_WINDOW, LATENCY_WINDOW, MINUTE } from './windows';

/** What panels and alerts share. Nothing here gives NaN: without traffic there is no series. */
export function recordingGroups(settings: MonitoringConfig): readonly RuleGroup[] {
  return [
    { name: 'reviewmaps-record-jobs', rules: jobs(settings) },
    { name: 'reviewmaps-record-requests', rules: requests(settings) },
    // A day of samples of each series: once a minute is enough. More seldom, and alerts would not see it for a while.
    {
      name: 'reviewmaps-record-naver',
      intervalSeconds: MINUTE,
      rules: naver(settings),
    },
  ];
}

function jobs(settings: MonitoringConfig): RecordingRule[] {
  const pushers = Object.values(GROUP_JOBS).join('|');
  return [
    {
      record: 'reviewmaps:push_age_seconds',
      about:
        'Seconds since each job pushed. A group that was only ever refused has the time 0 and is left out.',
      expr: promql`
time() - max by (app, job) (${latest(`push_time_seconds{job=~"${pushers}"}`, settings)} > 0)`,
      labels: ['app', 'job'],
    },
    {
      record: 'reviewmaps:service_up:current',
      about: 'Whether each service is up, only while the probe pushes: an old answer is no answer.',
      expr: promql`
max by (app, service) (${latest('reviewmaps_service_up', settings)})
and on (app)
reviewmaps:push_age_seconds{job="${GROUP_JOBS.probe}"} < ${believedFor(settings)}`,
      labels: ['app', 'service'],
    },
    {
      record: 'reviewmaps:campaigns_active:sum',
      about: 'Active campaigns of all regions.',
      expr: promql`
sum by (app) (max by (app, region) (${latest('reviewmaps_campaign_active_total', settings)}))`,
      labels: ['app'],
    },
    {
      record: 'reviewmaps:db_connections_used:ratio',
      about: 'Share of the connections that the database server accepts.',
      expr: promql`
sum by (app) (max by (app, state) (${latest('reviewmaps_database_connections', settings)}))
/
(max by (app) (${latest('reviewmaps_database_connections_max', settings)}) > 0)`,
      labels: ['app'],
    },
  ];
}

function requests(settings: MonitoringConfig): RecordingRule[] {
  const views = servedViews(settings);
  const responses = (matchers: string): Expression =>
    promql`sum by (app) (${scrapedRate('django_http_responses_total_by_status_view_method_total', ERROR_WINDOW, matchers)})`;
  const latency = (part: 'sum' | 'count'): Expression =>
    promql`sum by (app) (rate(django_http_requests_latency_seconds_by_view_method_${part}{${views}}[${span(ERROR_WINDOW)}]))`;
  const quantile = (name: 'p50' | 'p95' | 'p99', share: number): RecordingRule => ({
    record: `reviewmaps:http_latency_${name}_seconds:rate10m`,
    about: `Latency of requests of users, ${name.toUpperCase()} over ten minutes. No requests, no series.`,
    expr: promql`
histogram_quantile(
  ${share},
  sum by (app, le) (rate(django_http_requests_latency_seconds_by_view_method_bucket{${views}}[${span(LATENCY_WINDOW)}]))
) >= 0`,
    labels: ['app'],
  });
  return [
    {
      record: 'reviewmaps:http_requests:rate5m',
      about: 'Requests of users per second: without scrapes of /metrics and health checks.',
      expr: responses(views),
      labels: ['app'],
    },
    {
      record: 'reviewmaps:http_errors_5xx:rate5m',
      about: 'Requests of users per second that were answered with 5xx; 0 while there are none.',
      expr: promql`
${responses(`status=~"5..",${views}`)}
or
0 * reviewmaps:http_requests:rate5m`,
      labels: ['app'],
    },
    {
      record: 'reviewmaps:http_5xx:ratio_rate5m',
      about: 'Share of requests of users that were answered with 5xx. No requests, no series.',
      expr: promql`reviewmaps:http_errors_5xx:rate5m / (reviewmaps:http_requests:rate5m > 0)`,
      labels: ['app'],
    },
    quantile('p50', 0.5),
    quantile('p95', 0.95),
    quantile('p99', 0.99),
    {
      record: 'reviewmaps:http_latency_mean_seconds:rate5m',
      about: 'Mean latency of requests of users. No requests, no series.',
      expr: promql`${latency('sum')} / (${latency('count')} > 0)`,
      labels: ['app'],
    },
  ];
}

function naver(settings: MonitoringConfig): RecordingRule[] {
  return [
    {
      record: 'reviewmaps:naver_calls:increase24h',
      about: 'Calls of the Naver API in the last 24 hours, of scraper runs and of Django.',
      expr: promql`sum by (app) (${anyEvents('reviewmaps_naver_api_calls_total', DAY)})`,
      labels: ['app'],
    },
    {
      record: 'reviewmaps:naver_quota_used:ratio24h',
      about:
        "Share of Naver's daily quota that the last 24 hours used. Never below the share of the day in Seoul.",
      expr: promql`reviewmaps:naver_calls:increase24h / ${settings.naverDailyQuota}`,
      labels: ['app'],
    },
  ];
}
