import { LedgerError } from '../errors';
import type { KnownRun, RunLedger } from '../ledger/runs';
import { errorFields, type Log } from '../log';
import { inChunks, planRun, type RunPlan, refusedRecord } from './plan';
import type { FoundRuns } from './read-runs';
import { idOf, RunLines } from './run-lines';
import type { RunPush } from './run-push';

/** Bytes of records in one call; escaped once more in the request, they stay below the Data API's 4 MiB. */
const CHUNK_BYTES = 1_500_000;
/** Runs that one call asks about: its answer stays far below 1 MiB. */
const ASKED_AT_ONCE = 1_000;

interface Counting {
  readonly runs: Pick<RunLedger, 'seeRuns' | 'foldRuns'>;
  readonly log: Log;
  /** Seconds without a push after which a run counts as silent. */
  readonly silentAfter: number;
  /** Gets each plan once the ledger has its record. */
  readonly done: (plans: readonly RunPlan[]) => void;
}

/**
 * Tells the ledger what is new, chunk by chunk, the most urgent first: when time runs out or the ledger fails, the rest waits
 * for the next fold. Throws LedgerError.
 */
export async function countRuns(found: FoundRuns, counting: Counting, signal: AbortSignal): Promise<void> {
  const states = await knownRuns(counting.runs, found.runs, signal);
  const plans = found.runs.map((push) =>
    planRun(push, states.get(idOf(push)), found.now, counting.silentAfter),
  );
  const lines = new RunLines(counting.log);
  try {
    for (const chunk of inChunks(plans, CHUNK_BYTES)) {
      const told = chunk.filter(({ record }) => record !== undefined);
      const known = chunk.filter(({ record }) => record === undefined);
      const taken = await tell(counting.runs, lines, told, signal);
      counting.done([...known, ...taken]);
    }
  } finally {
    lines.end();
  }
}

/**
 * SQLSTATE classes that say that the data cannot be kept, and so never will be: cardinality, data exception, integrity,
 * program limit.
 */
const UNACCEPTABLE = new Set(['21', '22', '23', '54']);

/** Finds the push that the database refuses, so that it holds up no other: its series are rejected, its group goes. */
async function tell(
  runs: Counting['runs'],
  lines: RunLines,
  plans: readonly RunPlan[],
  signal: AbortSignal,
): Promise<RunPlan[]> {
  if (plans.length === 0) return [];
  try {
    const findings = await runs.foldRuns(
      plans.map(({ record }) => record ?? ''),
      signal,
    );
    lines.told(plans, findings);
    return [...plans];
  } catch (thrown) {
    if (!(thrown instanceof LedgerError) || !UNACCEPTABLE.has(thrown.sqlState?.slice(0, 2) ?? ''))
      throw thrown;
    const [only] = plans;
    if (only !== undefined && plans.length === 1) {
      lines.error('the database refuses what a run pushed', only.push, errorFields(thrown));
      lines.told(plans, await runs.foldRuns([refusedRecord(only.push)], signal));
      return [{ ...only, remove: true, inFlight: false }];
    }
    const middle = Math.ceil(plans.length / 2);
    return [
      ...(await tell(runs, lines, plans.slice(0, middle), signal)),
      ...(await tell(runs, lines, plans.slice(middle), signal)),
    ];
  }
}

async function knownRuns(
  ledger: Counting['runs'],
  runs: readonly RunPush[],
  signal: AbortSignal,
): Promise<Map<string, KnownRun>> {
  const known = new Map<string, KnownRun>();
  for (let from = 0; from < runs.length; from += ASKED_AT_ONCE) {
    const asked = runs.slice(from, from + ASKED_AT_ONCE).map(({ run, started }) => ({ run, started }));
    for (const one of await ledger.seeRuns(asked, signal)) known.set(idOf(one), one);
  }
  return known;
}
