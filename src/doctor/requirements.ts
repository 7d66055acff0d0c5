import type { Config, TableRef } from '../config/config';

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

export function requirementsOf(
  config: Pick<Config, 'campaigns' | 'tables' | 'cleanup' | 'services'>,
): Requirements {
  const { table: campaign, columns } = config.campaigns;
  const softDeletes = config.cleanup.flatMap((one) => (one.source === 'soft-delete' ? [one] : []));
  const fresh = config.services
    .flatMap(({ probes }) => probes)
    .flatMap((probe) => (probe.kind === 'freshness' ? [probe] : []));
  const moment = { use: 'moment', required: true } as const;
  const value = { use: 'value', required: true } as const;

  return {
    tables: once(
      [
        campaign,
        ...config.tables.refs,
        ...config.cleanup.map(({ table }) => table),
        ...fresh.map(({ table }) => table),
      ],
      ({ label }) => label,
    ),
    // Of two needs of one column the stricter comes first and stays.
    columns: once<ColumnNeed>(
      [
        { table: campaign, column: columns.deadline, ...moment },
        { table: campaign, column: columns.created, ...moment },
        ...softDeletes.map(({ table, column }) => ({ table, column, ...moment })),
        ...fresh.map(({ table, column }) => ({ table, column, ...moment })),
        ...(columns.softDeleted === undefined
          ? []
          : [{ table: campaign, column: columns.softDeleted, use: 'moment', required: false } as const]),
        { table: campaign, column: columns.region, ...value },
        { table: campaign, column: columns.id, ...value },
        ...softDeletes.map(({ table, id }) => ({ table, column: id, ...value })),
      ],
      nameOf,
    ),
    indexes: once<IndexNeed>(
      [
        {
          table: campaign,
          column: columns.deadline,
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
          steadier: steadier(column, table.label === campaign.label ? columns.created : undefined),
        })),
      ],
      nameOf,
    ),
    keys: once(
      [
        { table: campaign, column: columns.id },
        ...softDeletes.map(({ table, id }) => ({ table, column: id })),
      ],
      nameOf,
    ),
  };
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
