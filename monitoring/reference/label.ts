import { catalog, definitionOf, isMetric } from '../../src/metrics/catalog';
import { commonLabels, type LabelExplanation, labels } from './labels';
import { code, table, toName } from './markdown';

/** The part of docs/metrics.md that explains the labels. */
export function labelSections(): string {
  const common = table(
    ['Label', 'Meaning'],
    Object.entries(commonLabels).map(([label, about]) => [code(label), about]),
  );
  return [
    '### Added on the way',
    common,
    ...Object.entries(labels).map(([label, explanation]) => section(label, explanation)),
  ].join('\n\n');
}

function section(label: string, { about, values, valuesOf, here }: LabelExplanation): string {
  const metrics = Object.keys(catalog)
    .filter(isMetric)
    .filter((name) => definitionOf(name).labels.includes(label));
  return [
    `### ${code(label)}`,
    about,
    ...(here === undefined ? [] : [`Here: ${here.map(code).join(', ')}.`]),
    ...(values === undefined ? [] : [valueTable(values)]),
    ...Object.entries(valuesOf ?? {}).flatMap(([metric, meanings]) => [
      `Of ${toName(metric)}:`,
      valueTable(meanings),
    ]),
    ...(valuesOf === undefined ? [`On ${metrics.map(toName).join(', ')}.`] : []),
  ].join('\n\n');
}

function valueTable(values: Readonly<Record<string, string>>): string {
  return table(
    ['Value', 'Meaning'],
    Object.entries(values).map(([value, meaning]) => [code(value), meaning]),
  );
}
