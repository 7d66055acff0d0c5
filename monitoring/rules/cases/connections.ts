import { type AlertCases, APP, fine, fires, offGrid, quiet, scraped } from './case';
import { times, UP } from './http';

const ALIAS = { alias: 'default', vendor: 'postgresql' };
const ERRORS = scraped('django_db_new_connection_errors_total', ALIAS);

export const connectionCases: Readonly<Record<string, AlertCases>> = {
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
      fires(
        'the very first burst: the series did not exist before',
        { [ERRORS]: '_x8 12x12', [UP]: '1x20' },
        '2m15s',
        {
          labels: { app: APP, alias: 'default' },
          value: '12',
        },
      ),
      fires('exactly ten in the very first burst', { [ERRORS]: '_x8 10x12', [UP]: '1x20' }, '2m15s', {
        labels: { app: APP, alias: 'default' },
        value: '10',
      }),
      fires(
        'goes on for five minutes, and a first burst holds for as long as any',
        { [ERRORS]: '_x8 12x40', [UP]: '1x48' },
        '7m45s',
        { labels: { app: APP, alias: 'default' }, value: '12' },
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
          { labels: { app: APP, alias: 'default' }, value: '13' },
        ),
      ),
    ],
    quiet: [
      fine(quiet('nine within a minute', { [ERRORS]: offGrid([...times(8, 3), ...times(12, 12)]) }, '2m15s')),
      quiet('over after five more minutes', { [ERRORS]: '_x8 12x80', [UP]: '1x80' }, '9m'),
      quiet('eight in every minute', { [ERRORS]: '100+2x80', [UP]: '1x80' }, '10m'),
      quiet(
        'a label is added to the target, and every series is another one',
        {
          [ERRORS]: '70x20 stale',
          [UP]: '1x20 stale',
          [scraped('django_db_new_connection_errors_total', { ...ALIAS, env: 'prod' })]: '_x20 70x40',
          [scraped('up', { env: 'prod' })]: '_x20 1x40',
        },
        '5m45s',
      ),
      quiet('nine in the very first burst', { [ERRORS]: '_x8 9x12', [UP]: '1x20' }, '2m15s'),
      quiet('a counter that exists for ever', { [ERRORS]: '500x80', [UP]: '1x80' }, '15m'),
      quiet('Prometheus is new, the counter is old', { [ERRORS]: '500x80', [UP]: '1x80' }, '30s'),
      quiet(
        'the target was away for ten minutes and comes back with its old counter',
        { [ERRORS]: '500x8 stale _x40 500x20', [UP]: '1x8 0x41 1x20' },
        '12m45s',
      ),
      quiet(
        'nor a minute after it came back',
        { [ERRORS]: '500x8 stale _x40 500x20', [UP]: '1x8 0x41 1x20' },
        '13m30s',
      ),
      quiet('no errors, so no series', { [UP]: '1x80' }, '15m'),
    ],
  },
};
