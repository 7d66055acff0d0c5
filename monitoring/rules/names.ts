import { catalog } from '../../src/metrics/catalog';
import { externalMetrics } from '../external-metrics';

/** Reads metric and label names out of expressions, as far as the checks need it. */

interface KnownMetric {
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly labels: readonly string[];
}

const known: Readonly<Record<string, KnownMetric>> = { ...catalog, ...externalMetrics };

/** Labels that the scrape, the gateway and the histograms add. */
const COMMON_LABELS = ['app', 'job', 'instance', 'le'];

/** The metric that a series of this name belongs to: histograms have three names. */
export function metricOf(name: string): KnownMetric | undefined {
  const own = Object.hasOwn(known, name) ? known[name] : undefined;
  if (own !== undefined) return own.type === 'histogram' ? undefined : own;
  const base = name.replace(/_(bucket|sum|count)$/, '');
  const histogram = base !== name && Object.hasOwn(known, base) ? known[base] : undefined;
  return histogram?.type === 'histogram' ? { type: 'counter', labels: histogram.labels } : undefined;
}

export function labelsOf(name: string, recorded: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const record = recorded.get(name);
  return record ?? [...(metricOf(name)?.labels ?? []), ...COMMON_LABELS];
}

const WORDS = new Set(['and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'offset', 'bool']);
const GROUPED = /\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;

/** Names of series in an expression, each once. */
export function seriesNames(expression: string): readonly string[] {
  const bare = expression
    .replaceAll(/"[^"]*"/g, '""')
    .replaceAll(/\{[^}]*\}/g, '')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(GROUPED, '')
    .replaceAll(/\boffset\s+\S+/g, '');
  const names = [...bare.matchAll(/(?<![\w.])[a-zA-Z_:][\w:]*/g)];
  return [
    ...new Set(
      names
        .filter(({ 0: name, index }) => !WORDS.has(name) && !/^\s*\(/.test(bare.slice(index + name.length)))
        .map(({ 0: name }) => name),
    ),
  ];
}

/** Every selector of an expression: the series' name and the labels that it matches. */
export function selectors(expression: string): readonly { name: string; labels: readonly string[] }[] {
  const found = expression.matchAll(/([a-zA-Z_:][\w:]*)\{((?:[^"}]|"[^"]*")*)\}/g);
  return [...found].map(([, name = '', matchers = '']) => ({
    name,
    labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, matched = '']) => matched),
  }));
}

/** Labels that an expression groups or matches by. */
export function groupedLabels(expression: string): readonly string[] {
  return [...expression.matchAll(GROUPED)].flatMap(([, , list = '']) =>
    list
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  );
}
