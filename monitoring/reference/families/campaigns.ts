import { promql, span } from '../../rules/promql';
import { DAY } from '../../rules/windows';
import type { Explanations } from '../definition';
import { fresh, pushedInDay } from '../queries';

const MOST = 10;

export const campaigns = {
  reviewmaps_campaign_active_total: {
    note: 'A gauge, although its name ends in `_total`: that is the contract. There is no `region="all"`; sum over the regions.',
    zero: 'The region had active campaigns in the last 30 days and has none now. Counted, not guessed.',
    absent:
      'The region was never active, or not for 30 days. If all regions are missing, the collector `campaigns` failed. Without the ledger only the zeros are missing.',
    examples: [
      {
        asks: 'Regions with the most active campaigns, while the numbers are fresh',
        query: promql`topk(${MOST}, sum by (app, region) (${fresh('reviewmaps_campaign_active_total')}))`,
      },
      {
        asks: 'Regions that lost campaigns since yesterday',
        query: promql`reviewmaps_campaign_active_total - reviewmaps_campaign_active_total offset ${span(DAY)} < 0`,
      },
      {
        asks: 'What is left of all campaigns of a day before, as a share',
        query: promql`reviewmaps:campaigns_active:sum / (reviewmaps:campaigns_active:sum offset ${span(DAY)} > 0)`,
      },
    ],
  },
  reviewmaps_campaign_expired_total: {
    note: 'What counts as an expiry, and what cannot be counted, is in [How a counter is exact](operations.md#how-a-counter-is-exact).',
    zero: 'The region is published for the first time. Its total follows in the next run, so that the first expiries are seen as an increase.',
    absent:
      'No campaign of the region has expired yet; or the ledger cannot be used (`reviewmaps_ledger_lease_held` is 0), then all regions are missing.',
    examples: [
      {
        asks: 'Expired in each region in the last day',
        query: pushedInDay('reviewmaps_campaign_expired_total', ['region']),
      },
    ],
  },
} as const satisfies Partial<Explanations>;
