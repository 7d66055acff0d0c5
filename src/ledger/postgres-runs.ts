import type { Database, Parameter, Row } from '../database/database';
import { flag, quantity, quantityOrNull, text } from '../database/read';
import { LedgerError } from '../errors';
import { definitionOf, isMetric, type MetricName, OTHER, RUN_METRICS } from '../metrics/catalog';
import type { Histogram } from '../metrics/sample';
import { asText, callLedger, LEDGER_IS_OLDER, parseLabels, SCHEMA } from './call';
import type { FoldedTotal, KnownRun, RunFinding, RunLedger } from './runs';

interface RunLedgerOptions {
  readonly database: Database;
  /** Value of the grouping label `app`. */
  readonly app: string;
  readonly labelLimits: Readonly<Record<string, number>>;
}

/** Bytes of totals that one call gives at most; the Data API's answer, JSON around them included, may have 1 MiB. */
const PAGE_BYTES = 400_000;
/** Scrapers that are named; a pusher that makes up names fills one more. */
const MOST_SCRAPERS = 100;

/** Metrics of which the ledger itself counts: its function takes their names, so that only the catalog spells them. */
const NAMES = {
  series: 'reviewmaps_fold_rejected_series_total',
  groups: 'reviewmaps_fold_rejected_groups_total',
  runs: 'reviewmaps_scraper_runs_total',
  silent: 'reviewmaps_scraper_runs_silent_total',
} as const satisfies Record<string, MetricName>;

/** Every metric whose totals come from runs. */
export const FOLDED_METRICS: readonly MetricName[] = [...RUN_METRICS, ...Object.values(NAMES)];

/** What the ledger knows of runs, as functions in PostgreSQL. Each call may be repeated. Throws LedgerError. */
export function createPostgresRunLedger({ database, app, labelLimits }: RunLedgerOptions): RunLedger {
  const call = (sql: string, parameters: Readonly<Record<string, Parameter>>, signal: AbortSignal) =>
    callLedger(database, sql, { app: asText(app), ...parameters }, signal);
  const metrics = JSON.stringify(limitsOf(labelLimits));

  return {
    seeRuns: async (runs, signal) => {
      const rows = await call(
        `select * from ${SCHEMA}.see_runs(:app, :runs::jsonb)`,
        { runs: asText(JSON.stringify(runs)) },
        signal,
      );
      return rows.map(toKnownRun);
    },

    foldRuns: async (records, signal) => {
      const rows = await call(
        `select * from ${SCHEMA}.fold_runs(:app, :runs::jsonb, :metrics::jsonb, :names::jsonb, :scrapers::integer)`,
        {
          runs: asText(`[${records.join(',')}]`),
          metrics: asText(metrics),
          names: asText(JSON.stringify(NAMES)),
          scrapers: asText(String(MOST_SCRAPERS)),
        },
        signal,
      );
      const [first] = rows;
      return { runs: first === undefined ? 0 : quantity(first, 'runs'), first: rows.map(toFinding) };
    },

    foldedTotals: async (wanted, signal) => {
      const totals: FoldedTotal[] = [];
      for (;;) {
        const rows = await call(
          `select id, metric, labels::text as labels, value, histogram::text as histogram, announced
             from ${SCHEMA}.published_page(:app, :metrics::text[], :after::bigint, :bytes::integer)`,
          {
            metrics: asText(`{${wanted.join(',')}}`),
            after: asText(String(totals.at(-1)?.id ?? 0)),
            bytes: asText(String(PAGE_BYTES)),
          },
          signal,
        );
        if (rows.length === 0) return totals;
        totals.push(...rows.map(toFoldedTotal));
      }
    },

    overLimits: async (wanted, signal) => {
      const rows = await call(
        `select metric, label_sets from ${SCHEMA}.over_limits(:app, :metrics::text[])`,
        { metrics: asText(`{${wanted.join(',')}}`) },
        signal,
      );
      return new Map(rows.map((row) => [text(row, 'metric'), quantity(row, 'label_sets')]));
    },

    scrapers: async (signal) => {
      const rows = await call(
        `select scraper, last_success_at, last_duration_seconds from ${SCHEMA}.scrapers(:app)`,
        {},
        signal,
      );
      return rows.map((row) => ({
        scraper: text(row, 'scraper'),
        lastSuccess: quantityOrNull(row, 'last_success_at'),
        lastDurationSeconds: quantityOrNull(row, 'last_duration_seconds'),
      }));
    },
  };
}

/** How many label sets of each metric are named, and what replaces the labels of those beyond. */
function limitsOf(limits: Readonly<Record<string, number>>): Record<string, unknown> {
  return Object.fromEntries(
    FOLDED_METRICS.map((metric) => {
      const { labels, summed = labels } = definitionOf(metric);
      // Label sets of a metric without a limit come from the configuration or from a closed set.
      return [
        metric,
        { limit: limits[metric] ?? 1_000, other: Object.fromEntries(summed.map((label) => [label, OTHER])) },
      ];
    }),
  );
}

function toKnownRun(row: Row): KnownRun {
  if (!('refused_at' in row)) throw new LedgerError(LEDGER_IS_OLDER);
  const state = text(row, 'state');
  if (state !== 'running' && state !== 'silent' && state !== 'failed' && state !== 'success') {
    throw new LedgerError(`the ledger gave a run the state "${state}"`);
  }
  return {
    run: text(row, 'run'),
    started: quantity(row, 'started'),
    pushed: quantityOrNull(row, 'pushed_at'),
    refused: quantityOrNull(row, 'refused_at'),
    state,
  };
}

function toFinding(row: Row): RunFinding {
  return {
    run: text(row, 'run'),
    started: quantity(row, 'started'),
    wentBack: quantity(row, 'went_back'),
    example: row['example'] === null ? null : text(row, 'example'),
    refused: flag(row, 'refused'),
  };
}

function toFoldedTotal(row: Row): FoldedTotal {
  const { id } = row;
  if (typeof id !== 'bigint') throw new LedgerError('the ledger gave a total without an id');
  const metric = text(row, 'metric');
  return {
    id,
    metric,
    labels: parseLabels(text(row, 'labels')),
    value: histogramOf(metric, row) ?? quantity(row, 'value'),
    announced: flag(row, 'announced'),
  };
}

/** `{b1,b2,…,sum,count}`, as PostgreSQL prints an array of numbers. */
function histogramOf(metric: string, row: Row): Histogram | undefined {
  if (!isMetric(metric) || definitionOf(metric).type !== 'histogram') return undefined;
  const numbers = text(row, 'histogram').slice(1, -1).split(',').map(Number);
  const count = numbers.pop() ?? Number.NaN;
  const sum = numbers.pop() ?? Number.NaN;
  return { buckets: numbers, sum, count };
}
