import { catalog, definitionOf, isMetric } from '../../src/metrics/catalog';
import type { Series } from './prometheus';

/** Whether the labels of the contract are where panels and alerts look for them. */

/** Every label of the contract, and the names of the series that have it. */
const LABELLED = Map.groupBy(
  Object.keys(catalog)
    .filter(isMetric)
    .flatMap((metric) =>
      definitionOf(metric).labels.map((label) => ({
        label,
        name: definitionOf(metric).type === 'histogram' ? `${metric}_(bucket|count|sum)` : metric,
      })),
    ),
  ({ label }) => label,
);

/**
 * A query for the names of the contract's series of which a label is as the matcher says.
 * @param common matchers of all of them
 */
export function whose(common: string, matcher: (label: string) => string): string {
  const each = [...LABELLED].map(([label, series]) => {
    const names = series.map(({ name }) => name).join('|');
    return `{__name__=~"${names}",${common},${matcher(label)}}`;
  });
  return `count by (__name__) (${each.join(' or ')})`;
}

/** The metrics that the series belong to: of a histogram they have three names. */
export function metricNames(series: readonly Series[]): ReadonlySet<string> {
  return new Set(
    series.map(({ labels: { __name__: name = '' } }) =>
      isMetric(name) ? name : name.replace(/_(bucket|count|sum)$/, ''),
    ),
  );
}
