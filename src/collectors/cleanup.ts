import type { CleanupConfig } from '../config/config';
import { qualified } from '../database/identifier';
import type { Ledger, Total } from '../ledger/ledger';
import type { Collector } from './collector';
import { collectedTotals } from './totals';

const METRIC = 'reviewmaps_cleanup_deleted_rows';

/** Tables whose deleted rows are counted here. For the others, scraper runs report them. */
export type CountedCleanup = Exclude<CleanupConfig, { source: 'runs' }>;

/** Rows that were deleted from one table, cumulative, from its configured source. */
export function cleanupCollector(config: CountedCleanup): Collector {
  const tableName = config.table.label;
  return {
    name: `cleanup/${tableName}`,
    needsLedger: true,
    collect: async ({ ledger, signal }) =>
      collectedTotals(METRIC, await count(config, ledger, signal), () => ({ table_name: tableName })),
  };
}

function count(config: CountedCleanup, ledger: Ledger, signal: AbortSignal): Promise<readonly Total[]> {
  const table = qualified(config.table);
  const tableName = config.table.label;
  if (config.source === 'statistics') return ledger.countDeletes(METRIC, tableName, table, signal);
  return ledger.countMoments(
    {
      metric: METRIC,
      name: `soft-deleted ${tableName}.${config.column}`,
      table,
      key: config.id,
      moment: config.column,
      created: undefined,
      groupBy: undefined,
      labels: { table_name: tableName },
      once: 'row',
    },
    signal,
  );
}
