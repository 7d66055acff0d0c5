import type { MonitoringConfig } from '../../src/config/config';

/** Periods in seconds. The first four are part of what the alerts were asked to mean, and of recording rules' names. */
export const MINUTE = 60;
export const ERROR_WINDOW = 300;
export const LATENCY_WINDOW = 600;
export const DAY = 86_400;
export const HOUR = 3_600;

/** A window of fewer scrapes can be empty, or hold one sample, and then `rate` gives nothing. */
const LEAST_SCRAPES = 4;

/** The shortest window that rates and increases are reliable over. */
export function shortest({ scrapeIntervalSeconds }: MonitoringConfig): number {
  return LEAST_SCRAPES * scrapeIntervalSeconds;
}

/** For how long the last value of a gauge stands in for scrapes that failed: a few of them. */
export function bridged(settings: MonitoringConfig): number {
  return Math.max(2 * MINUTE, shortest(settings));
}

/**
 * The time between scrapes that surely has all of any one minute in it: one interval more, because a minute begins and
 * ends between scrapes.
 */
export function aroundMinute({ scrapeIntervalSeconds }: MonitoringConfig): number {
  return MINUTE + scrapeIntervalSeconds;
}

/** The window whose samples span that time: one interval more, because between n scrapes lie n - 1 intervals. */
export function windowAroundMinute(settings: MonitoringConfig): number {
  return aroundMinute(settings) + settings.scrapeIntervalSeconds;
}

/**
 * Age in seconds up to which the probe's answers are believed. By then the alert that it is dead has waited long enough:
 * were it less, a probe that gets through now and then would be neither believed nor dead.
 */
export function believedFor(settings: MonitoringConfig): number {
  return settings.staleAfterSeconds + shortest(settings) + settings.scrapeIntervalSeconds;
}

/** For what a job reports: this many runs in a row, so that one bad run calls nobody. */
export function runs(settings: MonitoringConfig, count: number): number {
  return settings.jobIntervalSeconds * count;
}

/**
 * How long what follows from a service that is down must hold. Effects show at once, and the service's own alert needs
 * the next run of the probe first: without two runs more they would speak before it holds them back.
 */
export function afterServiceDown(settings: MonitoringConfig): number {
  return settings.serviceDownForSeconds + runs(settings, 2);
}
