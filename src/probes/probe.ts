import type { Clock } from '../clock';
import type { Database } from '../database/database';
import type { Gateway } from '../pushgateway/gateway';

/** Why a service counts as down; the closed set of values of the label `reason`. */
const FAILURE_REASONS = [
  'timeout',
  'dns',
  'connect',
  'tls',
  'status',
  'redirect',
  'body',
  'stale',
  'missing',
  'query',
  'gateway',
  'internal',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

export interface ProbeContext {
  readonly database: Database;
  readonly gateway: Gateway;
  readonly clock: Clock;
  /** Aborts when the probe's own limit or the run's budget is over, whichever is first. */
  readonly signal: AbortSignal;
}

export type ProbeOutcome =
  | { readonly up: true; readonly certificateExpiresAt?: number }
  | {
      readonly up: false;
      readonly reason: FailureReason;
      /** One sentence for the log: what was expected, what was found. */
      readonly detail: string;
      readonly cause?: unknown;
      readonly certificateExpiresAt?: number;
    };

/**
 * Asks one question about one service. A finding is an outcome; only a defect throws, and the job counts
 * that as down with reason `internal` (or `timeout` when the signal had aborted).
 * `certificateExpiresAt` is in seconds since 1970, for probes that spoke TLS.
 */
export type Probe = (context: ProbeContext) => Promise<ProbeOutcome>;

export function down(reason: FailureReason, detail: string, cause?: unknown): ProbeOutcome {
  return cause === undefined ? { up: false, reason, detail } : { up: false, reason, detail, cause };
}
