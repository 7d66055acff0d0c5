import { promql, span } from '../../rules/promql';
import { DAY } from '../../rules/windows';
import type { Explanations } from '../definition';
import { anyBy, fresh } from '../queries';

const COLLECTOR_FAILED =
  'or its collector failed (`reviewmaps_collector_success{collector="tables/<table>"}` is 0)';

export const tables = {
  reviewmaps_table_rows_total: {
    note: 'A gauge, although its name ends in `_total`: that is the contract.',
    zero: 'The table exists and is empty.',
    absent: `The table is not configured, it does not exist (\`reviewmaps_table_missing\` is 1), ${COLLECTOR_FAILED}.`,
    examples: [
      {
        asks: 'Rows that each table gained in a day; negative if it lost some',
        query: promql`delta(reviewmaps_table_rows_total[${span(DAY)}])`,
      },
      {
        asks: 'Bytes per row, indexes included',
        query: promql`reviewmaps_table_size_bytes / (reviewmaps_table_rows_total > 0)`,
      },
    ],
  },
  reviewmaps_table_rows_exact: {
    zero: "The rows are PostgreSQL's estimate: the table is larger than `tables.exactUpTo`. A step in the rows at the moment of the change is no real one.",
    absent: 'As for `reviewmaps_table_rows_total`.',
    examples: [
      {
        asks: 'Rows of the tables that were counted',
        query: promql`reviewmaps_table_rows_total and reviewmaps_table_rows_exact == 1`,
      },
    ],
  },
  reviewmaps_table_size_bytes: {
    zero: 'The table exists and takes no page on disk yet.',
    absent: 'As for `reviewmaps_table_rows_total`.',
    examples: [
      {
        asks: 'Growth within a day',
        query: promql`delta(reviewmaps_table_size_bytes[${span(DAY)}])`,
      },
      {
        asks: 'Size of all configured tables together, while the numbers are fresh',
        query: promql`sum by (app) (${fresh('reviewmaps_table_size_bytes')})`,
      },
    ],
  },
  reviewmaps_table_missing: {
    zero: 'The table is there.',
    absent: `The table is not configured, ${COLLECTOR_FAILED}.`,
    examples: [{ asks: 'Configured tables that do not exist', query: promql`reviewmaps_table_missing == 1` }],
  },
  reviewmaps_cleanup_deleted_rows: {
    note: 'A counter, although its name does not end in `_total`: that is the contract. Python clients push or expose it as `reviewmaps_cleanup_deleted_rows_total`; fold and the scrape configuration rename it. The three sources are compared in [Deleted rows](operations.md#deleted-rows).',
    zero: 'Nothing was deleted since the ledger first saw the table.',
    absent:
      'The table has no entry in `cleanup`; its source is `runs` and no run has reported anything; or the ledger cannot be used.',
    examples: [
      {
        asks: 'Rows deleted from each table in the last day',
        query: anyBy('reviewmaps_cleanup_deleted_rows', ['table_name'], DAY),
      },
    ],
  },
} as const satisfies Partial<Explanations>;
