/** The port to a Prometheus Pushgateway. */
import type { RawGroup } from './group-scanner';

/** Label names and values that name a group. `job` is always there. */
export interface GroupingKey {
  readonly job: string;
  readonly [label: string]: string;
}

/** What is known of a group that is stored at the gateway. Times are seconds since 1970 by the gateway's clock. */
export interface StoredGroup {
  readonly labels: Readonly<Record<string, string>>;
  /** When the last push that was accepted arrived; 0 if none ever was. */
  readonly pushedAt: number;
  /** Whether the last push was accepted. */
  readonly lastPushSuccessful: boolean;
  /** Families by name, with the value of each series as the gateway prints it. Histograms are left out. */
  readonly families: Readonly<Record<string, readonly StoredSeries[]>>;
}

export interface StoredSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** NaN and infinities included. */
  readonly value: number;
}

export interface GatewayState {
  /** The gateway's own clock when it answered (its Date header), seconds since 1970. */
  readonly now: number;
  readonly groups: readonly StoredGroup[];
}

/** Which groups are wanted, by their labels. */
export type GroupFilter = (labels: Readonly<Record<string, string>>) => boolean;

export interface Gateway {
  /**
   * Replaces the group with these series (PUT).
   * @param exposition Prometheus text format 0.0.4, ends in a newline.
   * @throws PushError with what the gateway said; the signal's reason when time is over.
   */
  push(key: GroupingKey, exposition: string, signal: AbortSignal): Promise<void>;
  /** Removes a group. An unknown group is no error. @throws PushError */
  remove(key: GroupingKey, signal: AbortSignal): Promise<void>;
  /**
   * Reads the groups that are wanted, every one by default. Of a group larger than 2 MiB only its labels and times are
   * read. @throws PushError
   */
  read(signal: AbortSignal, wanted?: GroupFilter): Promise<GatewayState>;
  /**
   * Reads every group one at a time, so that memory does not grow with what is stored.
   * @param start called for each attempt; what it returns gets the groups of that attempt.
   * @returns the gateway's clock when it answered, seconds since 1970.
   * @throws PushError
   */
  scan(start: () => (group: RawGroup) => void, signal: AbortSignal): Promise<number>;
}
