import { formatNumber, parseNumber } from './go-number';
import { LineError, readSampleLine, type SampleLine } from './sample-line';

/** The text format 0.0.4, read into families. */

const METRIC_TYPES = ['counter', 'gauge', 'histogram', 'summary', 'untyped'] as const;
export type MetricType = (typeof METRIC_TYPES)[number];

export interface Metric {
  /** Without `le` or `quantile`, which are the keys of `parts`. */
  readonly labels: Readonly<Record<string, string>>;
  /** The value of a counter, gauge or untyped series. */
  readonly value: number;
  /** Sum and count of a histogram or summary. */
  readonly sum: number;
  readonly count: number;
  /** Buckets by upper bound, or quantiles, as Go prints the bound. */
  readonly parts: ReadonlyMap<string, number>;
  readonly hasTimestamp: boolean;
}

export interface Family {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string | undefined;
  readonly metrics: readonly Metric[];
}

/** The body is not text format 0.0.4. The message is what the real gateway answers. */
export class ExpositionError extends Error {}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface MetricDraft extends Omit<Mutable<Metric>, 'parts'> {
  parts: Map<string, number>;
}
interface FamilyDraft {
  name: string;
  type: MetricType | undefined;
  help: string | undefined;
  metrics: MetricDraft[];
  bySeries: Map<string, MetricDraft>;
}

/** One text for one label set, whatever the order of its labels. */
export function seriesKey(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const PART_LABELS: Partial<Record<MetricType, string>> = { histogram: 'le', summary: 'quantile' };
const SUFFIXES: Partial<Record<MetricType, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['_sum', '_count'],
};

class Reader {
  readonly families = new Map<string, FamilyDraft>();

  family(name: string): FamilyDraft {
    const known = this.families.get(name);
    if (known !== undefined) return known;
    const added: FamilyDraft = {
      name,
      type: undefined,
      help: undefined,
      metrics: [],
      bySeries: new Map(),
    };
    this.families.set(name, added);
    return added;
  }

  /** The family that a sample's name belongs to: its own, or the histogram or summary that it is a part of. */
  private owner(name: string): { family: FamilyDraft; suffix: string } {
    if (!this.families.has(name)) {
      for (const type of ['summary', 'histogram'] as const) {
        for (const suffix of SUFFIXES[type] ?? []) {
          const family = name.endsWith(suffix) && this.families.get(name.slice(0, -suffix.length));
          if (family && family.type === type) return { family, suffix };
        }
      }
    }
    return { family: this.family(name), suffix: '' };
  }

  comment(line: string): void {
    const match = /^[ \t]*#[ \t]+(HELP|TYPE)[ \t]+([a-zA-Z_:][\w:]*)(?:[ \t]+(.*))?$/.exec(line);
    if (match === null) return;
    const [, keyword, name = '', rest = ''] = match;
    const family = this.family(name);
    if (keyword === 'HELP') {
      if (family.help !== undefined) throw new LineError(`second HELP line for metric name "${name}"`);
      family.help = unescapeHelp(rest);
      return;
    }
    if (family.type !== undefined || family.metrics.length > 0) {
      throw new LineError(`second TYPE line for metric name "${name}", or TYPE reported after samples`);
    }
    const type = METRIC_TYPES.find((known) => known === rest.toLowerCase());
    if (type === undefined) throw new LineError(`unknown metric type "${rest}"`);
    family.type = type;
  }

  sample(line: SampleLine): void {
    const { family, suffix } = this.owner(line.name);
    const value = parseNumber(line.value);
    if (value === undefined) throw new LineError(`expected float as value, got "${line.value}"`);
    const partLabel = PART_LABELS[family.type ?? 'untyped'];
    const { metric, bound } = this.metric(family, line, partLabel);
    if (partLabel === undefined) metric.value = value;
    else if (suffix === '_sum') metric.sum = value;
    else if (suffix === '_count') metric.count = Math.trunc(value);
    else if (bound !== undefined) metric.parts.set(bound, value);
  }

  private metric(
    family: FamilyDraft,
    line: SampleLine,
    partLabel: string | undefined,
  ): { metric: MetricDraft; bound: string | undefined } {
    const labels = { ...line.labels };
    let bound: string | undefined;
    const written = partLabel === undefined ? undefined : labels[partLabel];
    if (partLabel !== undefined && written !== undefined) {
      const number = parseNumber(written);
      if (number === undefined) {
        throw new LineError(`expected float as value for '${partLabel}' label, got "${written}"`);
      }
      bound = formatNumber(number);
      delete labels[partLabel];
    }
    const key = seriesKey(labels);
    // The lines of one histogram make one series; two lines of a gauge with the same labels stay two, and are refused later.
    const known = partLabel === undefined ? undefined : family.bySeries.get(key);
    const metric = known ?? {
      labels,
      value: 0,
      sum: 0,
      count: 0,
      parts: new Map<string, number>(),
      hasTimestamp: false,
    };
    if (known === undefined) {
      family.metrics.push(metric);
      family.bySeries.set(key, metric);
    }
    metric.hasTimestamp ||= line.hasTimestamp;
    return { metric, bound };
  }
}

function unescapeHelp(text: string): string {
  return text.replace(/\\(.?)/g, (_, escaped: string) => {
    if (escaped === 'n') return '\n';
    if (escaped === '\\') return '\\';
    throw new LineError(`invalid escape sequence '\\${escaped}'`);
  });
}

/** Reads a pushed body. @throws ExpositionError with the number of the line that is wrong. */
export function parseExposition(text: string): readonly Family[] {
  const reader = new Reader();
  const lines = text.split('\n');
  const unfinished = lines.pop() ?? '';
  lines.forEach((line, index) => {
    try {
      if (/^[ \t]*#/.test(line)) reader.comment(line);
      else if (!/^[ \t]*$/.test(line)) reader.sample(readSampleLine(line));
    } catch (thrown) {
      if (!(thrown instanceof LineError)) throw thrown;
      throw new ExpositionError(`text format parsing error in line ${index + 1}: ${thrown.message}`);
    }
  });
  if (unfinished !== '') {
    throw new ExpositionError(
      `text format parsing error in line ${lines.length + 1}: unexpected end of input stream`,
    );
  }
  return [...reader.families.values()]
    .filter((family) => family.metrics.length > 0)
    .map(({ name, type, help, metrics }) => ({ name, type: type ?? 'untyped', help, metrics }));
}
