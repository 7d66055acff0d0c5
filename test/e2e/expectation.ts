import { DURATION, type Expected, seriesKey, type Value } from './published';

/** The tables that the configuration of the test names: its label, and the name as SQL writes it. */
export interface Table {
  readonly label: string;
  /** Undefined for one that does not exist. */
  readonly name: string | undefined;
  /** Rows as PostgreSQL estimates them, for a table too large to be counted. */
  readonly estimated?: true;
}

/** The rows of a statement, over a connection that is nothing of the product's. */
export type Rows = <T extends Record<string, unknown>>(statement: string) => Promise<readonly T[]>;

interface Circumstances {
  /** Collectors that cannot do their work. */
  readonly failing?: readonly string[];
  /** False when the ledger cannot be used. */
  readonly ledger?: boolean;
}

/** Which region a campaign counts for, as a person would say it. */
const REGION = "case when region ~ '[^ ]' then trim(both ' ' from region) else 'unknown' end";

const STATES = [
  'active',
  'idle',
  'idle in transaction',
  'idle in transaction (aborted)',
  'fastpath function call',
  'disabled',
  'unknown',
];

/**
 * What must be at the gateway, from plain SQL over a direct connection and bookkeeping that shares nothing with the
 * ledger: it reads whole tables, and remembers each thing that was counted for ever.
 */
export class Expectation {
  /** Pushes since a region of the expired counter appeared. */
  readonly #pushes = new Map<string, number>();
  readonly #everActive = new Set<string>();
  readonly #deleted = new Map<string, number>();
  #first = true;

  private constructor(
    private readonly rows: Rows,
    private readonly tables: readonly Table[],
    private readonly collectors: readonly string[],
  ) {}

  static async create(
    rows: Rows,
    tables: readonly Table[],
    collectors: readonly string[],
  ): Promise<Expectation> {
    await rows(`create schema witness;
      create table witness.expired (id bigint, deadline timestamptz, region text, primary key (id, deadline));
      create table witness.soft_deleted (id bigint primary key)`);
    return new Expectation(rows, tables, collectors);
  }

  /** Notes what has happened up to now. Nothing may expire between this and the run that is compared. */
  async observe(): Promise<void> {
    await this.rows(`
      insert into witness.expired select id, apply_deadline, ${REGION} from campaign
      where created_at <= apply_deadline and apply_deadline <= clock_timestamp() on conflict do nothing`);
    await this.rows(
      'insert into witness.soft_deleted select id from reviews where deleted_at is not null on conflict do nothing',
    );
  }

  /** Rows were deleted from a table whose deletes the statistics count. */
  deleted(label: string, rows: number): void {
    this.#deleted.set(label, (this.#deleted.get(label) ?? 0) + rows);
  }

  /** That many runs have pushed what was observed. The last push shows a region that is new as 0, once. */
  async pushed(runs: number, { ledger = true }: Circumstances = {}): Promise<void> {
    if (!ledger) return;
    for (const region of (await this.#expired()).keys()) {
      const before = this.#first ? Number.POSITIVE_INFINITY : (this.#pushes.get(region) ?? 0);
      this.#pushes.set(region, before + runs);
    }
    for (const region of (await this.#active()).keys()) this.#everActive.add(region);
    this.#first = false;
  }

  /** Every series that must be there now, and no other may. */
  async series(node: string, version: string, circumstances: Circumstances = {}): Promise<Expected> {
    const { failing = [], ledger = true } = circumstances;
    const expected = new Map<string, Value>();
    for (const collector of this.collectors) {
      const failed = failing.includes(collector);
      expected.set(seriesKey('reviewmaps_collector_success', { collector }), failed ? 0 : 1);
      expected.set(seriesKey('reviewmaps_collector_duration_seconds', { collector }), DURATION);
      if (failed) continue;
      for (const [key, value] of await this.#of(collector, ledger)) expected.set(key, value);
    }
    expected.set(seriesKey('reviewmaps_ledger_lease_held'), ledger ? 1 : 0);
    expected.set(seriesKey('reviewmaps_job_success'), failing.length > 0 ? 0 : 1);
    expected.set(seriesKey('reviewmaps_job_duration_seconds'), DURATION);
    expected.set(seriesKey('reviewmaps_build_info', { version, node }), 1);
    return expected;
  }

  async #of(collector: string, ledger: boolean): Promise<Expected> {
    if (collector === 'campaigns') return this.#campaignSeries(ledger);
    if (collector === 'expired') return this.#expiredSeries();
    if (collector === 'connections') return this.#connectionSeries();
    const [family, ...rest] = collector.split('/');
    const label = rest.join('/');
    const table = this.tables.find((one) => one.label === label);
    if (table === undefined) throw new Error(`no table is named ${label}`);
    return family === 'tables' ? this.#tableSeries(table) : this.#cleanupSeries(table);
  }

  async #campaignSeries(ledger: boolean): Promise<Expected> {
    const active = await this.#active();
    const metric = 'reviewmaps_campaign_active_total';
    const series = new Map([[seriesKey('reviewmaps_label_sets_over_limit', { metric }), 0]]);
    if (ledger) for (const region of this.#everActive) series.set(seriesKey(metric, { region }), 0);
    for (const [region, count] of active) series.set(seriesKey(metric, { region }), count);
    return series;
  }

  async #expiredSeries(): Promise<Expected> {
    const metric = 'reviewmaps_campaign_expired_total';
    const series = new Map([[seriesKey('reviewmaps_label_sets_over_limit', { metric }), 0]]);
    for (const [region, count] of await this.#expired()) {
      series.set(seriesKey(metric, { region }), (this.#pushes.get(region) ?? 0) > 1 ? count : 0);
    }
    return series;
  }

  async #connectionSeries(): Promise<Expected> {
    const found = await this.#pairs(
      "select state as name, count(*)::int as n from pg_stat_activity where backend_type = 'client backend' group by 1",
    );
    const max = await this.#number(
      "select setting::int as n from pg_settings where name = 'max_connections'",
    );
    return new Map<string, Value>([
      ...STATES.map((state): [string, Value] => {
        const key = seriesKey('reviewmaps_database_connections', { state });
        // The endpoint's own connections come and go between these two.
        if (state === 'active') return [key, { least: 1, most: max }];
        // One that is being opened has no state yet.
        if (state === 'idle' || state === 'unknown') return [key, { least: 0, most: max }];
        return [key, found.get(state) ?? 0];
      }),
      [seriesKey('reviewmaps_database_connections_max'), max],
    ]);
  }

  async #tableSeries({ label, name, estimated }: Table): Promise<Expected> {
    const labels = { table_name: label };
    if (name === undefined) return new Map([[seriesKey('reviewmaps_table_missing', labels), 1]]);
    const regclass = `'${name.replaceAll("'", "''")}'::regclass`;
    return new Map([
      [seriesKey('reviewmaps_table_missing', labels), 0],
      [seriesKey('reviewmaps_table_rows_exact', labels), estimated ? 0 : 1],
      [
        seriesKey('reviewmaps_table_rows_total', labels),
        await this.#number(`select count(*)::int as n from ${name}`),
      ],
      [
        seriesKey('reviewmaps_table_size_bytes', labels),
        await this.#number(
          `select sum(pg_total_relation_size(relid))::float8 as n from (
             select relid from pg_partition_tree(${regclass}) union select ${regclass}) as tree`,
        ),
      ],
    ]);
  }

  async #cleanupSeries({ label, name }: Table): Promise<Expected> {
    if (name === undefined) return new Map();
    const key = seriesKey('reviewmaps_cleanup_deleted_rows', { table_name: label });
    if (label !== 'reviews') return new Map([[key, this.#deleted.get(label) ?? 0]]);
    return new Map([[key, await this.#number('select count(*)::int as n from witness.soft_deleted')]]);
  }

  #active(): Promise<ReadonlyMap<string, number>> {
    return this.#pairs(`select ${REGION} as name, count(*)::int as n from campaign
      where deleted_at is null and (apply_deadline is null or apply_deadline > clock_timestamp()) group by 1`);
  }

  #expired(): Promise<ReadonlyMap<string, number>> {
    return this.#pairs('select region as name, count(*)::int as n from witness.expired group by 1');
  }

  async #pairs(statement: string): Promise<ReadonlyMap<string, number>> {
    const rows = await this.rows<{ name: string; n: number }>(statement);
    return new Map(rows.map(({ name, n }) => [name, n]));
  }

  async #number(statement: string): Promise<number> {
    const rows = await this.rows<{ n: number }>(statement);
    const [row] = rows;
    if (row === undefined) throw new Error(`no row: ${statement}`);
    return row.n;
  }
}
