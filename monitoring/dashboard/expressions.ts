import { seriesNames } from '../rules/names';
import { drawsBars, type Panel } from './definition';
import { DEFAULT_APPLICATION, DEFAULT_THRESHOLD, EVERY_APPLICATION, THRESHOLDS } from './variables';

/** The panels' queries as Prometheus gets them: with a value for each variable. */

/** Scrapes, or least steps of a query, in $__rate_interval. */
const LEAST_SCRAPES = 4;

export interface VariableValues {
  /** A regular expression: Grafana writes several chosen applications as `(a|b)`. */
  readonly application: string;
  /** Seconds, as the label `le` has them. */
  readonly threshold: string;
  /** Duration such as `1m`: at least four scrapes. */
  readonly rateInterval: string;
  /** Duration of the dashboard's time range. */
  readonly range: string;
}

/** Whole seconds of the shortest $__rate_interval that Grafana gives a panel's queries. */
export function rateIntervalSeconds(panel: Panel, scrapeSeconds: number): number {
  const { minStepSeconds = scrapeSeconds } = panel;
  const shortest = LEAST_SCRAPES * (drawsBars(panel) ? scrapeSeconds : minStepSeconds);
  // PromQL knows no parts of a second but milliseconds.
  return Math.ceil(Math.max(minStepSeconds + scrapeSeconds, shortest));
}

/** What the dashboard has when it opens, at a scrape interval of 15 s. */
export const DEFAULT_VALUES: VariableValues = {
  application: DEFAULT_APPLICATION,
  threshold: DEFAULT_THRESHOLD,
  rateInterval: '1m',
  range: '6h',
};

/**
 * The expression with the values in the place of its variables.
 * @throws RangeError for a variable that the dashboard does not have.
 */
export function substitute(expr: string, values: VariableValues): string {
  return expr.replaceAll(/\$(\w+)/g, (written, name: string) => {
    switch (name) {
      case 'application':
        return values.application;
      case 'threshold':
        return values.threshold;
      case '__rate_interval':
        return values.rateInterval;
      case '__range':
        return values.range;
      default:
        throw new RangeError(`the dashboard has no variable ${written}`);
    }
  });
}

/**
 * The expression once for each value of its variables, without repeating itself.
 * @param applications names as the label `app` has them; each, several together, and "All" are tried.
 */
export function everyValue(
  expr: string,
  applications: readonly string[],
  windows: Pick<VariableValues, 'rateInterval' | 'range'> = DEFAULT_VALUES,
): readonly string[] {
  const chosen = [
    ...applications.map(escaped),
    ...(applications.length > 1 ? [`(${applications.map(escaped).join('|')})`] : []),
    EVERY_APPLICATION,
  ];
  const written = chosen.flatMap((application) =>
    THRESHOLDS.map((threshold) => substitute(expr, { ...windows, application, threshold })),
  );
  return [...new Set(written)];
}

/** As Grafana escapes a value for Prometheus: for the regular expression, and for the string around it. */
function escaped(application: string): string {
  return application.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\\$&`);
}

/** Names of the series that an expression reads, each once. */
export function seriesIn(expr: string): readonly string[] {
  return seriesNames(substitute(expr, DEFAULT_VALUES));
}
