import type { Family, Metric } from './exposition';
import { formatNumber, parseNumber } from './go-number';

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapeHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

/** Labels by name, as `{a="1",b="2"}`; `last` stands behind them. Empty without labels. */
export function labelText(
  labels: Readonly<Record<string, string>>,
  last?: readonly [string, string],
): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const all = last === undefined ? sorted : [...sorted, last];
  return all.length === 0
    ? ''
    : `{${all.map(([name, value]) => `${name}="${escapeLabel(value)}"`).join(',')}}`;
}

/** Bounds of buckets or quantiles in ascending order. */
function sortedParts(metric: Metric): readonly (readonly [string, number])[] {
  return [...metric.parts].sort(([a], [b]) => (parseNumber(a) ?? 0) - (parseNumber(b) ?? 0));
}

function lines({ name, type }: Family, metric: Metric): readonly string[] {
  if (type !== 'histogram' && type !== 'summary') {
    return [`${name}${labelText(metric.labels)} ${formatNumber(metric.value)}`];
  }
  const partName = type === 'histogram' ? `${name}_bucket` : name;
  const partLabel = type === 'histogram' ? 'le' : 'quantile';
  const parts = [...sortedParts(metric)];
  if (type === 'histogram' && !metric.parts.has('+Inf')) parts.push(['+Inf', metric.count]);
  return [
    ...parts.map(
      ([bound, value]) => `${partName}${labelText(metric.labels, [partLabel, bound])} ${formatNumber(value)}`,
    ),
    `${name}_sum${labelText(metric.labels)} ${formatNumber(metric.sum)}`,
    `${name}_count${labelText(metric.labels)} ${formatNumber(metric.count)}`,
  ];
}

/** Families as text format 0.0.4, ending in a newline. */
export function renderText(families: readonly Family[]): string {
  return families
    .flatMap((family) => [
      ...(family.help === undefined ? [] : [`# HELP ${family.name} ${escapeHelp(family.help)}`]),
      `# TYPE ${family.name} ${family.type}`,
      ...family.metrics.flatMap((metric) => lines(family, metric)),
    ])
    .map((line) => `${line}\n`)
    .join('');
}
