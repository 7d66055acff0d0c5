import type { Clock } from '../clock';
import type { Ledger } from '../ledger/ledger';
import { errorFields, type Log } from '../log';
import type { JobName } from '../metrics/catalog';
import { type Budget, within } from './budget';
import type { JobReport } from './job';
import { secondsSince } from './parts';

/** Time for collecting that waiting for the lease must leave, as a share of the whole. */
const SHARE_FOR_LEASE = 0.6;
/** The lease outlives the run by this much, so that its last request has arrived before another run may start. */
const MARGIN_SECONDS = 2;

export type Lease =
  /** This run may collect and push. */
  | 'held'
  /** The ledger cannot be used: what does not need it is collected all the same. */
  | { readonly unavailable: unknown };

interface Leasing {
  readonly ledger: Ledger;
  /** Names this run in the ledger; never used for another one. */
  readonly holder: string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Does the work of a job under its lease, and gives that back. While another run holds it nothing is done, which is no
 * failure.
 * @param work gets `clock.elapsed()` at the start of the run.
 */
export async function underLease(
  job: JobName,
  { ledger, holder, clock, log }: Leasing,
  budget: Budget,
  work: (lease: Lease, start: number) => Promise<JobReport>,
): Promise<JobReport> {
  const start = clock.elapsed();
  const lease = await takeLease(ledger, holder, budget, log);
  if (lease === 'busy') {
    log.info('skipped: another run holds the lease');
    return { job, ran: false, ok: true, seconds: secondsSince(start, clock), parts: [], series: {} };
  }
  try {
    return await work(lease, start);
  } finally {
    if (lease === 'held') await giveBack(ledger, holder, budget, log);
  }
}

/** Takes the lease until the end of the run's budget. */
async function takeLease(ledger: Ledger, holder: string, budget: Budget, log: Log): Promise<Lease | 'busy'> {
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
async function giveBack(ledger: Ledger, holder: string, budget: Budget, log: Log): Promise<void> {
  try {
    await within(budget.run, budget.runMs, 'no time left', (signal) => ledger.releaseLease(holder, signal));
  } catch (thrown) {
    log.warn('the lease could not be given back and ends by itself', errorFields(thrown));
  }
}
