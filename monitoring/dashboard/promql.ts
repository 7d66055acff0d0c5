import { span } from '../rules/promql';
import { ERROR_WINDOW, shortest } from '../rules/windows';
import { SCRAPE_JOBS, servedViews, settings } from '../settings';

/**
 * Pieces of which the panels' queries are made. Everything is selected by the label `app`, which is $application:
 * matched with =~ because several applications can be chosen, and kept in every result.
 */

const DJANGO = `job="${SCRAPE_JOBS.django}"`;
const PUSHED = 'job=~"reviewmaps-.*"';

export const SERVED = servedViews(settings);

export const WINDOW = '$__rate_interval';
export const RANGE = '$__range';

/** The series of a metric or recording rule that belong to the chosen applications. */
export function series(name: string, ...matchers: readonly string[]): string {
  return `${name}{${['app=~"$application"', ...matchers].join(',')}}`;
}

export function django(name: string, ...matchers: readonly string[]): string {
  return series(name, DJANGO, ...matchers);
}

/** Sums by application and the labels. */
export function sumBy(labels: readonly string[], expr: string): string {
  return `sum by (${['app', ...labels].join(', ')}) (${expr})`;
}

export function maxBy(labels: readonly string[], expr: string): string {
  return `max by (${['app', ...labels].join(', ')}) (${expr})`;
}

/**
 * What a job pushed, only while it pushes: the gateway keeps the last word of a dead one for ever.
 * @param expr with the labels `app` and `job`, and its comparison if there is one: "and" binds less than that.
 */
export function fresh(expr: string): string {
  return `${expr} and on (app, job) ${recentPush()}`;
}

function recentPush(...matchers: readonly string[]): string {
  return `${series('reviewmaps:push_age_seconds', ...matchers)} < ${settings.staleAfterSeconds}`;
}

/** A state that jobs push, by labels; -1 where the last push is too old to be believed. */
export function pushedState(name: string, labels: readonly string[]): string {
  return orUnknown(maxBy(labels, fresh(series(name))), maxBy(labels, series(name)));
}

/** @param known the state while it is believed @param last the state that was pushed last */
export function orUnknown(known: string, last: string): string {
  return `${known} or ${last} * 0 - 1`;
}

export function rate(selector: string, window = WINDOW): string {
  return `rate(${selector}[${window}])`;
}

function increase(selector: string, window = WINDOW): string {
  return `increase(${selector}[${window}])`;
}

/**
 * What a counter that jobs push grew by. Its total never starts anew, but a gateway that was killed restores older
 * totals for a moment, which increase() takes for a reset and adds the whole total.
 */
export function pushedIncrease(name: string, window: string, ...matchers: readonly string[]): string {
  const pushed = `${series(name, PUSHED, ...matchers)}[${window}]`;
  return `max_over_time(${pushed}) - min_over_time(${pushed})`;
}

/** What a counter grew by, whether Django exposes it or scraper runs report it. */
export function anyIncrease(name: string, window: string, ...matchers: readonly string[]): string {
  return `${increase(django(name, ...matchers), window)} or ${pushedIncrease(name, window, ...matchers)}`;
}

/** Older totals are gone with the job's next push, which comes sooner than this. */
const RESTORED_FOR = span(Math.max(ERROR_WINDOW, settings.jobIntervalSeconds + shortest(settings)));

/** Why `anyRate` has a window of its own: older totals are gone with the next push, which comes sooner than this. */
export const RESTORED =
  'a gateway that was killed shows older totals for a moment: the greatest of five minutes is the total';

/** What a counter grew by in a second, whoever counts. */
export function anyRate(name: string, window = WINDOW): string {
  return `${rate(django(name), window)} or rate(max_over_time(${series(name, PUSHED)}[${RESTORED_FOR}])[${window}:])`;
}

/**
 * How often something happened in Django in the window, its first time included: the series exist only after their
 * first event, which increase() does not see. One that was not there a window ago, when Django did answer, counts
 * whole.
 */
export function djangoEvents(name: string, window: string, ...matchers: readonly string[]): string {
  const scraped = django(name, ...matchers);
  const answered = `${django('up')} offset ${window} == 1`;
  return `(${scraped} unless ${scraped} offset ${window}) and on (job, instance) (${answered}) or ${increase(scraped, window)}`;
}

/** The same of what scraper runs report too. Pushed counters are published as 0 first, so nothing of them is missed. */
export function events(name: string, window: string, ...matchers: readonly string[]): string {
  return `${djangoEvents(name, window, ...matchers)} or ${pushedIncrease(name, window, ...matchers)}`;
}

/**
 * A quantile of a histogram's observations; absent, and not NaN, where there were none.
 * @param buckets what they grew by, in whatever time
 */
export function quantile(q: number, buckets: string, labels: readonly string[] = []): string {
  return `histogram_quantile(${q}, ${sumBy([...labels, 'le'], buckets)}) >= 0`;
}

/**
 * 0 for every application whose source of the events answers, or pushed lately: silence of a dead source is not "no
 * errors".
 */
export const NO_EVENTS = {
  django: `0 * max by (app) (${django('up')} == 1)`,
  collect: `0 * max by (app) (${recentPush('job="reviewmaps-collect"')})`,
  fold: `0 * max by (app) (${recentPush('job="reviewmaps-scraper"')})`,
  probe: `0 * max by (app) (${recentPush('job="reviewmaps-probe"')})`,
  /** What Django counts itself or scraper runs report. */
  djangoOrFold: `0 * max by (app) (${django('up')} == 1 or ${recentPush('job="reviewmaps-scraper"')})`,
  /** Of what rules record: without the rules nothing is known, though Django answers. */
  recordedDjango: recorded(`${django('up')} == 1`),
  recordedDjangoOrFold: recorded(`(${django('up')} == 1 or ${recentPush('job="reviewmaps-scraper"')})`),
  /** An empty table has no regions; a collector that failed has none either. */
  campaigns: collected('campaigns'),
  expired: collected('expired'),
} as const;

function recorded(source: string): string {
  return `0 * max by (app) (${source} and on (app) ${series('reviewmaps:push_age_seconds')})`;
}

function collected(collector: string): string {
  return `0 * max by (app) (${fresh(`${series('reviewmaps_collector_success', `collector="${collector}"`)} == 1`)})`;
}

/**
 * The expression, and 0 for applications for which it has nothing at all. The zero keeps its application's label: a
 * plain vector(0) would be a series of nobody, beside the real ones.
 * @param expr without a series' own name, which the zero has not: over time they would be two.
 * @param label that the expression has besides `app`: the zero series carries it as "none".
 */
export function orZero(expr: string, zero: keyof typeof NO_EVENTS, label?: string): string {
  const none = NO_EVENTS[zero];
  return `${expr} or on (app) ${label === undefined ? none : `label_replace(${none}, "${label}", "none", "", "")`}`;
}

/** Sorts before every name, so that it takes the palette's first colour: green is no colour of errors. */
export const TOTAL = '(total)';

/** Events by labels, and their sum as the first label's TOTAL: 0, as in `orZero`, when there are none. */
export function withTotal(
  labels: readonly [first: string, ...others: string[]],
  happened: string,
  zero: keyof typeof NO_EVENTS,
): string {
  const total = orZero(sumBy([], happened), zero);
  return `label_replace(${total}, "${labels[0]}", "${TOTAL}", "", "") or ${sumBy(labels, happened)}`;
}
