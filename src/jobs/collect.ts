import type { Collected, Collector } from '../collectors/collector';
import { LedgerError, messageOf } from '../errors';
import type { Ledger } from '../ledger/ledger';
import { errorFields } from '../log';
import { problemOf, type Sample, sample, seriesId } from '../metrics/sample';
import { acknowledge } from './acknowledge';
import type { Budget } from './budget';
import { type JobContext, type JobReport, publish, seriesByMetric } from './job';
import { type Lease, underLease } from './lease';
import { type Part, type PartResult, runParts, secondsSince } from './parts';

export interface CollectContext extends JobContext {
  readonly ledger: Ledger;
  readonly collectors: readonly Collector[];
  /** Names this run in the ledger; never used for another one. */
  readonly holder: string;
}

/**
 * One run of the collect job: takes the lease, runs the collectors side by side, pushes what they found, and
 * acknowledges what was published for the first time.
 * @throws PushError when nothing could be pushed; what was counted stays in the ledger.
 */
export async function collect(context: CollectContext, budget: Budget): Promise<JobReport> {
  return await underLease('collect', context, budget, (lease, start) =>
    collectAndPush(context, lease, start, budget),
  );
}

async function collectAndPush(
  context: CollectContext,
  lease: Lease,
  start: number,
  budget: Budget,
): Promise<JobReport> {
  const { clock, log } = context;
  const parts = context.collectors.map((collector) => partOf(collector, context, lease));
  const results = await runParts(parts, budget.work, clock);
  for (const result of results) logResult(context, result);
  const ok = results.every(({ outcome }) => outcome.ok);
  const samples = [
    ...withoutTwins(results, context),
    ...results.flatMap(selfSamples),
    sample('reviewmaps_ledger_lease_held', {}, lease === 'held' ? 1 : 0),
  ];
  const pushed = await publish(context, { job: 'collect', samples, ok, start }, budget);
  const ids = results.flatMap(({ outcome }) => (outcome.ok ? (outcome.value.unannounced ?? []) : []));
  await acknowledge(context, ids, budget);
  const seconds = secondsSince(start, clock);
  log.info('pushed', { series: pushed.length, seconds });
  return {
    job: 'collect',
    ran: true,
    ok,
    seconds,
    parts: results.map(report),
    series: seriesByMetric(pushed),
  };
}

function partOf(collector: Collector, context: CollectContext, lease: Lease): Part<Collected> {
  const log = context.log.with({ collector: collector.name });
  return {
    name: collector.name,
    run: async (signal) => {
      if (collector.needsLedger && typeof lease === 'object') {
        throw new LedgerError('not run: it counts through the ledger, which cannot be used', {
          cause: lease.unavailable,
        });
      }
      const collected = await collector.collect({
        database: context.database,
        ledger: context.ledger,
        log,
        signal,
      });
      const problem = problemOf(collected.samples);
      if (problem !== undefined) throw new TypeError(`the collector gave a bad sample: ${problem}`);
      return collected;
    },
  };
}

/** Two collectors that give the same series are a defect; the push must not fail over it. */
function withoutTwins(results: readonly PartResult<Collected>[], { log }: CollectContext): Sample[] {
  const byId = new Map<string, Sample>();
  for (const { name, outcome } of results) {
    for (const one of outcome.ok ? outcome.value.samples : []) {
      const id = seriesId(one);
      if (byId.has(id)) log.error('a second collector gave the same series', { collector: name, series: id });
      else byId.set(id, one);
    }
  }
  return [...byId.values()];
}

function selfSamples({ name, seconds, outcome }: PartResult<unknown>): Sample[] {
  return [
    sample('reviewmaps_collector_success', { collector: name }, outcome.ok ? 1 : 0),
    sample('reviewmaps_collector_duration_seconds', { collector: name }, seconds),
  ];
}

function logResult({ log }: CollectContext, { name, seconds, outcome }: PartResult<Collected>): void {
  if (outcome.ok) log.debug('collected', { collector: name, seconds, series: outcome.value.samples.length });
  else log.error('a collector failed', { collector: name, seconds, ...errorFields(outcome.error) });
}

function report({ name, seconds, outcome }: PartResult<Collected>): JobReport['parts'][number] {
  if (!outcome.ok) return { name, ok: false, seconds, detail: messageOf(outcome.error) };
  return { name, ok: true, seconds, detail: `${outcome.value.samples.length} series` };
}
