import { type AlertCases, APP, fine, fires, offGrid, quiet, scraped } from './case';

const ERRORS = scraped('django_db_new_connection_errors_total', { alias: 'default', vendor: 'postgresql' });
const UP = scraped('up');
const responses = (status: string, view = 'campaign-list') =>
  scraped('django_http_responses_total_by_status_view_method_total', { status, view, method: 'GET' });
const bucket = (le: string, view = 'campaign-list') =>
  scraped('django_http_requests_latency_seconds_by_view_method_bucket', { le, view, method: 'GET' });

const times = (count: number, value: number) => Array.from({ length: count }, () => value);
/** A counter that grows once in four scrapes: one event a minute. */
const EACH_MINUTE = Array.from({ length: 60 }, (_, scrape) => Math.floor(scrape / 4)).join(' ');
/** Responses of a busy, healthy site. */
const HEALTHY = { [responses('200')]: '0+15x60' };

export const requestCases: Readonly<Record<string, AlertCases>> = {
  ReviewMapsDatabaseConnectionErrors: {
    fires: [
      fine(
        fires(
          'exactly ten within a minute',
          { [ERRORS]: offGrid([...times(8, 3), ...times(12, 13)]) },
          '2m15s',
          { labels: { app: APP, alias: 'default' }, value: '10' },
        ),
      ),
      fine(
        fires(
          'spread over the minute',
          { [ERRORS]: offGrid([...times(8, 5), 8, 11, 14, 17, ...times(8, 17)]) },
          '3m',
          { labels: { app: APP, alias: 'default' }, value: '12' },
        ),
      ),
      fine(
        fires(
          'ten within a minute that five intervals share',
          { [ERRORS]: offGrid([...times(8, 3), 4, 7, 9, 11, ...times(8, 13)]) },
          '3m15s',
          { labels: { app: APP, alias: 'default' }, value: '10' },
        ),
      ),
      fires(
        'the very first burst: the series did not exist before',
        { [ERRORS]: '_x8 12x12', [UP]: '1x20' },
        '2m15s',
        {
          labels: { app: APP, alias: 'default' },
          value: '12',
        },
      ),
      fires(
        'goes on for five minutes after the last such minute',
        { [ERRORS]: '_x8 12x40', [UP]: '1x48' },
        '7m',
        {
          labels: { app: APP, alias: 'default' },
          value: '12',
        },
      ),
      fine(
        fires(
          'a restart of Django starts the counter anew',
          { [ERRORS]: offGrid([...times(8, 500), ...times(4, 1), ...times(8, 14)]) },
          '3m15s',
          { labels: { app: APP, alias: 'default' }, value: '14' },
        ),
      ),
    ],
    quiet: [
      fine(quiet('nine within a minute', { [ERRORS]: offGrid([...times(8, 3), ...times(12, 12)]) }, '2m15s')),
      quiet('over after five more minutes', { [ERRORS]: '_x8 12x80', [UP]: '1x80' }, '9m'),
      quiet('nine in the very first burst', { [ERRORS]: '_x8 9x12', [UP]: '1x20' }, '2m15s'),
      quiet('a counter that exists for ever', { [ERRORS]: '500x80', [UP]: '1x80' }, '15m'),
      quiet('Prometheus is new, the counter is old', { [ERRORS]: '500x80', [UP]: '1x80' }, '30s'),
      quiet(
        'the target was away for ten minutes and comes back with its old counter',
        { [ERRORS]: '500x8 stale _x40 500x20', [UP]: '1x8 0x41 1x20' },
        '12m45s',
      ),
      quiet('no errors, so no series', { [UP]: '1x80' }, '15m'),
    ],
  },
  ReviewMapsHighErrorRatio: {
    fires: [
      fires(
        'one in sixteen, scrapes and health checks not in the denominator',
        {
          ...HEALTHY,
          [responses('500')]: '0+1x60',
          [responses('200', 'prometheus-django-metrics')]: '0+300x60',
          [responses('200', 'api-1.0.0:healthz')]: '0+300x60',
        },
        '10m',
        { labels: { app: APP }, value: '6.25%' },
      ),
      fires('one request a minute, and all of them fail', { [responses('500')]: EACH_MINUTE }, '8m', {
        labels: { app: APP },
        value: '100%',
      }),
      fires(
        'the first errors that there ever were',
        { [responses('200')]: '0+15x60', [responses('503')]: '_x20 5+15x40', [UP]: '1x60' },
        '8m',
        { labels: { app: APP }, value: '38.14%' },
      ),
      fires(
        'one request a minute, all of them fail, and each in another view',
        {
          ...Object.fromEntries(
            times(12, 0).map((_, view) => [responses('500', `v${view}`), `_x${20 + 4 * view} 1x80`]),
          ),
          [UP]: '1x100',
        },
        '11m',
        { labels: { app: APP }, value: '100%' },
      ),
      fires(
        'health checks by a class of Django, which are many',
        { [responses('500')]: EACH_MINUTE, [responses('200', 'core.views.HealthCheckView')]: '0+6x60' },
        '8m',
        { labels: { app: APP }, value: '100%' },
      ),
    ],
    quiet: [
      quiet('four in a hundred', { [responses('200')]: '0+24x60', [responses('500')]: '0+1x60' }, '10m'),
      quiet('healthy, no series of errors', HEALTHY, '10m'),
      quiet(
        'no traffic: counters stand still',
        { [responses('200')]: '900x60', [responses('500')]: '90x60' },
        '10m',
      ),
      quiet(
        'one odd error on a site with one request a minute',
        { [responses('200')]: EACH_MINUTE, [responses('500')]: '1x24 2x40' },
        '8m',
      ),
      quiet('404 is no error of the server', { ...HEALTHY, [responses('404')]: '0+15x60' }, '10m'),
      quiet(
        'only health checks fail, which the probe says',
        { ...HEALTHY, [responses('500', 'api-1.0.0:healthz')]: '0+15x60' },
        '10m',
      ),
      quiet(
        'Django was away for four minutes and starts anew',
        { [responses('200')]: '0+15x20 stale _x16 0+15x40', [responses('500')]: '90x20 stale _x16 0x40' },
        '12m',
      ),
      quiet('nothing is scraped', {}, '10m'),
    ],
  },
  ReviewMapsHighLatency: {
    fires: [
      fires(
        'two in ten take more than a second',
        { ...HEALTHY, [bucket('1.0')]: '0+8x60', [bucket('2.5')]: '0+10x60', [bucket('+Inf')]: '0+10x60' },
        '11m',
        { labels: { app: APP }, value: '2.125s' },
      ),
    ],
    quiet: [
      quiet(
        'a single slow request on a quiet site',
        {
          [responses('200')]: EACH_MINUTE,
          [bucket('1.0')]: `0x20 ${EACH_MINUTE}`,
          [bucket('2.5')]: `0x20 ${EACH_MINUTE.replaceAll(/\d+/g, (count) => String(Number(count) + 1))}`,
          [bucket('+Inf')]: `0x20 ${EACH_MINUTE.replaceAll(/\d+/g, (count) => String(Number(count) + 1))}`,
        },
        '11m',
      ),
      quiet(
        'one in a hundred does',
        { ...HEALTHY, [bucket('1.0')]: '0+99x60', [bucket('2.5')]: '0+100x60', [bucket('+Inf')]: '0+100x60' },
        '11m',
      ),
      quiet(
        'no traffic: no NaN',
        {
          [responses('200')]: '9x60',
          [bucket('1.0')]: '8x60',
          [bucket('2.5')]: '10x60',
          [bucket('+Inf')]: '10x60',
        },
        '11m',
      ),
      quiet(
        'only /metrics is slow',
        {
          ...HEALTHY,
          [bucket('1.0')]: '0+10x60',
          [bucket('2.5')]: '0+10x60',
          [bucket('+Inf')]: '0+10x60',
          [bucket('1.0', 'prometheus-django-metrics')]: '0x60',
          [bucket('2.5', 'prometheus-django-metrics')]: '0+10x60',
          [bucket('+Inf', 'prometheus-django-metrics')]: '0+10x60',
        },
        '11m',
      ),
    ],
  },
};
