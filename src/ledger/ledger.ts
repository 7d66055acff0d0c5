/** The port to the ledger: cumulative counters and leases, kept in the application's own database. */
import type { MetricName } from '../metrics/catalog';

/** A total as it is to be published. */
export interface Total {
  readonly id: bigint;
  readonly labels: Readonly<Record<string, string>>;
  /** 0 until the series was published as 0 once; from then on everything that was counted. */
  readonly value: number;
  /** False while `value` is that first 0; acknowledge the id once it was pushed. */
  readonly announced: boolean;
}

/** Rows of a table whose moment (a deadline, a soft delete) passes, and how they are counted. */
export interface MomentSource {
  readonly metric: MetricName;
  /** Names the state that says what was counted; another table or column is another source. */
  readonly name: string;
  /** The table, quoted for SQL. */
  readonly table: string;
  /** Column that identifies a row. */
  readonly key: string;
  /** Column with the moment; needs an index. */
  readonly moment: string;
  /** Column with the time the row was created: moments before it are not counted. */
  readonly created: string | undefined;
  /** Label whose value comes from a column; NULL and blank are `unknown`. */
  readonly groupBy: { readonly label: string; readonly column: string } | undefined;
  /** Labels that every counted row has. */
  readonly labels: Readonly<Record<string, string>>;
  /** `moment`: each (row, moment) once. `row`: each row once, however often its moment is set within the look-back. */
  readonly once: 'moment' | 'row';
}

export interface Ledger {
  /**
   * Takes the right to run and push for `seconds`.
   * @returns false when another holder has it.
   */
  acquireLease(holder: string, seconds: number, signal: AbortSignal): Promise<boolean>;
  releaseLease(holder: string, signal: AbortSignal): Promise<void>;
  /** Counts what passed since the last call, once, and gives every total of the metric with these labels. */
  countMoments(source: MomentSource, signal: AbortSignal): Promise<readonly Total[]>;
  /** Counts the rows that PostgreSQL's statistics saw deleted since the last call. Nothing for a table that never existed. */
  countDeletes(
    metric: MetricName,
    tableName: string,
    table: string,
    signal: AbortSignal,
  ): Promise<readonly Total[]>;
  /** Marks totals that were published as 0, so that the next call gives what was counted. */
  acknowledge(ids: readonly bigint[], signal: AbortSignal): Promise<void>;
  /** How many label sets of the metric are counted into `other`. */
  overLimit(metric: MetricName, signal: AbortSignal): Promise<number>;
  /**
   * Remembers that these regions are active now.
   * @returns at most `limit` other regions that were active in the last `days` days, the latest first.
   */
  rememberRegions(
    active: readonly string[],
    days: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<readonly string[]>;
}
