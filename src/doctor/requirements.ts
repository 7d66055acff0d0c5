import type {
  CampaignsConfig,
  CleanupConfig,
  Config,
  FreshnessProbeConfig,
  TableRef,
} from '../config/config';

/** A column that the configuration names, and what is done with it. */
export interface ColumnNeed {
  readonly table: TableRef;
  readonly column: string;
  /** `moment`: compared with now, so it must be a time with its zone. */
  readonly use: 'moment' | 'value';
  /** False where an older table may lack it. */
  readonly required: boolean;
}

/** A column that is searched by its newest values. */
export interface IndexNeed {
  readonly table: TableRef;
  readonly column: string;
  /** True when rows without a value are asked for as well: then the index must hold them. */
  readonly nulls: boolean;
  /** Propose the smaller index that leaves out rows without a value. */
  readonly mostlyNull: boolean;
  /** What is slow without it. */
  readonly why: string;
  /** A column of the same table that would do as well and is never changed by an upsert. */
  readonly steadier: string | undefined;
}

/** A column that must name one row. */
export interface KeyNeed {
  readonly table: TableRef;
  readonly column: string;
}

/** What the configuration expects of the application's tables, each once. */
export interface Requirements {
  readonly tables: readonly TableRef[];
  readonly columns: readonly ColumnNeed[];
  readonly indexes: readonly IndexNeed[];
  readonly keys: readonly KeyNeed[];
}

/** Columns that an upsert rewrites each time, going by their usual names. */
const REWRITTEN = /upd|modif|chang|touch|seen|sync/i;

type SoftDelete = Extract<CleanupConfig, { source: 'soft-delete' }>;

/** What is read in more than one way is there once, with the strictest need. */
export function requirementsOf(
  config: Pick<Config, 'campaigns' | 'tables' | 'cleanup' | 'services'>,
): Requirements {
  const { table: campaign, columns } = config.campaigns;
  const softDeletes = config.cleanup.flatMap((one) => (one.source === 'soft-delete' ? [one] : []));
  const fresh = config.services
    .flatMap(({ probes }) => probes)
    .flatMap((probe) => (probe.kind === 'freshness' ? [probe] : []));
  const tables = [
    campaign,
    ...config.tables.refs,
    ...[...config.cleanup, ...fresh].map(({ table }) => table),
  ];
  const ids = softDeletes.map(({ table, id }) => ({ table, column: id }));
  return {
    tables: once(tables, ({ label }) => label),
    columns: once(columnNeeds(config.campaigns, softDeletes, fresh), nameOf),
    indexes: once(indexNeeds(config.campaigns, softDeletes, fresh), nameOf),
    keys: once([{ table: campaign, column: columns.id }, ...ids], nameOf),
  };
}

/** Of two needs of one column the stricter comes first. */
function columnNeeds(
  { table, columns }: CampaignsConfig,
  softDeletes: readonly SoftDelete[],
  fresh: readonly FreshnessProbeConfig[],
): ColumnNeed[] {
  const moment = { use: 'moment', required: true } as const;
  const value = { use: 'value', required: true } as const;
  return [
    { table, column: columns.deadline, ...moment },
    { table, column: columns.created, ...moment },
    ...softDeletes.map((one) => ({ table: one.table, column: one.column, ...moment })),
    ...fresh.map((one) => ({ table: one.table, column: one.column, ...moment })),
    ...(columns.softDeleted === undefined
      ? []
      : [{ table, column: columns.softDeleted, use: 'moment', required: false } as const]),
    { table, column: columns.region, ...value },
    { table, column: columns.id, ...value },
    ...softDeletes.map((one) => ({ table: one.table, column: one.id, ...value })),
  ];
}

function indexNeeds(
  campaigns: CampaignsConfig,
  softDeletes: readonly SoftDelete[],
  fresh: readonly FreshnessProbeConfig[],
): IndexNeed[] {
  return [
    {
      table: campaigns.table,
      column: campaigns.columns.deadline,
      nulls: true,
      mostlyNull: false,
      why: 'every run reads the whole table to find active and expired campaigns',
      steadier: undefined,
    },
    ...softDeletes.map(({ table, column }) => ({
      table,
      column,
      nulls: false,
      mostlyNull: true,
      why: 'every run reads the whole table to find what was soft-deleted',
      steadier: undefined,
    })),
    ...fresh.map(({ table, column }) => ({
      table,
      column,
      nulls: false,
      mostlyNull: false,
      why: 'every run reads the whole table to find its newest value',
      steadier: steadier(
        column,
        table.label === campaigns.table.label ? campaigns.columns.created : undefined,
      ),
    })),
  ];
}

function steadier(column: string, created = 'the time of creation'): string | undefined {
  return REWRITTEN.test(column) ? created : undefined;
}

/** A column as the report names it, and as a check needs it. */
export function nameOf({ table, column }: { table: TableRef; column: string }): string {
  return `${table.label}.${column}`;
}

function once<T>(all: readonly T[], key: (one: T) => string): readonly T[] {
  const first = new Map<string, T>();
  for (const one of all) if (!first.has(key(one))) first.set(key(one), one);
  return [...first.values()];
}
