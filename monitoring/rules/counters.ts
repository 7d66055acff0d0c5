import { metricOf } from './names';
import { type Expression, promql, span } from './promql';

/** How counters are read. Pushed ones and scraped ones differ: no plain `increase` is right for both. */

const PUSHED = 'job=~"reviewmaps-.*"';
const SCRAPED = 'job!~"reviewmaps-.*"';

const matching = (...matchers: readonly string[]) =>
  `{${matchers.filter((matcher) => matcher !== '').join(',')}}`;

/**
 * What a counter that jobs push grew by. Its total is in the ledger and never starts anew; but a gateway that was
 * killed restores older totals for a minute, and `increase` would take that for a reset and add the whole total.
 */
export function pushedIncrease(metric: string, matchers: string, seconds: number): Expression {
  const range = `${metric}${matching(PUSHED, matchers)}[${span(seconds)}]`;
  return promql`(max_over_time(${range}) - min_over_time(${range}))`;
}

/** What a counter grew by, whoever exposes it: jobs through the gateway, or Django at its /metrics. */
export function anyIncrease(metric: string, matchers: string, seconds: number): Expression {
  const scraped = `${metric}${matching(SCRAPED, matchers)}[${span(seconds)}]`;
  return promql`(increase(${scraped}) or ${pushedIncrease(metric, matchers, seconds)})`;
}

/**
 * Labels that tell a metric's series apart for whoever made them. What an operator adds to them or to the target changes
 * with a configuration, and must make no series a new one.
 */
const identity = (metric: string) =>
  `on (${['app', 'job', 'instance', ...(metricOf(metric)?.labels ?? [])].join(', ')})`;

/**
 * Scraped counters that appeared within the window, with their value: Django exposes a label set only after its first
 * event, which `increase` cannot see. That the target answered then shows that the series was not merely missed.
 */
export function firstEvents(metric: string, seconds: number, matchers = ''): Expression {
  const scraped = `${metric}${matching(SCRAPED, matchers)}`;
  const ago = span(seconds);
  return promql`(${scraped} unless ${identity(metric)} ${scraped} offset ${ago}) and on (job, instance) (up offset ${ago} == 1)`;
}

/**
 * What a scraped counter grew by, with the value that a label set appeared with, which `increase` cannot see: one that was
 * not there when the window began, and lacked in one of the target's scrapes since, began there at 0. It is there now, or
 * its whole target is gone; what a restart of the target ended is neither.
 */
function scrapedGrowth(metric: string, matchers: string, seconds: number): Expression {
  const scraped = `${metric}${matching(SCRAPED, matchers)}`;
  const time = span(seconds);
  const range = `${scraped}[${time}]`;
  const grown = promql`increase(${range})`;
  const scrapes = promql`min by (app, job, instance) (sum_over_time(up[${time}]))`;
  const began = promql`(
    min_over_time(${range})
    and
    (${scraped} or min_over_time(${range}) unless on (app, job, instance) up)
    and
    count_over_time(${range}) < on (app, job, instance) group_left () ${scrapes}
    unless ${identity(metric)}
    ${scraped} offset ${time}
  )`;
  return promql`(
  ${grown} + ${began}
  or
  ${grown}
  or
  ${began}
)`;
}

/** How often something happened in a second, as a target exposes it, the first event of each label set included. */
export function scrapedRate(metric: string, seconds: number, matchers: string): Expression {
  return promql`${scrapedGrowth(metric, matchers, seconds)} / ${seconds}`;
}

/** `anyIncrease` with the first events of what is scraped: for what is compared with a limit, or with nothing at all. */
export function anyEvents(metric: string, seconds: number): Expression {
  return promql`(${scrapedGrowth(metric, '', seconds)} or ${pushedIncrease(metric, '', seconds)})`;
}
