import * as v from 'valibot';
import { duration, section, wholeNumber } from './fields';

/** The thresholds of alerts and dashboard: the part `monitoring` of reviewmaps.config.ts, with its defaults. */

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const share = v.pipe(
  v.number('must be a share between 0 and 1'),
  v.check(
    (value) => value > 0 && value <= 1,
    (issue) => `must be a share above 0 and up to 1 (got ${issue.received})`,
  ),
);

const positive = v.pipe(
  v.number('must be a number above 0'),
  v.check(
    (value) => value > 0 && Number.isFinite(value),
    (issue) => `must be a number above 0 (got ${issue.received})`,
  ),
);

const address = (what: string) =>
  v.pipe(
    v.string(`must be the address of ${what}`),
    v.check(
      (value) => /^https?:\/\/[^\s?#]+[^\s?#/]$/.test(value) && URL.canParse(value),
      (issue) =>
        `must be the http or https address of ${what}, without a trailing slash (got ${issue.received})`,
    ),
  );

/** The upper bounds of django-prometheus's latency histograms, in seconds (its default PROMETHEUS_LATENCY_BUCKETS). */
export const DJANGO_LATENCY_BOUNDS: readonly number[] = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 25, 50, 75,
];

const JOBS = ['collect', 'probe', 'fold'] as const;

export const monitoring = section({
  /** Where the pages of docs/runbooks are served, and Grafana. */
  runbooks: v.optional(address('the runbooks'), 'https://docs.reviewmaps.example/runbooks'),
  grafana: v.optional(address('Grafana'), 'https://grafana.reviewmaps.example'),
  /** The schedule of the functions: the same as `scheduleRate` in serverless.yml. */
  jobInterval: v.optional(duration({ least: MINUTE, most: HOUR }), '1m'),
  scrapeInterval: v.optional(duration({ least: 1, most: MINUTE }), '15s'),
  /** Jobs that are deployed: whatever they push must be there. */
  jobs: v.optional(
    v.pipe(
      v.array(v.picklist(JOBS, `must be one of ${JOBS.join(', ')}`), 'must be a list of jobs'),
      v.nonEmpty('must name at least one job'),
    ),
    [...JOBS],
  ),
  /** Intervals without a push after which a job's data counts as stale. */
  staleAfterRuns: v.optional(wholeNumber(2, 100), 5),
  services: v.optional(
    section({
      /** How long a service is down before someone is called. */
      downFor: v.optional(duration({ least: MINUTE, most: HOUR }), '5m'),
      probeSlow: v.optional(duration({ least: 0.1, most: 35 }), '5s'),
      certificateWarning: v.optional(duration({ least: DAY, most: 90 * DAY }), '14d'),
    }),
    {},
  ),
  requests: v.optional(
    section({
      /** Must be a bound of Django's histogram: anything between two bounds is a guess. */
      slow: v.optional(
        v.pipe(
          duration({ least: 0.01, most: 75 }),
          v.check(
            (seconds) => DJANGO_LATENCY_BOUNDS.includes(seconds),
            (issue) =>
              `must be a bound of Django's latency histogram: ${DJANGO_LATENCY_BOUNDS.map((bound) => `${bound}s`).join(', ')} (got ${issue.received}s)`,
          ),
        ),
        '1s',
      ),
      errorRatio: v.optional(share, 0.05),
      /** Requests per second below which ratios and quantiles say nothing. One request a minute is 0.0167. */
      floor: v.optional(positive, 0.01),
      /** 5xx answers within the window, below which a ratio is luck: at two requests a minute one error is 10 %. */
      leastErrors: v.optional(wholeNumber(1, 1_000_000), 3),
      /** Slow requests within ten minutes, below which P95 is luck: of less than twenty it is the slowest one. */
      leastSlow: v.optional(wholeNumber(1, 1_000_000), 3),
      /** New connection errors within a minute. */
      connectionErrors: v.optional(wholeNumber(1, 1_000_000), 10),
      /** Regular expressions of view names that are no traffic of users. */
      ignoredViews: v.optional(
        v.array(
          v.pipe(v.string('must be a regular expression'), v.check(compiles, 'is not a regular expression')),
          'must be a list of regular expressions',
        ),
        ['prometheus-django-metrics', '(?i:.*(health|liveness|livez|readiness|readyz).*)'],
      ),
    }),
    {},
  ),
  naver: v.optional(
    section({
      dailyQuota: v.optional(wholeNumber(1, 1_000_000_000), 25_000),
      quotaWarning: v.optional(share, 0.8),
    }),
    {},
  ),
  scrapers: v.optional(
    section({
      /** Every scraper must have succeeded within this time. */
      successWithin: v.optional(duration({ least: HOUR, most: 31 * DAY }), '26h'),
      /** A scraper fails when runs failed within this time and none succeeded. */
      failingWithin: v.optional(duration({ least: 15 * MINUTE, most: 7 * DAY }), '3h'),
    }),
    {},
  ),
  campaigns: v.optional(
    section({
      /** Share that is left of the active campaigns of a day before. */
      dropTo: v.optional(share, 0.5),
      /** Active campaigns of a day before below which a fall says nothing: in all, and in one region. */
      least: v.optional(wholeNumber(1, 1_000_000), 20),
      leastInRegion: v.optional(wholeNumber(1, 1_000_000), 5),
    }),
    {},
  ),
  database: v.optional(
    section({
      connectionsWarning: v.optional(share, 0.8),
      /** Growth of a table within a day, as a share of its size; tables below `growthLeastBytes` are let be. */
      growthPerDay: v.optional(positive, 0.2),
      growthLeastBytes: v.optional(wholeNumber(0, Number.MAX_SAFE_INTEGER), 1_073_741_824),
      /** How long a table that is cleaned up may go without a deleted row. */
      cleanupWithin: v.optional(duration({ least: HOUR, most: 30 * DAY }), '2d'),
    }),
    {},
  ),
});

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}
