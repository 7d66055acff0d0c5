import { type AlertCases, APP, fires, quiet } from './case';
import { EACH_MINUTE, HEALTHY, inFiveMinutes, responses, times, UP } from './http';

/** The same series after an operator added a label to the target. */
const inProduction = (series: string) => series.replace('}', ',env="prod"}');

export const errorCases: Readonly<Record<string, AlertCases>> = {
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
      fires(
        'a little more than one in twenty',
        { [responses('200')]: inFiveMinutes(9480), [responses('500')]: inFiveMinutes(520) },
        '10m',
        { labels: { app: APP }, value: '5.2%' },
      ),
      fires(
        'three or four requests in five minutes, which all fail',
        { [responses('500')]: inFiveMinutes(3.3) },
        '10m',
        { labels: { app: APP }, value: '100%' },
      ),
      fires(
        'the first errors, for a minute',
        { ...HEALTHY, [responses('503')]: '_x20 30x40', [UP]: '1x60' },
        '6m',
        { labels: { app: APP }, value: '9.091%' },
      ),
      fires(
        'Prometheus is new, the counters are old, and now all fails',
        { [responses('200')]: '90000x60', [responses('500')]: '100+15x60', [UP]: '1x60' },
        '3m',
        { labels: { app: APP }, value: '100%' },
      ),
      fires('one request a minute, and all of them fail', { [responses('500')]: EACH_MINUTE }, '8m', {
        labels: { app: APP },
        value: '100%',
      }),
      fires(
        'the first errors that there ever were',
        { [responses('200')]: '0+15x60', [responses('503')]: '_x20 5+15x40', [UP]: '1x60' },
        '8m',
        { labels: { app: APP }, value: '38.78%' },
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
        'the same in a pod that was started six minutes ago',
        {
          ...Object.fromEntries(
            times(6, 0).map((_, view) => [responses('500', `v${view}`), `_x${22 + 4 * view} 1x80`]),
          ),
          [UP]: '_x20 1x80',
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
      quiet(
        'two or three in five minutes',
        { [responses('200')]: inFiveMinutes(20), [responses('500')]: inFiveMinutes(2.7) },
        '10m',
      ),
      quiet(
        'three requests in five minutes, which all fail',
        { [responses('500')]: '_x20 3x40', [UP]: '1x60' },
        '8m',
      ),
      quiet(
        'a little less than one in twenty',
        { [responses('200')]: inFiveMinutes(9520), [responses('500')]: inFiveMinutes(480) },
        '10m',
      ),
      quiet('not yet for a minute', { ...HEALTHY, [responses('503')]: '_x20 30x40', [UP]: '1x60' }, '5m45s'),
      quiet(
        'Prometheus is new, the counter of errors is old',
        { ...HEALTHY, [responses('500')]: '30x60', [UP]: '1x60' },
        '3m',
      ),
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
        'a label is added to the target, and every series is another one',
        {
          [responses('200')]: '900000+15x40 stale',
          [responses('500')]: '60000x40 stale',
          [UP]: '1x40 stale',
          [inProduction(responses('200'))]: '_x40 900600+15x40',
          [inProduction(responses('500'))]: '_x40 60000x40',
          [inProduction(UP)]: '_x40 1x40',
        },
        '12m',
      ),
      quiet(
        'Django starts anew, and what failed before does not come back',
        {
          [responses('200')]: '5000+15x20 stale 1+15x40',
          [responses('500')]: '447x20 stale',
          [responses('500', 'search')]: '447x20 stale _x4 1x36',
          [UP]: '1x80',
        },
        '7m',
      ),
      quiet(
        'Django was away for four minutes and starts anew',
        { [responses('200')]: '0+15x20 stale _x16 0+15x40', [responses('500')]: '90x20 stale _x16 0x40' },
        '12m',
      ),
      quiet('nothing is scraped', {}, '10m'),
    ],
  },
};
