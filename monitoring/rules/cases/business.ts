import { type AlertCases, APP, coarse, fires, pushed, quiet } from './case';

const FOLD = 'reviewmaps-scraper';
const COLLECT = 'reviewmaps-collect';
const LAST = pushed('reviewmaps_scraper_last_success_timestamp_seconds', FOLD, { scraper: 'revu' });
const runs = (status: string) => pushed('reviewmaps_scraper_runs_total', FOLD, { scraper: 'revu', status });
const SILENT = pushed('reviewmaps_scraper_runs_silent_total', FOLD, { scraper: 'revu' });
const active = (region: string) => pushed('reviewmaps_campaign_active_total', COLLECT, { region });
const labels = { app: APP, scraper: 'revu' };

export const businessCases: Readonly<Record<string, AlertCases>> = {
  ReviewMapsScraperNotSucceeding: {
    fires: [coarse(fires('29 hours ago', { [LAST]: '3600x400' }, '30h', { labels, value: '1d 5h 0m 0s' }))],
    quiet: [
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
      quiet('it failed long ago, and the counter exists for ever', { [runs('failed')]: '5x140' }, '30m'),
      quiet(
        'a gateway that was killed shows older totals',
        { [runs('failed')]: '5x40 5x4 5x90', [runs('success')]: '10x40 9x4 10x90' },
        '30m',
      ),
    ],
  },
  ReviewMapsScraperSilent: {
    fires: [fires('one was given up', { [SILENT]: '2x40 3x100' }, '30m', { labels, value: '1' })],
    quiet: [quiet('none lately', { [SILENT]: '3x140' }, '30m')],
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
    ],
    quiet: [
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
    ],
    quiet: [
      coarse(quiet('from 4 to 0', { [active('제주')]: '4x290 0x20' }, '25h')),
      coarse(quiet('from 8 to 1', { [active('제주')]: '8x290 1x20' }, '25h')),
      coarse(quiet('what is summed into other', { [active('other')]: '80x290 0x20' }, '25h')),
      coarse(quiet('empty for long', { [active('제주')]: '0x310' }, '25h')),
    ],
  },
};
