import type { Ledger } from '../ledger/ledger';
import { errorFields, type Log } from '../log';
import { type Budget, settleBy } from './budget';

/**
 * Tells the ledger which series were published as 0, now that they were pushed. When this fails, they are published as
 * 0 once more: later, not lost.
 */
export async function acknowledge(
  { ledger, log }: { readonly ledger: Ledger; readonly log: Log },
  ids: readonly bigint[],
  budget: Budget,
): Promise<void> {
  if (ids.length === 0) return;
  try {
    await settleBy(budget.run, (signal) => ledger.acknowledge(ids, signal));
  } catch (thrown) {
    log.warn('new series could not be acknowledged and are published as 0 once more', errorFields(thrown));
  }
}
