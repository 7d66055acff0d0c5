/** The real service's limits, from its developer guide. Tests make the times shorter. */
export interface Limits {
  /** Milliseconds that a call may take, waiting included. */
  readonly statementMs: number;
  /** Milliseconds without a call after which a transaction is rolled back. */
  readonly transactionIdleMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly rowBytes: number;
  /** Bytes of the one string that `formatRecordsAs: JSON` gives. */
  readonly formattedBytes: number;
}

const KIB = 1024;

export const AWS_LIMITS: Limits = {
  statementMs: 45_000,
  transactionIdleMs: 180_000,
  requestBytes: 4 * KIB * KIB,
  responseBytes: KIB * KIB,
  rowBytes: 64 * KIB,
  formattedBytes: 10 * KIB * KIB,
};
