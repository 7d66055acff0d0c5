import { seriesKey, type Value } from '../published';
import type { Scraper } from './scraper';

/** What a Pushgateway has of runs, read with nothing of the product's own client. */

/** What fold publishes of what runs counted, and of the runs themselves. */
const TOTALS = new Map([
  ['reviewmaps_enrichment_total', 'COUNTER'],
  ['reviewmaps_enrichment_duration_seconds', 'HISTOGRAM'],
  ['reviewmaps_naver_api_calls_total', 'COUNTER'],
  ['reviewmaps_naver_api_duration_seconds', 'HISTOGRAM'],
  ['reviewmaps_naver_api_rate_limit_hits', 'COUNTER'],
  ['reviewmaps_exceptions_total', 'COUNTER'],
  ['reviewmaps_cleanup_deleted_rows', 'COUNTER'],
  ['reviewmaps_scraper_runs_total', 'COUNTER'],
  ['reviewmaps_scraper_runs_silent_total', 'COUNTER'],
]);

type Labels = Readonly<Record<string, string>>;

interface Stored {
  readonly labels: Labels;
  readonly value?: string;
  readonly buckets?: Labels;
  readonly sum?: string;
  readonly count?: string;
}

interface Group {
  readonly labels: Labels;
  readonly [family: string]: unknown;
}

async function groups(url: string): Promise<Group[]> {
  const { data }: { data: Group[] } = JSON.parse(await (await fetch(`${url}/api/v1/metrics`)).text());
  return data;
}

/** The label `run` of every group of a run that is there, in order. */
export async function runsAt(url: string): Promise<string[]> {
  const own = (await groups(url)).filter(({ labels }) => labels['job'] === 'scraper');
  return own.map(({ labels }) => labels['run'] ?? '').sort();
}

function isFamily(value: unknown): value is { readonly type: string; readonly metrics: readonly Stored[] } {
  return typeof value === 'object' && value !== null && 'type' in value && 'metrics' in value;
}

/** Everything that fold published, histograms by bucket; empty when there is nothing. */
export async function published(url: string): Promise<Map<string, number>> {
  const own = (await groups(url)).filter(({ labels }) => labels['job'] === 'reviewmaps-scraper');
  if (own.length > 1) throw new Error(`fold has several groups: ${JSON.stringify(own.map((g) => g.labels))}`);
  const series = new Map<string, number>();
  for (const [name, family] of Object.entries(own[0] ?? {})) {
    if (!name.startsWith('reviewmaps_') || !isFamily(family)) continue;
    const expected = TOTALS.get(name);
    if (expected !== undefined && family.type !== expected)
      throw new Error(`${name} is stored as ${family.type}`);
    for (const stored of family.metrics) {
      const { job: _job, app: _app, instance: _instance, ...labels } = stored.labels;
      if (stored.buckets === undefined) series.set(seriesKey(name, labels), Number(stored.value));
      else addHistogram(series, name, labels, stored);
    }
  }
  return series;
}

function addHistogram(series: Map<string, number>, name: string, labels: Labels, stored: Stored): void {
  for (const [bound, count] of Object.entries(stored.buckets ?? {})) {
    const le = bound === '+Inf' ? bound : String(Number(bound));
    series.set(seriesKey(`${name}_bucket`, { ...labels, le }), Number(count));
  }
  series.set(seriesKey(`${name}_sum`, labels), Number(stored.sum));
  series.set(seriesKey(`${name}_count`, labels), Number(stored.count));
}

/** Only what adds up over runs: neither fold's gauges nor what it says of itself. */
export function totalsOf(series: ReadonlyMap<string, number>): Map<string, number> {
  const names = new Set<string>();
  for (const [name, type] of TOTALS)
    for (const suffix of type === 'HISTOGRAM' ? ['_bucket', '_sum', '_count'] : [''])
      names.add(name + suffix);
  return new Map([...series].filter(([key]) => names.has(key.slice(0, key.indexOf(' ')))));
}

/**
 * What the totals must be: the sum of what the runs counted by themselves, and how each of them ended.
 * @param unnoticed runs that were killed and whose silence nobody has noticed yet.
 */
export async function sumOf(
  scrapers: readonly Scraper[],
  unnoticed: readonly Scraper[],
): Promise<Map<string, Value>> {
  const totals = new Map<string, number>();
  const add = (metric: string, labels: Labels, value: number): void => {
    const key = seriesKey(metric, labels);
    totals.set(key, (totals.get(key) ?? 0) + value);
  };
  for (const scraper of scrapers) {
    const { counters, histograms } = await scraper.truth();
    for (const { metric, labels, value } of counters) add(metric, labels, value);
    for (const { metric, labels, buckets, sum, count } of histograms) {
      for (const [le, number] of Object.entries({ ...buckets, '+Inf': count }))
        add(`${metric}_bucket`, { ...labels, le }, number);
      add(`${metric}_sum`, labels, sum);
      add(`${metric}_count`, labels, count);
    }
    const { ending, options } = scraper;
    if (unnoticed.includes(scraper)) continue;
    if (ending === 'killed' || scraper.wasSilent)
      add('reviewmaps_scraper_runs_silent_total', { scraper: options.name }, 1);
    if (ending === 'success' || ending === 'failed')
      add('reviewmaps_scraper_runs_total', { scraper: options.name, status: ending }, 1);
  }
  return new Map([...totals].map(([key, value]): [string, Value] => [key, tolerated(key, value)]));
}

/** Adding in another order rounds differently; only sums are not whole numbers. */
function tolerated(key: string, value: number): Value {
  return key.includes('_sum ') ? { least: value - 1e-9, most: value + 1e-9 } : value;
}

/** Reads what passes to fold's group, push by push, and keeps which series fell: a counter never does. */
export class Falls {
  readonly found: string[] = [];
  private readonly latest = new Map<string, number>();

  /** @param exposition in the text format. */
  read(exposition: string): void {
    for (const line of exposition.split('\n')) {
      const [, key = '', name = '', value] = /^((\w+)(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
      const family = name.replace(/_(bucket|sum|count)$/, '');
      if (!TOTALS.has(name) && !TOTALS.has(family)) continue;
      const before = this.latest.get(key) ?? 0;
      if (Number(value) < before) this.found.push(`${key} fell from ${before} to ${value}`);
      this.latest.set(key, Number(value));
    }
  }
}
