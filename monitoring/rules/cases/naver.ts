import { type AlertCases, APP, coarse, fires, pushed, quiet, scraped } from './case';

const JOB = 'reviewmaps-scraper';
const HITS = pushed('reviewmaps_naver_api_rate_limit_hits', JOB);
const DJANGO_HITS = scraped('reviewmaps_naver_api_rate_limit_hits');
const CALLS = { endpoint: 'local', status_code: '200' };
const calls = (status: string) =>
  pushed('reviewmaps_naver_api_calls_total', JOB, { ...CALLS, status_code: status });
const DJANGO_CALLS = scraped('reviewmaps_naver_api_calls_total', CALLS);
const UP = scraped('up');

export const naverCases: Readonly<Record<string, AlertCases>> = {
  ReviewMapsNaverRateLimited: {
    fires: [
      fires('two more calls were refused', { [HITS]: '57x20 59x40' }, '10m', {
        labels: { app: APP },
        value: '2',
      }),
      fires('the first that ever was, which the ledger announced with 0', { [HITS]: '0x20 1x40' }, '10m', {
        labels: { app: APP },
        value: '1',
      }),
      fires(
        'a restored gateway shows the old total for a moment: 2 calls, not 59',
        { [HITS]: '57x20 59x8 57x4 59x40' },
        '12m',
        {
          labels: { app: APP },
          value: '2',
        },
      ),
      fires('fourteen minutes ago', { [HITS]: '57x20 59x80' }, '19m15s', {
        labels: { app: APP },
        value: '2',
      }),
      fires("Django's first", { [DJANGO_HITS]: '_x60 3x20', [UP]: '1x80' }, '16m', {
        labels: { app: APP },
        value: '3',
      }),
      fires("Django's first, fourteen minutes ago", { [DJANGO_HITS]: '_x60 3x60', [UP]: '1x120' }, '29m', {
        labels: { app: APP },
        value: '3',
      }),
      fires("two more of Django's, fourteen minutes ago", { [DJANGO_HITS]: '3x60 5x60' }, '29m15s', {
        labels: { app: APP },
        value: '2',
      }),
    ],
    quiet: [
      quiet('a counter that exists for ever', { [HITS]: '57x100' }, '20m'),
      quiet('it was more than 15 minutes ago', { [HITS]: '55x10 57x100' }, '20m'),
      quiet('a gateway without persistence restarted', { [HITS]: '57x20 stale _x5 57x40' }, '12m'),
      quiet(
        'Prometheus is new, the counters are old',
        { [HITS]: '57x8', [DJANGO_HITS]: '9x8', [UP]: '1x8' },
        '1m',
      ),
      quiet("Django's counter exists for ever", { [DJANGO_HITS]: '9x100', [UP]: '1x100' }, '20m'),
      quiet('Django begins to count at 0', { [DJANGO_HITS]: '_x60 0x20', [UP]: '1x80' }, '16m'),
      quiet("Django's first, sixteen minutes ago", { [DJANGO_HITS]: '_x80 3x80', [UP]: '1x160' }, '36m'),
      quiet("two more of Django's, sixteen minutes ago", { [DJANGO_HITS]: '3x80 5x80' }, '36m15s'),
      quiet(
        'Django was away for twenty minutes and comes back with its old counter',
        { [DJANGO_HITS]: '9x20 stale _x80 9x60', [UP]: '1x20 0x80 1x60' },
        '35m',
      ),
      quiet('no scraper ever ran', {}, '20m'),
    ],
  },
  ReviewMapsNaverQuotaNearlyUsed: {
    fires: [
      coarse(
        fires(
          '21,525 of 25,000 calls',
          // Whether a day reaches back to its first moment, Prometheus 2 and 3 do not agree: nothing happens in it.
          { [calls('200')]: '1000x1 1070+70x288', [calls('500')]: '9x1 14+5x288' },
          '1d',
          {
            labels: { app: APP },
            value: '86.1%',
          },
        ),
      ),
      fires('exactly 20,000 within a few minutes', { [calls('200')]: '0x8 20000x40' }, '3m15s', {
        labels: { app: APP },
        value: '80%',
      }),
      coarse(
        fires(
          "as many of Django's as of the scrapers, nineteen hours ago",
          { [calls('200')]: '0x12 11000x240', [DJANGO_CALLS]: '0x12 11000x240' },
          '20h',
          { labels: { app: APP }, value: '88%' },
        ),
      ),
    ],
    quiet: [
      quiet('not yet for a minute', { [calls('200')]: '0x8 20000x40' }, '3m'),
      quiet('19,000 within a few minutes', { [calls('200')]: '0x8 19000x40' }, '8m'),
      coarse(
        quiet(
          'calls of the day before',
          { [calls('200')]: '0x12 22000x360', [DJANGO_CALLS]: '0x12 22000x360' },
          '30h',
        ),
      ),
      coarse(quiet('14,400 of 25,000 calls', { [calls('200')]: '1000+50x290' }, '1d')),
      coarse(
        quiet(
          'a gateway that was killed restores older totals',
          { [calls('200')]: '400000x100 399990 400000x189' },
          '1d',
        ),
      ),
      coarse(quiet('Prometheus is new, the total is old', { [calls('200')]: '_x200 400000x90' }, '1d')),
    ],
  },
};
