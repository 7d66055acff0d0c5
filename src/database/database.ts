/** The port through which everything reaches PostgreSQL: one statement a call, typed both ways. */

/** A bound value. The tag is the PostgreSQL type that the server receives, since nothing is inferred. */
export type Parameter =
  | { readonly type: 'text'; readonly value: string | null }
  | { readonly type: 'int8'; readonly value: bigint | null }
  | { readonly type: 'float8'; readonly value: number | null }
  | { readonly type: 'bool'; readonly value: boolean | null };

export interface Statement {
  /** One SQL statement. Parameters are written `:name`. */
  readonly sql: string;
  readonly parameters?: Readonly<Record<string, Parameter>>;
  /**
   * True when running it twice changes nothing more than running it once (every SELECT that writes nothing,
   * every ledger call). Only such a statement is sent again when its answer was lost.
   */
  readonly idempotent: boolean;
}

/**
 * A value of a result. Integers of every width are bigint (exact), float4 and float8 numbers, numeric a
 * string, timestamptz an ISO 8601 string in UTC that ends in `Z` with the database's microseconds,
 * everything else text. NULL is null.
 */
export type Cell = bigint | number | boolean | string | null;

/** A row by column name. */
export type Row = Readonly<Record<string, Cell>>;

export interface Database {
  /**
   * Runs one statement and gives its rows, in order.
   * @throws QueryError with the SQLSTATE when PostgreSQL refuses it, `retryable` when waiting may help;
   *   the signal's reason when it aborts first.
   */
  query(statement: Statement, signal: AbortSignal): Promise<readonly Row[]>;
}
