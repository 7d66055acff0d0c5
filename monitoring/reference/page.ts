import { definitionOf, type MetricName, RUN_MARKS } from '../../src/metrics/catalog';
import { externalMetrics } from '../external-metrics';
import { withPart } from '../page-parts';
import { isAlert } from '../rules/definition';
import { families } from './families';
import { labelSections } from './label';
import { anchor, code, orNone, promqlBlock, table, toAlert, toName } from './markdown';
import { inOneLine, metricSection, panelLinks } from './metric';
import { otherLabels, others } from './others';
import { readersOf, rules } from './readers';
import { thresholds } from './thresholds';

/**
 * docs/metrics.md: its prose is written by hand, its parts between marks come from the catalog, the dashboard, the rules
 * and what monitoring/reference explains.
 * @throws RangeError for a page without the marks of a part.
 */
export function referencePage(page: string): string {
  const parts: readonly (readonly [part: string, content: string])[] = [
    ['contents', contents()],
    ...families.map(({ part, metrics }) => [part, metrics.map(metricSection).join('\n\n')] as const),
    ['labels', labelSections()],
    ['recording rules', recordingRules()],
    [
      'marks',
      table(
        ['Metric', 'Meaning'],
        Object.entries(RUN_MARKS).map(([name, text]) => [code(name), text]),
      ),
    ],
    ['metrics of others', metricsOfOthers()],
    ['thresholds', thresholdTable()],
  ];
  return parts.reduce((text, [part, content]) => withPart(text, part, content), page);
}

/** Links to every metric, by family. */
function contents(): string {
  return families
    .map(({ title, metrics }) =>
      [
        `- [${title}](#${anchor(title)})`,
        ...metrics.map((name) => `  - ${toName(name)}: ${inBrief(name)}`),
      ].join('\n'),
    )
    .join('\n');
}

function inBrief(name: MetricName): string {
  const { type, labels } = definitionOf(name);
  return labels.length === 0 ? type : `${type} by ${labels.map(code).join(', ')}`;
}

function recordingRules(): string {
  const sections = rules.flatMap((rule) => {
    if (isAlert(rule)) return [];
    const { alerts, records, panels } = readersOf(rule.record);
    return [
      [
        `### ${code(rule.record)}`,
        rule.about,
        [
          `- **Labels:** ${orNone(rule.labels.map(code))}`,
          `- **Panels:** ${panelLinks({ panels })}`,
          `- **Alerts:** ${orNone(alerts.map(({ alert }) => toAlert(alert)))}`,
          ...(records.length === 0
            ? []
            : [`- **Recording rules:** ${orNone(records.map(({ record }) => toName(record)))}`]),
        ].join('\n'),
        promqlBlock(rule.expr.text),
      ].join('\n\n'),
    ];
  });
  return sections.join('\n\n');
}

const SOURCES = {
  prometheus: 'Prometheus',
  pushgateway: 'Pushgateway',
  'django-prometheus': 'django-prometheus',
  process: 'The Django process',
} as const;

function metricsOfOthers(): string {
  const byName = Object.entries(others).map(([name, meaning]) => ({ name, meaning, ...external(name) }));
  const tables = Object.entries(SOURCES).map(([source, title]) =>
    [
      `### ${title}`,
      table(
        ['Metric', 'Type', 'Labels', 'Meaning', 'Read by'],
        byName
          .filter((one) => one.source === source)
          .map(({ name, type, labels, meaning }) => [
            code(name),
            type,
            orNone(labels.map(code)),
            meaning,
            readBy(name),
          ]),
      ),
    ].join('\n\n'),
  );
  const labelTable = table(
    ['Label', 'Meaning'],
    Object.entries(otherLabels).map(([label, meaning]) => [code(label), meaning]),
  );
  return [...tables, '### Their labels', labelTable].join('\n\n');
}

function external(name: string) {
  const found = Object.entries(externalMetrics).find(([known]) => known === name);
  if (found === undefined) throw new RangeError(`${name} is not in monitoring/external-metrics.ts`);
  return found[1];
}

function readBy(name: string): string {
  const { alerts, records, panels } = readersOf(name);
  const through = records.map(({ record }) => toName(record)).join(', ');
  const direct = panels.length + alerts.length === 0 ? [] : [inOneLine({ panels, alerts })];
  return [...direct, ...(through === '' ? [] : [through])].join('; ') || '–';
}

/** So many rules are named; a setting that changes more changes nearly all. */
const MOST_NAMED = 8;

function thresholdTable(): string {
  return table(
    ['Setting', 'Now', 'Alerts', 'Recording rules'],
    thresholds().map(({ key, value, alerts, records }) => [
      code(key),
      value,
      alerts.length > MOST_NAMED
        ? `${alerts.length}: all that wait for runs of jobs`
        : orNone(alerts.map(toAlert)),
      orNone(records.map(toName)),
    ]),
  );
}
