/** What a Pushgateway has stored, read with nothing of the product's own client. */

/** One series: its metric and labels, the grouping labels left out. Its text is the same for the same series. */
export function seriesKey(metric: string, labels: Readonly<Record<string, string>> = {}): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${metric} ${JSON.stringify(Object.fromEntries(sorted))}`;
}

/** Values by series. */
export type Published = ReadonlyMap<string, number>;

interface StoredFamily {
  readonly type: string;
  readonly metrics: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: string }[];
}

interface StoredGroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly [family: string]: unknown;
}

/** What the gateway adds to each group. */
const OF_THE_GATEWAY = new Set([
  'labels',
  'last_push_successful',
  'push_time_seconds',
  'push_failure_time_seconds',
]);

/** Counters of the contract; everything else that these jobs push is a gauge. */
const COUNTERS = new Set(['reviewmaps_campaign_expired_total', 'reviewmaps_cleanup_deleted_rows']);

/** Labels of each stored group, as text, in order: the gateway has none. */
export async function groups(url: string): Promise<string[]> {
  const all = (await stored(url)).map(({ labels: { job, ...rest } }) => seriesKey(job ?? '', rest));
  return all.sort((a, b) => (a < b ? -1 : 1));
}

/** Every series of a job's group; undefined when there is none. Throws when the group is not as every group must be. */
export async function published(url: string, job: string): Promise<Published | undefined> {
  const own = (await stored(url)).filter(({ labels }) => labels['job'] === job);
  const [group, second] = own;
  if (group === undefined) return undefined;
  if (second !== undefined)
    throw new Error(`${job} has several groups: ${JSON.stringify(own.map((g) => g.labels))}`);
  const series = new Map<string, number>();
  for (const [name, value] of Object.entries(group)) {
    if (OF_THE_GATEWAY.has(name)) continue;
    const { type, metrics } = family(name, value);
    if (type !== (COUNTERS.has(name) ? 'COUNTER' : 'GAUGE')) throw new Error(`${name} is stored as ${type}`);
    for (const { labels, value: number } of metrics) {
      const { instance, ...others } = labels;
      const rest: Record<string, string> = others;
      if (instance !== '') throw new Error(`${name} has the instance ${instance}`);
      for (const [label, expected] of Object.entries(group.labels)) {
        if (rest[label] !== expected) throw new Error(`${name} is without the grouping label ${label}`);
        delete rest[label];
      }
      series.set(seriesKey(name, rest), Number(number));
    }
  }
  return series;
}

async function stored(url: string): Promise<StoredGroup[]> {
  const answer = await fetch(`${url}/api/v1/metrics`);
  const { data }: { data: StoredGroup[] } = JSON.parse(await answer.text());
  return data;
}

function family(name: string, value: unknown): StoredFamily {
  if (typeof value !== 'object' || value === null || !('type' in value) || !('metrics' in value))
    throw new Error(`${name} is no family`);
  const { type, metrics }: { type: unknown; metrics: unknown } = value;
  return { type: String(type), metrics: Array.isArray(metrics) ? metrics : [] };
}

/** Anything between two numbers, for what depends on the machine. */
interface Range {
  readonly least: number;
  readonly most: number;
}

export type Value = number | Range;
export type Expected = ReadonlyMap<string, Value>;

/** A time that a run may have taken, in seconds. */
export const DURATION: Range = { least: 0, most: 60 };

/** What is there and should not be, what is missing, and what has another value: one line each. */
export function differences(found: Published | undefined, expected: Expected): string[] {
  if (found === undefined) return ['nothing was pushed'];
  const lines: string[] = [];
  for (const [key, value] of found) if (!expected.has(key)) lines.push(`unexpected: ${key} is ${value}`);
  for (const [key, wanted] of expected) {
    const value = found.get(key);
    if (value === undefined) lines.push(`missing: ${key}, expected ${JSON.stringify(wanted)}`);
    else if (typeof wanted === 'number' ? value !== wanted : !(value >= wanted.least && value <= wanted.most))
      lines.push(`${key} is ${value}, expected ${JSON.stringify(wanted)}`);
  }
  return lines;
}
