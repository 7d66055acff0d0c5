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
 * The window whose samples span one minute: one interval more, because between n scrapes lie n - 1 intervals.
 * `rate` over it, times 60, is then what really happened in that minute.
 */
export function minuteOfScrapes(settings: MonitoringConfig): number {
  return Math.max(MINUTE + settings.scrapeIntervalSeconds, shortest(settings));
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
