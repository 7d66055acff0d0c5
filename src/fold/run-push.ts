import type { RunMetric } from '../metrics/catalog';
import type { GroupingKey } from '../pushgateway/gateway';

/** Why a series of a run is not counted; the closed set of values of the label `reason`. The ledger adds `went_back`. */
export type SeriesReason =
  | 'unknown_metric'
  | 'wrong_type'
  | 'wrong_labels'
  | 'bad_value'
  | 'bad_buckets'
  | 'other_source'
  | 'duplicate'
  | 'too_long'
  | 'refused';

/**
 * Why a group is removed though its run did not end. The ledger adds `replayed`, and counts a group as `push_refused`
 * that stays.
 */
export type GroupReason = 'poison' | 'oversized' | 'refused';

/** One series of a run, in the catalog's terms. */
export interface RunSeries {
  readonly metric: RunMetric;
  readonly labels: Readonly<Record<string, string>>;
  /** A counter's value; of a histogram the cumulative counts of the catalog's buckets, then sum, then count. */
  readonly values: readonly number[];
}

/** What one group says: the newest push of one run. Times are seconds since 1970. */
export interface RunPush {
  /** Names the group at the gateway, to remove it. */
  readonly key: GroupingKey;
  readonly run: string;
  readonly scraper: string;
  /** When the process started, by its own clock; 0 if it does not say. With `run` it names one process. */
  readonly started: number;
  /** When the newest push arrived that was accepted, by the gateway's clock; when none was, the newest of all. */
  readonly pushed: number;
  /** Whether the gateway ever accepted a push; when not, the group has nothing but its labels and times. */
  readonly accepted: boolean;
  /** When the gateway refused the newest push, by its clock; null when it accepted that. */
  readonly refused: number | null;
  /** 1 for success, 0 for failure, null while it runs. */
  readonly completed: 0 | 1 | null;
  readonly series: readonly RunSeries[];
  /** Bytes that the series take, about. */
  readonly bytes: number;
  readonly rejected: Readonly<Partial<Record<SeriesReason, number>>>;
  /** One family for each reason, as the run calls it. */
  readonly examples: Readonly<Partial<Record<SeriesReason, string>>>;
  /** Set when the group must go whatever the run does. */
  readonly removed: GroupReason | null;
}
