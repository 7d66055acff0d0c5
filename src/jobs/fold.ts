import { countRuns } from '../fold/count';
import type { RunPlan } from '../fold/plan';
import { currentPushes, readRuns } from '../fold/read-runs';
import { totalSamples } from '../fold/totals';
import type { Ledger } from '../ledger/ledger';
import type { RunLedger } from '../ledger/runs';
import { type Sample, sample } from '../metrics/sample';
import { groupPath } from '../pushgateway/grouping';
import { acknowledge } from './acknowledge';
import { type Budget, within } from './budget';
import { type JobContext, type JobReport, publish, seriesByMetric } from './job';
import { underLease } from './lease';
import { secondsSince } from './parts';
import { type StepResult, Steps } from './steps';

export interface FoldContext extends JobContext {
  readonly ledger: Ledger;
  readonly runs: RunLedger;
  /** Names this run in the ledger; never used for another one. */
  readonly holder: string;
}

/** Groups that are removed side by side. */
const REMOVED_AT_ONCE = 8;
/** Share of the time for work that counting may take, so that removing and publishing get theirs. */
const SHARE_FOR_COUNTING = 0.7;
const LEAST_FOR_COUNTING_MS = 500;

/** What was done about the runs at the gateway. */
interface Folded {
  readonly read: number;
  readonly waiting: number;
  /** Plans whose records the ledger has; their groups may go. */
  readonly done: readonly RunPlan[];
  /** Whether `done` is every run that was read. */
  readonly complete: boolean;
}

/** What is published of runs. */
interface Publishable {
  readonly samples: readonly Sample[];
  readonly unannounced: readonly bigint[];
}

const NOTHING_TO_PUBLISH: Publishable = { samples: [], unannounced: [] };

/**
 * One run of the fold job: reads the runs at the gateway, tells the ledger what is new, removes the groups that are
 * done, and publishes the totals. Whatever step it dies in, the next fold goes on without counting anything twice.
 * @throws PushError when nothing could be pushed; what was counted stays in the ledger.
 */
export async function fold(context: FoldContext, budget: Budget): Promise<JobReport> {
  return await underLease('fold', context, budget, (lease, start) =>
    foldAndPush(context, lease === 'held', start, budget),
  );
}

/** @param held whether the ledger can be used. */
async function foldAndPush(
  context: FoldContext,
  held: boolean,
  start: number,
  budget: Budget,
): Promise<JobReport> {
  const { clock, log } = context;
  const steps = new Steps(budget.work, clock, log);
  const folded = held ? await foldRuns(context, steps, start, budget) : undefined;
  const totals = held ? await removeAndTotal(context, steps, folded) : NOTHING_TO_PUBLISH;
  const samples = [
    ...totals.samples,
    ...steps.samples(),
    ...(folded === undefined ? [] : groupSamples(folded)),
    sample('reviewmaps_ledger_lease_held', {}, held ? 1 : 0),
  ];
  const ok = held && steps.ok();
  const pushed = await publish(context, { job: 'fold', samples, ok, start }, budget);
  await acknowledge(context, totals.unannounced, budget);
  const seconds = secondsSince(start, clock);
  log.info('pushed', { series: pushed.length, seconds });
  return { job: 'fold', ran: true, ok, seconds, parts: steps.report(), series: seriesByMetric(pushed) };
}

/** What is not known is not published: a gap is honest, a zero would not be. */
function groupSamples({ read, waiting }: Folded): Sample[] {
  return [
    sample('reviewmaps_fold_groups_read', {}, read),
    sample('reviewmaps_fold_groups_waiting', {}, waiting),
  ];
}

/** Undefined when the gateway could not be read: then nothing is known of the runs. */
async function foldRuns(
  context: FoldContext,
  steps: Steps,
  start: number,
  budget: Budget,
): Promise<Folded | undefined> {
  const { config, gateway, runs, log, clock } = context;
  const found = await steps.run('read', async (signal) => {
    const value = await readRuns(config, gateway, signal);
    return { value, detail: `groups of runs: ${value.runs.length + value.waiting}` };
  });
  if (found === undefined) return undefined;
  const done: RunPlan[] = [];
  const silentAfter = config.fold.silentAfterSeconds;
  const counting = { runs, log, silentAfter, done: (plans: readonly RunPlan[]) => void done.push(...plans) };
  // Of the whole time for work, what reading took included.
  const limit = Math.max(
    LEAST_FOR_COUNTING_MS,
    budget.workMs * SHARE_FOR_COUNTING - (clock.elapsed() - start),
  );
  const sentence = `counting had ${(limit / 1_000).toFixed(1)} s; what is left waits for the next fold`;
  await steps.run('count', async (signal) => {
    await within(signal, limit, sentence, (clamped) => countRuns(found, counting, clamped));
    return {
      value: undefined,
      detail: `new pushes: ${done.filter(({ record }) => record !== undefined).length}`,
    };
  });
  const left = found.runs.length - done.length;
  const waiting = found.waiting + left;
  return { read: found.runs.length + found.waiting, waiting, done, complete: left === 0 };
}

/** Removes what is done and reads the totals, side by side: neither needs the other. */
async function removeAndTotal(
  context: FoldContext,
  steps: Steps,
  folded: Folded | undefined,
): Promise<Publishable> {
  const done = folded?.done ?? [];
  const gone = done.filter(({ remove }) => remove);
  const [, totals] = await Promise.all([
    folded === undefined ? undefined : steps.run('remove', (signal) => removeGroups(context, gone, signal)),
    steps.run('totals', (signal) =>
      totalSamples(context, folded?.complete === true ? done : undefined, signal),
    ),
  ]);
  return totals ?? NOTHING_TO_PUBLISH;
}

/**
 * One that cannot be removed holds up no other: the ledger knows it, and a later fold removes it without counting it
 * again. Throws the first failure once all were tried.
 */
async function removeGroups(
  { gateway }: FoldContext,
  plans: readonly RunPlan[],
  signal: AbortSignal,
): Promise<StepResult<undefined>> {
  if (plans.length === 0) return { value: undefined, detail: 'groups removed: 0' };
  // A process that used the same id may have pushed since: what was not counted is not removed.
  const current = await currentPushes(gateway, signal);
  const queue = plans.filter(({ push }) => current.get(groupPath(push.key)) === push.pushed);
  const count = queue.length;
  const failures: unknown[] = [];
  const worker = async (): Promise<void> => {
    for (let plan = queue.shift(); plan !== undefined && !signal.aborted; plan = queue.shift()) {
      await gateway.remove(plan.push.key, signal).catch((thrown: unknown) => failures.push(thrown));
    }
  };
  await Promise.all(Array.from({ length: REMOVED_AT_ONCE }, worker));
  if (failures.length > 0) throw failures[0];
  return { value: undefined, detail: `groups removed: ${count}` };
}
