import type { Ledger } from '../ledger/ledger';
import { errorFields, type Log } from '../log';
import { type Budget, within } from './budget';

/** Time for collecting that waiting for the lease must leave, as a share of the whole. */
const SHARE_FOR_LEASE = 0.6;
/** The lease outlives the run by this much, so that its last request has arrived before another run may start. */
const MARGIN_SECONDS = 2;

export type Lease =
  /** This run may collect and push. */
  | 'held'
  /** Another run is at it. */
  | 'busy'
  /** The ledger cannot be used: what does not need it is collected all the same. */
  | { readonly unavailable: unknown };

/** Takes the lease until the end of the run's budget. */
export async function takeLease(ledger: Ledger, holder: string, budget: Budget, log: Log): Promise<Lease> {
  const limit = budget.workMs * SHARE_FOR_LEASE;
  try {
    const held = await within(
      budget.work,
      limit,
      `the ledger did not answer within ${(limit / 1_000).toFixed(1)} s`,
      (signal) => ledger.acquireLease(holder, budget.runMs / 1_000 + MARGIN_SECONDS, signal),
    );
    return held ? 'held' : 'busy';
  } catch (thrown) {
    log.error('the ledger cannot be used: counters are missing from this push', errorFields(thrown));
    return { unavailable: thrown };
  }
}

/** Gives the lease back. If that fails it ends by itself. */
export async function giveBack(ledger: Ledger, holder: string, budget: Budget, log: Log): Promise<void> {
  try {
    await within(budget.run, budget.runMs, 'no time left', (signal) => ledger.releaseLease(holder, signal));
  } catch (thrown) {
    log.warn('the lease could not be given back and ends by itself', errorFields(thrown));
  }
}
