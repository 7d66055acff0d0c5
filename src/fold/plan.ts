import type { KnownRun, RunRecord } from '../ledger/runs';
import type { RunPush } from './run-push';

/** What is to be done about one group. */
export interface RunPlan {
  readonly push: RunPush;
  /** What the ledger is told, as JSON; undefined when it knows this push already. */
  readonly record: string | undefined;
  /** Whether the group goes once the ledger knows it. */
  readonly remove: boolean;
  /** Whether the run is still at work. */
  readonly inFlight: boolean;
  /** Whether this is a new push of a run that had ended, of which nothing is counted. */
  readonly replayed: boolean;
}

/**
 * @param known what the ledger knows of this run.
 * @param now the gateway's clock, seconds since 1970.
 * @param silentAfter seconds without a push after which a run counts as silent.
 */
export function planRun(
  push: RunPush,
  known: KnownRun | undefined,
  now: number,
  silentAfter: number,
): RunPlan {
  const ended = known?.state === 'success' || known?.state === 'failed';
  const overdue = push.completed === null && now - push.pushed > silentAfter;
  // Of a run without an accepted push nothing is known but that the gateway refused it, and that is counted.
  const silent = overdue && push.accepted;
  const toldAlready =
    known !== undefined &&
    known.pushed === push.pushed &&
    (push.refused === null || push.refused === known.refused || ended) &&
    (!silent || ended || known.state === 'silent');
  const remove = ended || overdue || push.completed !== null || push.removed !== null;
  return {
    push,
    record: toldAlready ? undefined : JSON.stringify(recordOf(push, silent)),
    remove,
    inFlight: push.accepted && !remove,
    replayed: ended && !toldAlready,
  };
}

/** What the ledger is told of a push that it cannot keep. */
export function refusedRecord(push: RunPush): string {
  const rejected = { ...push.rejected, refused: push.series.length };
  return JSON.stringify(recordOf({ ...push, series: [], rejected, removed: 'refused' }, false));
}

function recordOf(push: RunPush, silent: boolean): RunRecord {
  const { run, started, scraper, pushed, refused, completed, series, rejected, removed } = push;
  return { run, started, scraper, pushed, refused, completed, silent, series, rejected, removed };
}

/** Groups plans so that the records of each group stay below a number of bytes; one larger record goes alone. */
export function inChunks(plans: readonly RunPlan[], bytes: number): RunPlan[][] {
  const chunks: RunPlan[][] = [];
  let room = 0;
  for (const plan of plans) {
    const size = Buffer.byteLength(plan.record ?? '');
    if (chunks.length === 0 || size > room) {
      chunks.push([]);
      room = bytes;
    }
    chunks.at(-1)?.push(plan);
    room -= size;
  }
  return chunks;
}
