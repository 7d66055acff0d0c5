import type { Config } from '../config/config';
import type { Gateway } from '../pushgateway/gateway';
import { groupPath } from '../pushgateway/grouping';
import { identityOf } from '../pushgateway/stored';
import { HeldRuns } from './held';
import { keyOf, pushTime, readRun } from './read-run';
import type { RunPush } from './run-push';

/** Bytes of series that one fold holds: with what reading takes, a function of 256 MB has room for them. */
const MOST_HELD = 12 * 1024 * 1024;

/** The runs that are at the gateway. */
export interface FoundRuns {
  /** The most urgent first, as many as one fold takes. */
  readonly runs: readonly RunPush[];
  /** How many more there are. */
  readonly waiting: number;
  /** The gateway's clock, seconds since 1970. */
  readonly now: number;
}

/** Reads the groups of this app's runs. Throws PushError. */
export async function readRuns(config: Config, gateway: Gateway, signal: AbortSignal): Promise<FoundRuns> {
  const rules = {
    job: config.fold.job,
    app: config.app,
    defaultApp: config.defaultApp,
    cleanupTables: config.cleanup.flatMap(({ source, table }) => (source === 'runs' ? [table.label] : [])),
  };
  let held = new HeldRuns(MOST_HELD);
  const now = await gateway.scan(() => {
    held = new HeldRuns(MOST_HELD);
    return (group) => {
      const push = readRun(group, rules);
      if (push !== undefined) held.add(push);
    };
  }, signal);
  const runs = held.inOrder();
  return { runs, waiting: held.waiting, now };
}

/** When each group was pushed to last, by its path at the gateway. Throws PushError. */
export async function currentPushes(
  gateway: Gateway,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  let pushes = new Map<string, number>();
  await gateway.scan(() => {
    pushes = new Map();
    return (group) => {
      const identity = identityOf(group);
      const job = identity?.labels['job'];
      if (identity !== undefined && job !== undefined) {
        pushes.set(groupPath(keyOf(job, identity.labels)), pushTime(identity));
      }
    };
  }, signal);
  return pushes;
}
