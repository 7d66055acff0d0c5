import type { Database, Parameter, Row } from '../database/database';
import { flag, onlyRow, quantity, text } from '../database/read';
import { LedgerError } from '../errors';
import type { JobName, MetricName } from '../metrics/catalog';
import { asFloat, asText, callLedger, parseLabels, SCHEMA } from './call';
import type { Ledger, MomentSource, Total } from './ledger';

/** The largest value of PostgreSQL's integer. */
const LARGEST_INTEGER = 2 ** 31 - 1;

interface LedgerOptions {
  readonly database: Database;
  /** Value of the grouping label `app`: each has a ledger of its own, so that two stages may share a database. */
  readonly app: string;
  readonly job: JobName;
  readonly lookbackSeconds: number;
  readonly labelLimits: Readonly<Record<string, number>>;
}

/** The ledger as functions in PostgreSQL. Each call is one statement that may be repeated. Throws LedgerError. */
export function createPostgresLedger(options: LedgerOptions): Ledger {
  const { database, app, job, lookbackSeconds, labelLimits } = options;

  const call = (sql: string, parameters: Readonly<Record<string, Parameter>>, signal: AbortSignal) =>
    callLedger(database, sql, { app: asText(app), ...parameters }, signal);

  return {
    acquireLease: async (holder, seconds, signal) => {
      const rows = await call(
        `select ${SCHEMA}.acquire_lease(:app, :job, :holder, :seconds) as held`,
        { job: asText(job), holder: asText(holder), seconds: asFloat(seconds) },
        signal,
      );
      return flag(onlyRow(rows), 'held');
    },

    releaseLease: async (holder, signal) => {
      const parameters = { job: asText(job), holder: asText(holder) };
      await call(`select ${SCHEMA}.release_lease(:app, :job, :holder)::text as done`, parameters, signal);
    },

    countMoments: async (source, signal) => {
      const rows = await call(
        `select id, labels::text as labels, value, announced from ${SCHEMA}.count_moments(:app, :metric, :limit::integer,
           :source, :table, :key, :moment, :created, :label, :column, :labels::jsonb, :once, :lookback)`,
        {
          ...momentParameters(source),
          limit: asText(String(limitOf(labelLimits, source.metric))),
          lookback: asFloat(lookbackSeconds),
        },
        signal,
      );
      return rows.map(toTotal);
    },

    countDeletes: async (metric, tableName, table, signal) => {
      const rows = await call(
        `select id, labels::text as labels, value, announced
           from ${SCHEMA}.count_deletes(:app, :metric, :limit::integer, :tableName, :table)`,
        {
          metric: asText(metric),
          limit: asText(String(limitOf(labelLimits, metric))),
          tableName: asText(tableName),
          table: asText(table),
        },
        signal,
      );
      return rows.map(toTotal);
    },

    acknowledge: async (ids, signal) => {
      const parameters = { ids: asText(`{${ids.join(',')}}`) };
      await call(`select ${SCHEMA}.acknowledge(:app, :ids::bigint[])::text as done`, parameters, signal);
    },

    overLimit: async (metric, signal) => {
      const rows = await call(
        `select ${SCHEMA}.over_limit(:app, :metric) as n`,
        { metric: asText(metric) },
        signal,
      );
      return quantity(onlyRow(rows), 'n');
    },

    rememberRegions: async (active, days, limit, signal) => {
      const rows = await call(
        `select region from ${SCHEMA}.remember_regions(:app, :active::jsonb, :days::integer, :limit::integer) as region`,
        { active: asText(JSON.stringify(active)), days: asText(String(days)), limit: asText(String(limit)) },
        signal,
      );
      return rows.map((row) => text(row, 'region'));
    },
  };
}

function limitOf(limits: Readonly<Record<string, number>>, metric: MetricName): number {
  // A metric without a limit has label values from the configuration only, which is bounded by itself.
  return limits[metric] ?? LARGEST_INTEGER;
}

function momentParameters(source: MomentSource): Record<string, Parameter> {
  return {
    metric: asText(source.metric),
    source: asText(source.name),
    table: asText(source.table),
    key: asText(source.key),
    moment: asText(source.moment),
    created: asText(source.created ?? null),
    label: asText(source.groupBy?.label ?? null),
    column: asText(source.groupBy?.column ?? null),
    labels: asText(JSON.stringify(source.labels)),
    once: { type: 'bool', value: source.once === 'row' },
  };
}

function toTotal(row: Row): Total {
  const id = row['id'];
  if (typeof id !== 'bigint') throw new LedgerError('the ledger gave a total without an id');
  return {
    id,
    labels: parseLabels(text(row, 'labels')),
    value: quantity(row, 'value'),
    announced: flag(row, 'announced'),
  };
}
