import { type AlertCases, APP, coarse, fires, gone, interrupted, perMinute, pushed, quiet } from './case';

const FOLD = 'reviewmaps-scraper';
const COLLECT = 'reviewmaps-collect';
const LAST = pushed('reviewmaps_scraper_last_success_timestamp_seconds', FOLD, { scraper: 'revu' });
const runs = (status: string) => pushed('reviewmaps_scraper_runs_total', FOLD, { scraper: 'revu', status });
const SILENT = pushed('reviewmaps_scraper_runs_silent_total', FOLD, { scraper: 'revu' });
const active = (region: string) => pushed('reviewmaps_campaign_active_total', COLLECT, { region });
const labels = { app: APP, scraper: 'revu' };
/** Times of a success before the start, which is 0. The first is 26 hours ago in the fifth minute. */
const LONG_AGO = 300 - 26 * 3_600;
const TWO_DAYS_AGO = -2 * 86_400;
const dropped = (value: string) => ({ labels: { app: APP }, value });
const empty = (value: string) => ({ labels: { app: APP, region: '제주' }, value });

export const businessCases: Readonly<Record<string, AlertCases>> = {
  ReviewMapsScraperNotSucceeding: {
    fires: [
      coarse(fires('29 hours ago', { [LAST]: '3600x400' }, '30h', { labels, value: '1d 5h 0m 0s' })),
      fires('26 hours ago, and five minutes more', { [LAST]: `${LONG_AGO}x60` }, '10m15s', {
        labels,
        value: '1d 2h 5m 15s',
      }),
      fires('some scrapes of the gateway failed', { [LAST]: interrupted(TWO_DAYS_AGO) }, '5m', {
        labels,
        value: '2d 0h 5m 0s',
      }),
    ],
    quiet: [
      quiet('26 hours ago, and not yet five minutes more', { [LAST]: `${LONG_AGO}x60` }, '10m'),
      quiet('a scraper whose row was deleted', { [LAST]: gone(TWO_DAYS_AGO) }, '5m'),
      coarse(quiet('25 hours ago', { [LAST]: '3600x400' }, '26h')),
      coarse(quiet('it succeeds each hour', { [LAST]: '1+300x400' }, '30h')),
      coarse(quiet('no scraper ever reported', {}, '30h')),
    ],
  },
  ReviewMapsScraperFailing: {
    fires: [
      fires(
        'a run failed and none succeeded',
        { [runs('failed')]: '4x40 5x100', [runs('success')]: '10x140' },
        '30m',
        {
          labels,
          value: '1',
        },
      ),
      fires(
        'a gateway that was killed shows older totals: 1 run, not 5',
        { [runs('failed')]: '5x40 4x4 5x90', [runs('success')]: '10x140' },
        '30m',
        { labels, value: '1' },
      ),
      coarse(
        fires(
          'a run failed more than two hours ago',
          { [runs('failed')]: '4x40 5x60', [runs('success')]: '10x100' },
          '6h',
          { labels, value: '1' },
        ),
      ),
      coarse(
        fires(
          'the last that succeeded did so more than three hours ago',
          { [runs('failed')]: '4x70 5x30', [runs('success')]: '9x40 10x60' },
          '7h',
          { labels, value: '1' },
        ),
      ),
      fires('the first run of a new scraper', { [runs('failed')]: '_x20 0x4 1x100' }, '30m', {
        labels,
        value: '1',
      }),
    ],
    quiet: [
      quiet(
        'a later run succeeded',
        { [runs('failed')]: '4x40 5x100', [runs('success')]: '10x80 11x60' },
        '30m',
      ),
      coarse(
        quiet(
          'a run failed more than three hours ago',
          { [runs('failed')]: '4x40 5x60', [runs('success')]: '10x100' },
          '7h',
        ),
      ),
      coarse(
        quiet(
          'one succeeded more than two hours ago, before the last that failed',
          { [runs('failed')]: '4x60 5x40', [runs('success')]: '9x40 10x60' },
          '6h',
        ),
      ),
      quiet('it failed long ago, and the counter exists for ever', { [runs('failed')]: '5x140' }, '30m'),
      quiet(
        'a gateway that was killed shows older totals',
        { [runs('failed')]: '5x40 5x4 5x90', [runs('success')]: '10x40 9x4 10x90' },
        '30m',
      ),
    ],
  },
  ReviewMapsScraperSilent: {
    fires: [
      fires('one was given up', { [SILENT]: '2x40 3x100' }, '30m', { labels, value: '1' }),
      fires(
        'a gateway that was killed shows older totals: 1, not 3',
        { [SILENT]: '2x20 3x8 2x4 3x100' },
        '30m',
        {
          labels,
          value: '1',
        },
      ),
      coarse(fires('more than two hours ago', { [SILENT]: '2x40 3x60' }, '6h', { labels, value: '1' })),
    ],
    quiet: [
      quiet('none lately', { [SILENT]: '3x140' }, '30m'),
      coarse(quiet('more than three hours ago', { [SILENT]: '2x40 3x60' }, '7h')),
    ],
  },
  ReviewMapsCampaignsDropped: {
    fires: [
      coarse(
        fires(
          '40 of 100 are left',
          { [active('서울')]: '70x290 30x20', [active('부산')]: '30x290 10x20' },
          '25h',
          {
            labels: { app: APP },
            value: '40%',
          },
        ),
      ),
      coarse(fires('half of 100 are left', { [active('서울')]: '100x290 50x20' }, '24h30m', dropped('50%'))),
      coarse(
        fires('half of exactly 20 are left', { [active('서울')]: '20x290 10x20' }, '25h', dropped('50%')),
      ),
      coarse(
        fires(
          'and still thirteen hours later',
          { [active('서울')]: '100x200 40x200' },
          '30h',
          dropped('40%'),
        ),
      ),
      coarse(
        fires(
          'a region is gone, and its campaigns are in no other',
          { [active('서울')]: '70x290 stale', [active('부산')]: '30x310' },
          '25h',
          dropped('30%'),
        ),
      ),
      perMinute(
        fires(
          'a scrape fails meanwhile',
          { [active('서울')]: '100x1449 40x5 stale 40x20' },
          '24h26m',
          dropped('40%'),
        ),
      ),
    ],
    quiet: [
      coarse(quiet('not yet for a quarter of an hour', { [active('서울')]: '100x290 50x20' }, '24h25m')),
      coarse(
        quiet(
          'a day ago there were many for a while: the hour around it counts',
          { [active('서울')]: '300x11 10x3 110x291 50x20' },
          '26h5m',
        ),
      ),
      coarse(quiet('60 of 100 are left', { [active('서울')]: '100x290 60x20' }, '25h')),
      coarse(quiet('there were few', { [active('서울')]: '19x290 2x20' }, '25h')),
      coarse(quiet('the site is younger than a day', { [active('서울')]: '100x100 10x50' }, '12h')),
      coarse(
        quiet('the collector fails: a gap is no fall', { [active('서울')]: '100x290 stale _x20' }, '25h'),
      ),
    ],
  },
  ReviewMapsRegionEmpty: {
    fires: [
      coarse(
        fires('from 8 to 0', { [active('제주')]: '8x290 0x20', [active('서울')]: '100x310' }, '25h', {
          labels: { app: APP, region: '제주' },
          value: '8',
        }),
      ),
      coarse(fires('from exactly 5 to 0', { [active('제주')]: '5x290 0x20' }, '24h30m', empty('5'))),
      coarse(fires('and still thirteen hours later', { [active('제주')]: '8x200 0x200' }, '30h', empty('8'))),
      perMinute(
        fires(
          'a scrape fails meanwhile',
          { [active('제주')]: '8x1449 0x5 stale 0x20' },
          '24h26m',
          empty('8'),
        ),
      ),
    ],
    quiet: [
      coarse(quiet('not yet for a quarter of an hour', { [active('제주')]: '5x290 0x20' }, '24h25m')),
      coarse(quiet('its 0 is not counted any more', { [active('제주')]: '8x290 0x2 stale' }, '24h40m')),
      coarse(
        quiet(
          'a day ago there were some for a while: the hour around it counts',
          { [active('제주')]: '50x11 0x4 6x290 0x20' },
          '26h5m',
        ),
      ),
      coarse(quiet('from 4 to 0', { [active('제주')]: '4x290 0x20' }, '25h')),
      coarse(quiet('from 8 to 1', { [active('제주')]: '8x290 1x20' }, '25h')),
      coarse(quiet('what is summed into other', { [active('other')]: '80x290 0x20' }, '25h')),
      coarse(quiet('empty for long', { [active('제주')]: '0x310' }, '25h')),
    ],
  },
};
