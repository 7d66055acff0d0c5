import { isAlert, type RuleGroup } from '../../../monitoring/rules/definition';
import { Expression, span } from '../../../monitoring/rules/promql';
import { believedFor, ERROR_WINDOW, MINUTE } from '../../../monitoring/rules/windows';
import { settings } from '../../../monitoring/settings';
import type { MonitoringConfig } from '../../../src/config/config';

/**
 * Everything happens this many times faster than in production: a minute is two seconds. Prometheus has no clock that
 * could be turned, and nobody waits for an alert that takes five minutes. What is shortened is every period that rules,
 * configurations and schedules name, by this one factor, and nothing else: names, labels and limits stay as they are.
 */
export const FACTOR = 30;

/** Milliseconds that a minute of production takes here. */
export const MINUTE_MS = 60_000 / FACTOR;

const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };

/** A duration such as `1m15s`, shortened. */
function shorter(duration: string): string {
  const seconds = [...duration.matchAll(/(\d+)(ms|[smhd])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN),
    0,
  );
  return span(seconds / FACTOR);
}

/** An expression with its windows and offsets shortened. */
export function shorterWindows(expr: string): string {
  return expr.replaceAll(/(?<=\[|offset )(?:\d+(?:ms|[smhd]))+/g, shorter);
}

/**
 * Numbers in expressions that are seconds, though nothing there says so: limits of an age, what a rate is times, and what
 * a number is divided by to become one.
 */
const SECONDS: readonly number[] = [
  MINUTE,
  believedFor(settings),
  ERROR_WINDOW,
  settings.staleAfterSeconds,
  settings.scraperSuccessWithinSeconds,
];

/** An expression with its windows, its offsets and the numbers that are seconds shortened. */
export function shorterSeconds(expr: string): string {
  return shorterWindows(expr).replaceAll(/(?<=[*/<>] )\d+(?![\d.])/g, (number) =>
    SECONDS.includes(Number(number)) ? String(Number(number) / FACTOR) : number,
  );
}

/** For the rules: more requests come in a second. */
export const fasterSettings: MonitoringConfig = {
  ...settings,
  leastRequestRate: settings.leastRequestRate * FACTOR,
};

/** The settings of the scrape configuration. */
export const fasterScrapes: MonitoringConfig = {
  ...settings,
  scrapeIntervalSeconds: settings.scrapeIntervalSeconds / FACTOR,
};

/** @param groups made from `fasterSettings` */
export function fasterRules(groups: readonly RuleGroup[]): readonly RuleGroup[] {
  return groups.map(({ intervalSeconds, rules, ...group }) => ({
    ...group,
    ...(intervalSeconds === undefined ? {} : { intervalSeconds: intervalSeconds / FACTOR }),
    rules: rules.map((rule) => {
      const expr = new Expression(shorterSeconds(rule.expr.text));
      if (!isAlert(rule)) return { ...rule, expr };
      const { forSeconds, keepFiringSeconds, ...alert } = rule;
      return {
        ...alert,
        expr,
        forSeconds: forSeconds / FACTOR,
        ...(keepFiringSeconds === undefined ? {} : { keepFiringSeconds: keepFiringSeconds / FACTOR }),
      };
    }),
  }));
}

/** The text of alertmanager.yml, whose routes wait for less. */
export function fasterRoutes(configuration: string): string {
  return configuration.replaceAll(/(?<=(?:group_wait|group_interval|repeat_interval): )\S+/g, (duration) =>
    shorter(duration),
  );
}
