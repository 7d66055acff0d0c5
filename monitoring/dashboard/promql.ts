import { SCRAPE_JOBS, servedViews, settings } from '../settings';

/**
 * Pieces of which the panels' queries are made. Everything is selected by the label `app`, which is $application:
 * matched with =~ because several applications can be chosen, and kept in every result.
 */

const DJANGO = `job="${SCRAPE_JOBS.django}"`;

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
  const pushed = `${series(name, 'job=~"reviewmaps-.*"', ...matchers)}[${window}]`;
  return `max_over_time(${pushed}) - min_over_time(${pushed})`;
}

/** What a counter grew by, whether Django exposes it or scraper runs report it. */
export function anyIncrease(name: string, window: string): string {
  return `${increase(django(name), window)} or ${pushedIncrease(name, window)}`;
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

/** A quantile of a histogram's observations; absent, and not NaN, where there were none. */
export function quantile(
  q: number,
  selector: string,
  labels: readonly string[] = [],
  window = WINDOW,
): string {
  return `histogram_quantile(${q}, ${sumBy([...labels, 'le'], rate(selector, window))}) >= 0`;
}

/** 0 for every application whose source of the events answers, so that silence of a dead source is not "no errors". */
export const NO_EVENTS = {
  django: `0 * max by (app) (${django('up')} == 1)`,
  collect: `0 * max by (app) (${series('reviewmaps_job_success', 'job="reviewmaps-collect"')})`,
  fold: `0 * max by (app) (${series('reviewmaps_job_success', 'job="reviewmaps-scraper"')})`,
  probe: `0 * max by (app) (${series('reviewmaps_job_success', 'job="reviewmaps-probe"')})`,
  /** What Django counts itself or scraper runs report. */
  djangoOrFold: `0 * max by (app) (${django('up')} == 1 or ${series('reviewmaps_job_success', 'job="reviewmaps-scraper"')})`,
} as const;

/**
 * The expression, and 0 for applications for which it has nothing at all. The zero keeps its application's label: a
 * plain vector(0) would be a series of nobody, beside the real ones.
 * @param label that the expression has besides `app`: the zero series carries it as "none".
 */
export function orZero(expr: string, zero: keyof typeof NO_EVENTS, label?: string): string {
  const none = NO_EVENTS[zero];
  return `${expr} or on (app) ${label === undefined ? none : `label_replace(${none}, "${label}", "none", "", "")`}`;
}
