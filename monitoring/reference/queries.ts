import { anyIncrease, pushedIncrease } from '../rules/counters';
import { type Expression, promql, span } from '../rules/promql';
import { DAY, HOUR } from '../rules/windows';
import { settings } from '../settings';

/** Pieces of the example queries. They read as the rules do: the label `app` stays, nothing gives NaN. */

/**
 * A gauge only while its job pushes: the gateway keeps the last value of a dead one for ever.
 * @param series with its comparison, if there is one: "and" binds less than that.
 */
export function fresh(series: string): Expression {
  return promql`${series} and on (app, job) reviewmaps:push_age_seconds < ${settings.staleAfterSeconds}`;
}

/** What only jobs push, by labels, within a day. */
export function pushedInDay(metric: string, labels: readonly string[], matchers = ''): Expression {
  return sumOf(labels, pushedIncrease(metric, matchers, DAY));
}

/** What jobs push or Django exposes, by labels. */
export function anyBy(metric: string, labels: readonly string[], seconds: number, matchers = ''): Expression {
  return sumOf(labels, anyIncrease(metric, matchers, seconds));
}

/** The expression is the rules' own; only its lines are broken where it can be read. */
function sumOf(labels: readonly string[], expression: Expression): Expression {
  const lines = expression.text
    .replace(/^\((.*)\)$/s, '$1')
    .replace(/ or \((max_over_time.*)\)$/, '\nor\n$1')
    .replace(' - min_over_time', '\n-\nmin_over_time')
    .replaceAll('\n', '\n  ');
  return promql`
sum by (${['app', ...labels].join(', ')}) (
  ${lines}
)`;
}

/** A quantile of the last hour, for events that are minutes apart. No observations, no series. */
export function quantileOfHour(histogram: string, share: number, label: string): Expression {
  return promql`
histogram_quantile(
  ${share},
  sum by (app, ${label}, le) (rate(${histogram}_bucket[${span(HOUR)}]))
) >= 0`;
}

export function meanOfHour(histogram: string, label: string): Expression {
  const rate = (part: 'sum' | 'count') =>
    promql`sum by (app, ${label}) (rate(${histogram}_${part}[${span(HOUR)}]))`;
  return promql`
${rate('sum')}
/
(${rate('count')} > 0)`;
}
