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
 * Scraped counters that appeared within the window, with their value: Django exposes a label set only after its first
 * event, which `increase` cannot see. That the target answered then shows that the series was not merely missed.
 */
export function firstEvents(metric: string, seconds: number, matchers = ''): Expression {
  const scraped = `${metric}${matching(SCRAPED, matchers)}`;
  const ago = span(seconds);
  return promql`(${scraped} unless ${scraped} offset ${ago}) and on (job, instance) (up offset ${ago} == 1)`;
}

/**
 * How often something happened in a second, as a target exposes it, the first event of each label set included. A label
 * set that is new within the window has its whole value from there.
 */
export function scrapedRate(metric: string, seconds: number, matchers: string): Expression {
  const range = `${metric}${matching(SCRAPED, matchers)}[${span(seconds)}]`;
  return promql`((${firstEvents(metric, seconds, matchers)}) / ${seconds} or rate(${range}))`;
}
