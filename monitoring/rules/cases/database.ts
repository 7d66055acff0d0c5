import { type AlertCases, APP, coarse, fires, pushed, quiet, scraped } from './case';

const JOB = 'reviewmaps-collect';
const connections = (state: string) => pushed('reviewmaps_database_connections', JOB, { state });
const MOST = pushed('reviewmaps_database_connections_max', JOB);
const table = { table_name: 'campaign' };
const SIZE = pushed('reviewmaps_table_size_bytes', JOB, table);
const MISSING = pushed('reviewmaps_table_missing', JOB, table);
const DELETED = pushed('reviewmaps_cleanup_deleted_rows', JOB, table);
const OVER = pushed('reviewmaps_label_sets_over_limit', JOB, { metric: 'reviewmaps_campaign_active_total' });
const labels = { app: APP, ...table };

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
    ],
    quiet: [
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
    ],
    quiet: [
      coarse(quiet('a tenth in a day', { [SIZE]: '2147483648x290 2362232012x20' }, '25h')),
      coarse(quiet('a small table', { [SIZE]: '104857600x290 209715200x20' }, '25h')),
      coarse(quiet('a new table', { [SIZE]: '_x200 2147483648+10485760x100' }, '25h')),
      coarse(quiet('it was empty', { [SIZE]: '0x290 2147483648x20' }, '25h')),
    ],
  },
  ReviewMapsTableMissing: {
    fires: [fires('for ten minutes', { [MISSING]: '1x60' }, '10m', { labels, value: '1' })],
    quiet: [
      quiet('it is there', { [MISSING]: '0x60' }, '12m'),
      quiet('replaced within a minute', { [MISSING]: '0x8 1x4 0x48' }, '3m'),
    ],
  },
  ReviewMapsCleanupStalled: {
    fires: [
      coarse(fires('nothing deleted for two days', { [DELETED]: '500x620' }, '50h', { labels, value: '0' })),
      coarse(
        fires(
          'nor by Django, which counts by itself',
          { [scraped('reviewmaps_cleanup_deleted_rows', table)]: '7x620' },
          '50h',
          {
            labels,
            value: '0',
          },
        ),
      ),
    ],
    quiet: [
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
    ],
    quiet: [quiet('none are', { [OVER]: '0x80' }, '16m')],
  },
};
