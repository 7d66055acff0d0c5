import type { Total } from '../ledger/ledger';
import type { LabelsOf, MetricName } from '../metrics/catalog';
import { type Sample, sample } from '../metrics/sample';
import type { Collected } from './collector';

/** Totals of the ledger as samples, and the ids of those that are published as 0 for the first time. */
export function collectedTotals<M extends MetricName>(
  metric: M,
  totals: readonly Total[],
  labels: (total: Total) => LabelsOf<M>,
): Collected & { samples: Sample[] } {
  return {
    samples: totals.map((total) => sample(metric, labels(total), total.value)),
    unannounced: totals.filter(({ announced }) => !announced).map(({ id }) => id),
  };
}
