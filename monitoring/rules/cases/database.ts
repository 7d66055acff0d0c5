import {
  type AlertCases,
  APP,
  coarse,
  fires,
  gone,
  hourly,
  interrupted,
  perMinute,
  pushed,
  quiet,
  scraped,
} from './case';

const JOB = 'reviewmaps-collect';
const connections = (state: string) => pushed('reviewmaps_database_connections', JOB, { state });
const MOST = pushed('reviewmaps_database_connections_max', JOB);
const table = { table_name: 'campaign' };
const SIZE = pushed('reviewmaps_table_size_bytes', JOB, table);
const MISSING = pushed('reviewmaps_table_missing', JOB, table);
const DELETED = pushed('reviewmaps_cleanup_deleted_rows', JOB, table);
const DJANGO_DELETED = scraped('reviewmaps_cleanup_deleted_rows', table);
const OVER = pushed('reviewmaps_label_sets_over_limit', JOB, { metric: 'reviewmaps_campaign_active_total' });
const labels = { app: APP, ...table };

const pod = (name: string) =>
  scraped('reviewmaps_cleanup_deleted_rows', { ...table, instance: `pod-${name}:8000` });
const podUp = (name: string) => scraped('up', { instance: `pod-${name}:8000` });

export const databaseCases: Readonly<Record<string, AlertCases>> = {
  ReviewMapsConnectionsNearMax: {
    fires: [
      fires(
        '85 of 100, of all states',
        { [connections('active')]: '25x40', [connections('idle')]: '60x40', [MOST]: '100x40' },
        '5m',
        {
          labels: { app: APP },
          value: '85%',
        },
      ),
      fires(
        'exactly 80 of 100, though scrapes fail',
        { [connections('active')]: interrupted(80), [MOST]: interrupted(100) },
        '5m',
        {
          labels: { app: APP },
          value: '80%',
        },
      ),
    ],
    quiet: [
      quiet('not yet for five minutes', { [connections('active')]: '80x40', [MOST]: '100x40' }, '4m45s'),
      quiet('before the gateway lost it', { [connections('active')]: gone(95), [MOST]: gone(100) }, '5m'),
      quiet(
        '79 of 100',
        { [connections('active')]: '19x40', [connections('idle')]: '60x40', [MOST]: '100x40' },
        '8m',
      ),
      quiet('a short peak', { [connections('active')]: '10x8 95x8 10x24', [MOST]: '100x40' }, '4m'),
      quiet('the maximum is not known', { [connections('active')]: '95x40' }, '8m'),
    ],
  },
  ReviewMapsTableGrowth: {
    fires: [
      coarse(
        fires('a quarter in a day', { [SIZE]: '2147483648x290 2684354560x20' }, '25h', {
          labels,
          value: '25%',
        }),
      ),
      coarse(
        fires('a little more than a fifth', { [SIZE]: '2000000000x290 2420000000x20' }, '24h30m', {
          labels,
          value: '21%',
        }),
      ),
      coarse(
        fires('it has grown to exactly 1 GiB', { [SIZE]: '858993459.2x290 1073741824x20' }, '25h', {
          labels,
          value: '25%',
        }),
      ),
      coarse(
        fires('and still thirteen hours later', { [SIZE]: '2000000000x200 2500000000x200' }, '30h', {
          labels,
          value: '25%',
        }),
      ),
      perMinute(
        fires(
          'a scrape fails meanwhile',
          { [SIZE]: '2000000000x1449 2500000000x5 stale 2500000000x20' },
          '24h26m',
          { labels, value: '25%' },
        ),
      ),
    ],
    quiet: [
      coarse(quiet('not yet for fifteen minutes', { [SIZE]: '2000000000x290 2420000000x20' }, '24h25m')),
      coarse(quiet('a little less than a fifth', { [SIZE]: '2000000000x290 2380000000x20' }, '25h')),
      coarse(quiet('a little less than 1 GiB', { [SIZE]: '800000000x290 1060000000x20' }, '25h')),
      coarse(quiet('it is dropped', { [SIZE]: '2000000000x290 2500000000x2 stale' }, '24h40m')),
      coarse(
        quiet(
          'a day ago it was small for a while: the hour around it counts',
          { [SIZE]: '200000000x11 4000000000x3 2000000000x291 2600000000x20' },
          '26h5m',
        ),
      ),
      coarse(quiet('a tenth in a day', { [SIZE]: '2147483648x290 2362232012x20' }, '25h')),
      coarse(quiet('a small table', { [SIZE]: '104857600x290 209715200x20' }, '25h')),
      coarse(quiet('a new table', { [SIZE]: '_x200 2147483648+10485760x100' }, '25h')),
      coarse(quiet('it was empty', { [SIZE]: '0x290 2147483648x20' }, '25h')),
    ],
  },
  ReviewMapsTableMissing: {
    fires: [
      fires('for ten minutes', { [MISSING]: '1x60' }, '10m', { labels, value: '1' }),
      fires('some scrapes of the gateway failed', { [MISSING]: interrupted(1) }, '10m', {
        labels,
        value: '1',
      }),
    ],
    quiet: [
      quiet('not yet for ten minutes', { [MISSING]: '1x60' }, '9m45s'),
      quiet('nobody asks for it any more', { [MISSING]: gone(1) }, '10m'),
      quiet('it is there', { [MISSING]: '0x60' }, '12m'),
      quiet('replaced within a minute', { [MISSING]: '0x8 1x4 0x48' }, '3m'),
    ],
  },
  ReviewMapsCleanupStalled: {
    fires: [
      coarse(fires('nothing deleted for two days', { [DELETED]: '500x620' }, '50h', { labels, value: '0' })),
      coarse(
        fires('for a quarter of an hour more', { [DELETED]: '500x620' }, '48h15m', { labels, value: '0' }),
      ),
      coarse(
        fires(
          'its counter was not there for the last three quarters of an hour',
          { [DELETED]: '500x600' },
          '50h45m',
          { labels, value: '0' },
        ),
      ),
      hourly(
        fires('the last row three days ago', { [DELETED]: '500x10 501x90' }, '83h', { labels, value: '0' }),
      ),
      hourly(
        fires("Django's last row three days ago", { [DJANGO_DELETED]: '7x10 8x90' }, '83h', {
          labels,
          value: '0',
        }),
      ),
      coarse(
        fires('nor by Django, which counts by itself', { [DJANGO_DELETED]: '7x620' }, '50h', {
          labels,
          value: '0',
        }),
      ),
    ],
    quiet: [
      coarse(quiet('not yet for a quarter of an hour more', { [DELETED]: '500x620' }, '48h10m')),
      coarse(
        quiet(
          'its counter was not there for the last one and a half hours',
          { [DELETED]: '500x588' },
          '50h30m',
        ),
      ),
      hourly(quiet('a row thirty hours ago', { [DELETED]: '500x30 501x50' }, '61h')),
      hourly(quiet('a row of Django thirty hours ago', { [DJANGO_DELETED]: '7x30 8x50' }, '61h')),
      hourly(quiet('watched for forty hours only', { [DELETED]: '500x80' }, '40h')),
      coarse(
        quiet(
          'each day a new pod of Django deletes once',
          {
            [pod('a')]: '120x280 stale',
            [pod('b')]: '_x300 120x268 stale',
            [pod('c')]: '_x590 120x40',
            [podUp('a')]: '1x283 stale',
            [podUp('b')]: '_x284 1x284 stale',
            [podUp('c')]: '_x570 1x60',
          },
          '50h',
        ),
      ),
      coarse(
        quiet(
          'the pod that cleaned up has ended, and the next one has not begun to',
          {
            [pod('a')]: '500x310 stale',
            [pod('b')]: '_x315 500x429 stale',
            [podUp('a')]: '1x310 stale',
            [podUp('b')]: '_x312 1x432 stale',
            [podUp('c')]: '_x744 1x100',
          },
          '62h50m',
        ),
      ),
      coarse(quiet('a row an hour ago', { [DELETED]: '500x580 501x40' }, '50h')),
      coarse(
        quiet(
          'it is cleaned up no more, on purpose: its counter is gone',
          { [DELETED]: '400x280 500x120 stale _x600' },
          '76h',
        ),
      ),
      coarse(quiet('watched for one day only', { [DELETED]: '500x620' }, '24h')),
      coarse(quiet('a table that is never cleaned up', { [SIZE]: '500x620' }, '50h')),
    ],
  },
  ReviewMapsLabelLimitReached: {
    fires: [
      fires('17 regions are in other', { [OVER]: '17x80' }, '16m', {
        labels: { app: APP, metric: 'reviewmaps_campaign_active_total' },
        value: '17',
      }),
      fires('for fifteen minutes, though scrapes fail', { [OVER]: interrupted(17) }, '15m', {
        labels: { app: APP, metric: 'reviewmaps_campaign_active_total' },
        value: '17',
      }),
    ],
    quiet: [
      quiet('none are', { [OVER]: '0x80' }, '16m'),
      quiet('not yet for fifteen minutes', { [OVER]: '17x80' }, '14m45s'),
      quiet('before the gateway lost it', { [OVER]: gone(17) }, '15m'),
    ],
  },
};
