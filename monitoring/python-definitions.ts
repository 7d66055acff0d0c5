import { definitionOf, RUN_MARKS, RUN_METRICS } from '../src/metrics/catalog';

/** What the Python package is told of a metric. */
interface PythonDefinition {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
}

/** The metrics that scraper runs and the Django server count themselves, for the Python package to read. */
export function pythonDefinitions(): string {
  const metrics = RUN_METRICS.map((name): PythonDefinition => {
    const { type, help, labels, buckets } = definitionOf(name);
    return { name, type, help, labels, ...(buckets === undefined ? {} : { buckets }) };
  });
  const marks = Object.entries(RUN_MARKS).map(([name, help]) => ({ name, type: 'gauge', help, labels: [] }));
  return `[\n${[...metrics, ...marks].map(entry).join(',\n')}\n]\n`;
}

/** One member a line, lists inline: a changed metric is a changed line. */
function entry(definition: PythonDefinition): string {
  const members = Object.entries(definition).map(
    ([key, value]) => `    ${JSON.stringify(key)}: ${inline(value)}`,
  );
  return `  {\n${members.join(',\n')}\n  }`;
}

function inline(value: unknown): string {
  return Array.isArray(value)
    ? `[${value.map((item) => JSON.stringify(item)).join(', ')}]`
    : JSON.stringify(value);
}
