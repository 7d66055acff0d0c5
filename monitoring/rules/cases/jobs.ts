import { type AlertCases, APP, fires, gone, interrupted, pushed, quiet } from './case';

const PROBE = 'reviewmaps-probe';
const COLLECT = 'reviewmaps-collect';
const FOLD = 'reviewmaps-scraper';

const labels = { app: APP, job: COLLECT };

/** An alert that fires when a gauge of collect was 0 for seven minutes. */
function zero(series: string, more: Readonly<Record<string, string>> = {}): AlertCases {
  return {
    fires: [
      fires('0 in every run of seven minutes', { [series]: '0x40' }, '7m', {
        labels: { ...labels, ...more },
        value: '0',
      }),
      fires('0, and some scrapes of the gateway failed', { [series]: '0x9 stale 0x9 stale 0x20' }, '7m', {
        labels: { ...labels, ...more },
        value: '0',
      }),
      fires('0, and five scrapes in a row failed', { [series]: interrupted(0) }, '7m', {
        labels: { ...labels, ...more },
        value: '0',
      }),
    ],
    quiet: [
      quiet('1', { [series]: '1x40' }, '8m'),
      quiet('0 was the last that it said before it was taken out', { [series]: gone(0) }, '7m'),
      quiet('one run went well in between', { [series]: '0x14 1x4 0x16' }, '8m'),
      quiet('while the probe may not have told yet that the database is down', { [series]: '0x40' }, '6m45s'),
      quiet('nothing is there', {}, '8m'),
    ],
  };
}

export const jobCases: Readonly<Record<string, AlertCases>> = {
  ReviewMapsProbeStale: {
    fires: [
      fires('the probe stopped', { [pushed('push_time_seconds', PROBE)]: '1x60' }, '10m', {
        labels: { app: APP, job: PROBE },
        value: '9m 59s',
      }),
      fires(
        'a minute after the fifth run was missed',
        { [pushed('push_time_seconds', PROBE)]: '1x60' },
        '6m15s',
        {
          labels: { app: APP, job: PROBE },
          value: '6m 14s',
        },
      ),
    ],
    quiet: [
      quiet('not a moment before', { [pushed('push_time_seconds', PROBE)]: '1x60' }, '6m'),
      quiet('it pushes', { [pushed('push_time_seconds', PROBE)]: '1+15x60' }, '10m'),
      quiet('four runs were missed', { [pushed('push_time_seconds', PROBE)]: '1x60' }, '4m30s'),
      quiet('another job stopped', { [pushed('push_time_seconds', COLLECT)]: '1x60' }, '10m'),
      quiet(
        'a group that was only refused is not 56 years old',
        { [pushed('push_time_seconds', PROBE)]: '0x60' },
        '10m',
      ),
    ],
  },
  ReviewMapsJobStale: {
    fires: [
      fires(
        'collect stopped, fold goes on',
        { [pushed('push_time_seconds', COLLECT)]: '1x60', [pushed('push_time_seconds', FOLD)]: '1+15x60' },
        '10m',
        { labels, value: '9m 59s' },
      ),
      fires(
        'a restarted gateway still has the old push',
        { [pushed('push_time_seconds', FOLD)]: '1x20 stale _x8 1x40' },
        '12m',
        { labels: { app: APP, job: FOLD }, value: '11m 59s' },
      ),
      fires(
        'a minute after the fifth run was missed',
        { [pushed('push_time_seconds', COLLECT)]: '1x60' },
        '6m15s',
        {
          labels,
          value: '6m 14s',
        },
      ),
    ],
    quiet: [
      quiet('not a moment before', { [pushed('push_time_seconds', COLLECT)]: '1x60' }, '6m'),
      quiet(
        'the probe stopped, which has an alert of its own',
        { [pushed('push_time_seconds', PROBE)]: '1x60' },
        '10m',
      ),
      quiet(
        'the gateway lost it, which another alert says',
        { [pushed('push_time_seconds', COLLECT)]: '1x20 stale' },
        '12m',
      ),
      quiet('both push', { [pushed('push_time_seconds', COLLECT)]: '1+15x60' }, '10m'),
      quiet('two pushes were missed', { [pushed('push_time_seconds', COLLECT)]: '1x8 121+15x40' }, '3m'),
      quiet("a scraper's own group is old", { [pushed('push_time_seconds', 'scraper')]: '1x60' }, '10m'),
      quiet('a group that was only refused', { [pushed('push_time_seconds', COLLECT)]: '0x60' }, '10m'),
    ],
  },
  ReviewMapsJobFailing: zero(pushed('reviewmaps_job_success', COLLECT)),
  ReviewMapsCollectorFailing: zero(
    pushed('reviewmaps_collector_success', COLLECT, { collector: 'tables/reviews' }),
    { collector: 'tables/reviews' },
  ),
  ReviewMapsLedgerUnavailable: zero(pushed('reviewmaps_ledger_lease_held', COLLECT)),
};
