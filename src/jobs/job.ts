import type { Clock } from '../clock';
import type { Config } from '../config/config';
import type { Database } from '../database/database';
import { PushError } from '../errors';
import type { Log } from '../log';
import type { JobName } from '../metrics/catalog';
import { exposition } from '../metrics/exposition';
import { type Sample, sample } from '../metrics/sample';
import type { Gateway, GroupingKey } from '../pushgateway/gateway';
import { describeKey } from '../pushgateway/grouping';
import type { Budget } from './budget';
import { secondsSince } from './parts';

/** What a job runs with: its configuration and the ports. */
export interface JobContext {
  readonly config: Config;
  readonly database: Database;
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly log: Log;
  readonly build: Build;
}

interface Build {
  /** Version of this project, from package.json. */
  readonly version: string;
  /** Version of Node.js that runs it. */
  readonly node: string;
}

/** What a run did; the handlers return it and the commands print it. */
export interface JobReport {
  readonly job: JobName;
  /** False when another run held the lease: nothing was collected or pushed, which is no failure. */
  readonly ran: boolean;
  /** Every part did its work. */
  readonly ok: boolean;
  readonly seconds: number;
  readonly parts: readonly PartReport[];
  /** Number of series by metric, as pushed. */
  readonly series: Readonly<Record<string, number>>;
}

interface PartReport {
  readonly name: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** What is worth knowing beyond "ok": why it failed, or what the probe found. */
  readonly detail?: string;
}

/** The label `job` of what each job pushes. What fold publishes are the numbers of the scrapers. */
export const GROUP_JOBS: Readonly<Record<JobName, string>> = {
  collect: 'reviewmaps-collect',
  probe: 'reviewmaps-probe',
  fold: 'reviewmaps-scraper',
};

/** The group that a job pushes: one per job and app, so that stages never overwrite each other. */
export function groupOf(job: JobName, app: string): GroupingKey {
  return { job: GROUP_JOBS[job], app };
}

interface Finding {
  readonly job: JobName;
  readonly samples: readonly Sample[];
  readonly ok: boolean;
  /** `clock.elapsed()` at the start of the run. */
  readonly start: number;
}

/** Adds what every job says of itself and replaces the job's group with it all, in one PUT. Throws PushError. */
export async function publish(
  context: JobContext,
  finding: Finding,
  budget: Budget,
): Promise<readonly Sample[]> {
  const { config, gateway, clock, build } = context;
  const samples = [
    ...finding.samples,
    sample('reviewmaps_job_success', {}, finding.ok ? 1 : 0),
    sample('reviewmaps_job_duration_seconds', {}, secondsSince(finding.start, clock)),
    sample('reviewmaps_build_info', { version: build.version, node: build.node }, 1),
  ];
  const key = groupOf(finding.job, config.app);
  try {
    await gateway.push(key, await exposition(samples), budget.run);
  } catch (thrown) {
    if (thrown instanceof PushError || !budget.run.aborted) throw thrown;
    const { host } = new URL(config.gateway.url);
    throw new PushError(
      `pushing ${describeKey(key)}: the Pushgateway at ${host} did not answer before the run had to end; check that PUSHGATEWAY_URL can be reached from here`,
      { cause: thrown, retryable: true },
    );
  }
  return samples;
}

export function seriesByMetric(samples: readonly Sample[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { metric } of samples) counts[metric] = (counts[metric] ?? 0) + 1;
  return counts;
}
