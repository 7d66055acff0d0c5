import { promql } from '../../rules/promql';
import type { Explanations } from '../definition';
import { fresh, pushedInDay } from '../queries';

const UNKNOWN = 'The runs at the gateway could not be read in this fold, or the ledger cannot be used.';

export const fold = {
  reviewmaps_fold_rejected_series_total: {
    zero: 'The reason is published for the first time; its total follows in the next run.',
    absent: 'Nothing was ever rejected for this reason.',
    examples: [
      {
        asks: 'Rejected series by reason in the last day',
        query: promql`${pushedInDay('reviewmaps_fold_rejected_series_total', ['reason'])} > 0`,
      },
    ],
  },
  reviewmaps_fold_rejected_groups_total: {
    zero: 'The reason is published for the first time; its total follows in the next run.',
    absent: 'No group was ever removed, or its push refused, for this reason.',
    examples: [
      {
        asks: 'Groups by reason in the last day',
        query: promql`${pushedInDay('reviewmaps_fold_rejected_groups_total', ['reason'])} > 0`,
      },
    ],
  },
  reviewmaps_fold_step_success: {
    zero: 'The step failed in the latest fold. The log line "a step failed" says why.',
    absent: 'The step was not run: the ledger cannot be used, or a step before it failed that it needs.',
    examples: [{ asks: 'Steps that failed', query: promql`reviewmaps_fold_step_success == 0` }],
  },
  reviewmaps_fold_groups_waiting: {
    zero: 'Fold got through all groups.',
    absent: UNKNOWN,
    examples: [
      {
        asks: 'Share of the groups that fold left behind',
        query: promql`reviewmaps_fold_groups_waiting / (reviewmaps_fold_groups_read > 0)`,
      },
    ],
  },
  reviewmaps_fold_groups_read: {
    zero: 'No scraper run is at the gateway: none runs, or none reaches it.',
    absent: UNKNOWN,
    examples: [
      { asks: 'Groups at the gateway, while fold pushes', query: fresh('reviewmaps_fold_groups_read') },
    ],
  },
} as const satisfies Partial<Explanations>;
