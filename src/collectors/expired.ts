import type { CampaignsConfig } from '../config/config';
import { qualified } from '../database/identifier';
import type { MomentSource } from '../ledger/ledger';
import { UNKNOWN } from '../metrics/catalog';
import { sample } from '../metrics/sample';
import type { Collector } from './collector';
import { collectedTotals } from './totals';

const METRIC = 'reviewmaps_campaign_expired_total';

/** Campaigns whose deadline passed, by region, cumulative. Soft-deleted ones are looked at too: they did expire. */
export function expiredCollector(config: CampaignsConfig): Collector {
  const source = expirySource(config);
  return {
    name: 'expired',
    needsLedger: true,
    collect: async ({ ledger, signal }) => {
      const totals = await ledger.countMoments(source, signal);
      const overLimit = await ledger.overLimit(METRIC, signal);
      const { samples, ...rest } = collectedTotals(METRIC, totals, ({ labels }) => ({
        region: labels['region'] ?? UNKNOWN,
      }));
      return {
        ...rest,
        samples: [...samples, sample('reviewmaps_label_sets_over_limit', { metric: METRIC }, overLimit)],
      };
    },
  };
}

function expirySource({ table, columns }: CampaignsConfig): MomentSource {
  return {
    metric: METRIC,
    name: `expired ${table.label}.${columns.deadline}`,
    table: qualified(table),
    key: columns.id,
    moment: columns.deadline,
    created: columns.created,
    groupBy: { label: 'region', column: columns.region },
    labels: {},
    once: 'moment',
  };
}
