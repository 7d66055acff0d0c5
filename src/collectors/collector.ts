import type { Database } from '../database/database';
import type { Ledger } from '../ledger/ledger';
import type { Log } from '../log';
import type { Sample } from '../metrics/sample';

/** What a collector may use. It reads no clock: times that are counted come from the database. */
export interface CollectorContext {
  readonly database: Database;
  readonly ledger: Ledger;
  readonly log: Log;
  /** Aborts when the time for collecting is over. */
  readonly signal: AbortSignal;
}

/** What a collector found. */
export interface Collected {
  readonly samples: readonly Sample[];
  /** Totals published as 0 for the first time; to be acknowledged once they were pushed. */
  readonly unannounced?: readonly bigint[];
}

/**
 * Computes the series of one family, or of one table. It gives all of them or throws; the job times it, isolates it
 * and reports it as `reviewmaps_collector_success{collector="<name>"}`.
 */
export interface Collector {
  readonly name: string;
  /** True when it counts through the ledger: it is not run without the lease. */
  readonly needsLedger: boolean;
  collect(context: CollectorContext): Promise<Collected>;
}
