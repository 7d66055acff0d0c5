import type { Config } from '../config/config';
import { FOLDED_METRICS } from '../ledger/postgres-runs';
import type { FoldedTotal, RunLedger } from '../ledger/runs';
import type { Log } from '../log';
import { DEFAULT_LABEL_LIMITS, isMetric, OTHER } from '../metrics/catalog';
import { problemOf, type Sample, sample } from '../metrics/sample';
import type { RunPlan } from './plan';

interface TotalsContext {
  readonly config: Pick<Config, 'cleanup'>;
  readonly runs: RunLedger;
  readonly log: Log;
}

interface Totals {
  readonly samples: readonly Sample[];
  /** Totals published as 0 for the first time. */
  readonly unannounced: readonly bigint[];
}

/**
 * Everything that is published of runs: cumulative totals, and how the latest runs of each scraper did.
 * @param plans every run at the gateway; undefined when not all of them are known, then none is reported in flight.
 */
export async function totalSamples(
  { config, runs, log }: TotalsContext,
  plans: readonly RunPlan[] | undefined,
  signal: AbortSignal,
): Promise<{ value: Totals; detail: string }> {
  const limited = FOLDED_METRICS.filter((metric) => metric in DEFAULT_LABEL_LIMITS);
  const [totals, overLimits, scrapers] = await Promise.all([
    runs.foldedTotals(FOLDED_METRICS, signal),
    runs.overLimits(limited, signal),
    runs.scrapers(signal),
  ]);
  // The ledger has the totals of tables with another source too; collect publishes those.
  const tables = new Set(
    config.cleanup.flatMap(({ source, table }) => (source === 'runs' ? [table.label] : [])),
  );
  const own = totals.filter(
    ({ labels }) => labels['table_name'] === undefined || tables.has(labels['table_name']),
  );
  const samples = [
    ...publishable(own, log),
    ...limited.map((metric) =>
      sample('reviewmaps_label_sets_over_limit', { metric }, overLimits.get(metric) ?? 0),
    ),
    ...scraperSamples(scrapers, plans),
  ];
  const unannounced = own.filter(({ announced }) => !announced).map(({ id }) => id);
  return { value: { samples, unannounced }, detail: `totals: ${own.length}` };
}

/**
 * What a program of another version counted may not fit the catalog (other bounds of a histogram, say). One such sample
 * would cost the whole push, and nobody would miss it by itself.
 */
function publishable(totals: readonly FoldedTotal[], log: Log): Sample[] {
  const left = new Map<string, { problem: string; series: number }>();
  const samples = totals.flatMap(({ metric, labels, value }): Sample[] => {
    const problem = isMetric(metric)
      ? problemOf([{ metric, labels, value }])
      : `${metric} is not in the catalog`;
    if (isMetric(metric) && problem === undefined) return [{ metric, labels, value }];
    const first = left.get(metric) ?? { problem: problem ?? '', series: 0 };
    left.set(metric, { ...first, series: first.series + 1 });
    return [];
  });
  for (const [metric, fields] of left) {
    log.error('totals in the ledger do not fit the catalog, and are not published', { metric, ...fields });
  }
  return samples;
}

type Scrapers = Awaited<ReturnType<RunLedger['scrapers']>>;

function scraperSamples(scrapers: Scrapers, plans: readonly RunPlan[] | undefined): Sample[] {
  return [
    ...(plans === undefined ? [] : inFlightSamples(scrapers, plans)),
    ...scrapers.flatMap(({ scraper, lastSuccess, lastDurationSeconds }) => [
      ...(lastSuccess === null
        ? []
        : [sample('reviewmaps_scraper_last_success_timestamp_seconds', { scraper }, lastSuccess)]),
      ...(lastDurationSeconds === null
        ? []
        : [sample('reviewmaps_scraper_last_run_duration_seconds', { scraper }, lastDurationSeconds)]),
    ]),
  ];
}

function inFlightSamples(scrapers: Scrapers, plans: readonly RunPlan[]): Sample[] {
  const inFlight = new Map(scrapers.map(({ scraper }) => [scraper, 0]));
  for (const { push } of plans.filter((plan) => plan.inFlight)) {
    const name = inFlight.has(push.scraper) ? push.scraper : OTHER;
    inFlight.set(name, (inFlight.get(name) ?? 0) + 1);
  }
  return [...inFlight].map(([scraper, running]) =>
    sample('reviewmaps_scraper_runs_in_flight', { scraper }, running),
  );
}
