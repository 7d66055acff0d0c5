import { GROUP_JOBS } from '../../src/jobs/job';
import { definitionOf, type MetricName, OTHER, RUN_METRICS } from '../../src/metrics/catalog';
import { SCRAPE_JOBS } from '../settings';
import { explanations } from './families';
import { anchor, code, orNone, promqlBlock, toAlert, toName } from './markdown';
import { type Readers, readersOf, recordsFrom } from './readers';

/** What docs/metrics.md says of one metric. */
export function metricSection(metric: MetricName): string {
  const { note, zero, absent, bounds, examples } = explanations[metric];
  const { help, type, unit, labels, limit, summed = labels, buckets } = definitionOf(metric);
  const readers = readersOf(metric);
  const facts: readonly (readonly [string, string] | undefined)[] = [
    ['Type', `${type}, ${unit === '1' ? '1 or 0' : `in ${unit}`}`],
    [
      'Labels',
      labels.length === 0 ? `none but ${code('job')} and ${code('app')}` : orNone(labels.map(toName)),
    ],
    ['From', producers(metric)],
    limit === undefined
      ? undefined
      : [
          'Label limit',
          `${limit.toLocaleString('en-US')} label sets (${code(`labelLimits.${metric}`)}); beyond it ${summed.map(code).join(' and ')} ${summed.length === 1 ? 'is' : 'are'} ${code(OTHER)}`,
        ],
    buckets === undefined ? undefined : ['Bounds', `${buckets.join(', ')} (${unit}). ${bounds ?? ''}`],
    ['0', zero],
    ['Absent', absent],
    ['Panels', panelLinks(readers)],
    ['Alerts', orNone(readers.alerts.map(({ alert }) => toAlert(alert)))],
    ...recordsFrom(metric).map(({ record }): readonly [string, string] => [
      `Through ${toName(record)}`,
      inOneLine(readersOf(record)),
    ]),
  ];
  return [
    `### ${code(metric)}`,
    note === undefined ? inMarkdown(help) : `${inMarkdown(help)} ${note}`,
    facts.flatMap((fact) => (fact === undefined ? [] : [`- **${fact[0]}:** ${fact[1]}`])).join('\n'),
    ...examples.flatMap(({ asks, query }) => [`${asks}:`, promqlBlock(query.text)]),
  ].join('\n\n');
}

/** HELP texts are plain: names in them, which have underscores, become code. */
export function inMarkdown(help: string): string {
  return help.replaceAll(/\b[a-z]+(?:_[a-z]+)+\b/g, code);
}

function producers(metric: MetricName): string {
  const jobs = definitionOf(metric).jobs.map((job) => `${job} (group ${code(`job="${GROUP_JOBS[job]}"`)})`);
  const counted = (RUN_METRICS as readonly string[]).includes(metric)
    ? [`Django with the Python package, at its own /metrics (${code(`job="${SCRAPE_JOBS.django}"`)})`]
    : [];
  return [...jobs, ...counted].join(', ');
}

/** Panels by row, with a link to the row. */
export function panelLinks({ panels }: Pick<Readers, 'panels'>): string {
  const byRow = Map.groupBy(panels, ({ row, rowTitle }) => `${row}. ${rowTitle}`);
  return (
    [...byRow]
      .map(([row, of]) => `[${row}](dashboard.md#${anchor(row)}): ${of.map(({ title }) => title).join(', ')}`)
      .join('; ') || '–'
  );
}

/** Panels and alerts, those that there are. */
export function inOneLine({ panels, alerts }: Pick<Readers, 'panels' | 'alerts'>): string {
  const parts = [
    ...(panels.length === 0 ? [] : [panelLinks({ panels })]),
    ...(alerts.length === 0 ? [] : [alerts.map(({ alert }) => toAlert(alert)).join(', ')]),
  ];
  return parts.join('; ') || 'other recording rules';
}
