/** A test of an alert with promtool: series that are fed in, and what the alert says at a moment. */
export interface AlertCase {
  readonly name: string;
  /** Seconds between values of the series and between evaluations. */
  readonly every: number;
  /** Series as text, and their values in promtool's notation (`0+1x9`, `_` for none, `stale`). */
  readonly series: Readonly<Record<string, string>>;
  /** When the alert is looked at, as a duration since the start. */
  readonly at: string;
  /** Empty when it must be quiet. */
  readonly firing: readonly Firing[];
}

export interface Firing {
  /** Labels besides alertname and severity. */
  readonly labels: Readonly<Record<string, string>>;
  /** The value as the description shows it. */
  readonly value: string;
}

/** The cases of one alert: at least one that fires and one that stays quiet. */
export interface AlertCases {
  readonly fires: readonly [AlertCase, ...AlertCase[]];
  readonly quiet: readonly AlertCase[];
}

type Series = Readonly<Record<string, string>>;

export const APP = 'reviewmaps-server';
const SCRAPE = 15;
const COARSE = 300;

export function fires(name: string, series: Series, at: string, ...firing: readonly Firing[]): AlertCase {
  return { name, every: SCRAPE, series, at, firing };
}

export function quiet(name: string, series: Series, at: string): AlertCase {
  return { name, every: SCRAPE, series, at, firing: [] };
}

/** A case that spans hours or days: one value in five minutes. */
export function coarse(one: AlertCase): AlertCase {
  return { ...one, every: COARSE };
}

/** A case of a day in which a single scrape matters: one value in a minute. */
export function perMinute(one: AlertCase): AlertCase {
  return { ...one, every: 60 };
}

/** A case that spans days and in which no minute matters. */
export function hourly(one: AlertCase): AlertCase {
  return { ...one, every: 3_600 };
}

/** A case whose values come every five seconds, so that scrapes can lie off the grid of the evaluations. */
export function fine(one: AlertCase): AlertCase {
  return { ...one, every: 5 };
}

/** Scrapes every 15 s, five seconds after each evaluation, as real scrapes are never on the moment. For `fine`. */
export function offGrid(values: readonly number[]): string {
  return values.map((value) => `_ ${value} _`).join(' ');
}

/** A gauge of which five scrapes in a row fail after two minutes: its series ends and begins anew. */
export function interrupted(value: number): string {
  return `${value}x8 stale _x4 ${value}x240`;
}

/** A gauge that is exposed for two minutes and then no more. */
export function gone(value: number): string {
  return `${value}x8 stale`;
}

/** What a series of the app is called, with the labels of whoever exposes it. */
export function pushed(metric: string, job: string, labels: Series = {}): string {
  return named(metric, { app: APP, job, ...labels });
}

export function scraped(metric: string, labels: Series = {}): string {
  return named(metric, { app: APP, instance: 'django:8000', job: 'django', ...labels });
}

export function named(metric: string, labels: Series): string {
  const list = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `${metric}{${list.join(',')}}`;
}
