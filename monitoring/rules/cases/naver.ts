import { type AlertCases, APP, coarse, fires, pushed, quiet, scraped } from './case';

const JOB = 'reviewmaps-scraper';
const HITS = pushed('reviewmaps_naver_api_rate_limit_hits', JOB);
const DJANGO_HITS = scraped('reviewmaps_naver_api_rate_limit_hits');
const calls = (status: string) =>
  pushed('reviewmaps_naver_api_calls_total', JOB, { endpoint: 'local', status_code: status });

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
      fires("Django's first", { [DJANGO_HITS]: '_x60 3x20', [scraped('up')]: '1x80' }, '16m', {
        labels: { app: APP },
        value: '3',
      }),
    ],
    quiet: [
      quiet('a counter that exists for ever', { [HITS]: '57x100' }, '20m'),
      quiet('it was more than 15 minutes ago', { [HITS]: '55x10 57x100' }, '20m'),
      quiet('a gateway without persistence restarted', { [HITS]: '57x20 stale _x5 57x40' }, '12m'),
      quiet(
        'Prometheus is new, the counters are old',
        { [HITS]: '57x8', [DJANGO_HITS]: '9x8', [scraped('up')]: '1x8' },
        '1m',
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
    ],
    quiet: [
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
