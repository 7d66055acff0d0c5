/** The port behind the endpoint: some PostgreSQL that takes one statement at a time, bound with types. */

/** A parameter in PostgreSQL's text form. Type 0 leaves the type to the server. */
export interface BoundValue {
  readonly typeOid: number;
  readonly text: string | null;
}

export interface BoundStatement {
  /** One statement, its parameters written `$1`, `$2`, … */
  readonly sql: string;
  readonly values: readonly BoundValue[];
}

export interface Column {
  readonly name: string;
  readonly typeOid: number;
}

export interface RawResult {
  /** Empty for a statement that returns no rows. */
  readonly columns: readonly Column[];
  /** Values in PostgreSQL's text form. Rows past `maxBytes` are missing. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Rows that an INSERT, UPDATE, DELETE or MERGE touched, else 0. */
  readonly affected: number;
  /** True when the rows had more than `maxBytes` of text. */
  readonly cut: boolean;
}

export interface RunOptions {
  /** Cancels the statement where the server can; the call then rejects with the signal's reason. */
  readonly signal: AbortSignal;
  readonly maxBytes: number;
}

export interface Session {
  /** @throws what the driver throws, with `code` (SQLSTATE) and `severity` when PostgreSQL refused the statement. */
  run(statement: BoundStatement, options: RunOptions): Promise<RawResult>;
}

export interface Transaction extends Session {
  /** @throws when an earlier statement failed, after rolling back. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export interface Backend {
  readonly database: string;
  /** Lends a session for one call. Nothing that the call sets in it is there in the next one. */
  session<T>(work: (session: Session) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** Opens a transaction in a session of its own. */
  begin(signal: AbortSignal): Promise<Transaction>;
  close(): Promise<void>;
}
