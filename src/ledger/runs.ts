/** The port to what the ledger knows of scraper runs. */

import type { MetricName } from '../metrics/catalog';
import type { Histogram } from '../metrics/sample';

/** A push of a run as the ledger takes it, as JSON text: the field names are those of its function `fold_runs`. */
export interface RunRecord {
  readonly run: string;
  readonly started: number;
  readonly scraper: string;
  readonly pushed: number;
  readonly completed: 0 | 1 | null;
  readonly silent: boolean;
  /** When the gateway refused the newest push, if it did. */
  readonly refused: number | null;
  readonly series: readonly {
    readonly metric: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly values: readonly number[];
  }[];
  readonly rejected: Readonly<Record<string, number>>;
  readonly removed: string | null;
}

/** One process of a run. */
export interface RunId {
  readonly run: string;
  readonly started: number;
}

export interface KnownRun extends RunId {
  /** The push that was folded last; null for a run that was never folded. */
  readonly pushed: number | null;
  /** The refused push that was counted last; null if there was none. */
  readonly refused: number | null;
  readonly state: 'running' | 'silent' | 'failed' | 'success';
}

/** What only the ledger can tell of the newest push of a run. */
export interface RunFinding extends RunId {
  /** Series that were lower than in an earlier push, and so were not counted. */
  readonly wentBack: number;
  /** The metric of one of them. */
  readonly example: string | null;
  /** Whether the push that the gateway refused was counted now. */
  readonly refused: boolean;
}

export interface RunFindings {
  /** How many runs there is something to say of. */
  readonly runs: number;
  /** At most 100 of them. */
  readonly first: readonly RunFinding[];
}

/** A total as it is to be published. */
export interface FoldedTotal {
  readonly id: bigint;
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | Histogram;
  readonly announced: boolean;
}

/** How the latest runs of a scraper ended; null for what has not happened. */
interface ScraperRecord {
  readonly scraper: string;
  /** Seconds since 1970. */
  readonly lastSuccess: number | null;
  readonly lastDurationSeconds: number | null;
}

export interface RunLedger {
  /** What is known of these runs; they are kept for seven days from now on. */
  seeRuns(runs: readonly RunId[], signal: AbortSignal): Promise<readonly KnownRun[]>;
  /**
   * Adds what is new in these pushes to the totals, in one atomic call that may be repeated.
   * @param records each a RunRecord as JSON; the caller keeps them below the Data API's 4 MiB.
   * @returns what was found in pushes that are new; of a call that is repeated, nothing.
   */
  foldRuns(records: readonly string[], signal: AbortSignal): Promise<RunFindings>;
  /** Every total of these metrics. */
  foldedTotals(metrics: readonly MetricName[], signal: AbortSignal): Promise<readonly FoldedTotal[]>;
  /** How many label sets of each metric are counted into `other`. */
  overLimits(metrics: readonly MetricName[], signal: AbortSignal): Promise<ReadonlyMap<string, number>>;
  scrapers(signal: AbortSignal): Promise<readonly ScraperRecord[]>;
}
