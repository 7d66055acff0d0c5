import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { campaignsCollector } from '../../src/collectors/campaigns';
import type { CampaignsConfig } from '../../src/config/config';
import { LedgerError } from '../../src/errors';
import { stubLedger } from '../jobs/context';
import { describePostgres, type Stack, startStack } from '../servers/stack';
import { collectorContext, databaseOf, values } from './context';

const CONFIG: CampaignsConfig = {
  table: { schema: undefined, table: 'campaign', label: 'campaign' },
  columns: {
    id: 'id',
    region: 'region',
    deadline: 'apply_deadline',
    created: 'created_at',
    softDeleted: 'deleted_at',
  },
};
const METRIC = 'reviewmaps_campaign_active_total';
const LIMIT_MS = 60_000;

describe('the campaigns collector', () => {
  const database = databaseOf([
    { region: '서울', n: 3n, over_limit: 0n },
    { region: 'other', n: 2n, over_limit: 2n },
  ]);

  it('reports 0 for regions that were active lately', async () => {
    const { context } = collectorContext(database, stubLedger({ rememberRegions: async () => ['부산'] }));
    const { samples } = await campaignsCollector(CONFIG, 10).collect(context);
    expect(values(samples, METRIC)).toEqual({ 서울: 3, other: 2, 부산: 0 });
    expect(values(samples, 'reviewmaps_label_sets_over_limit')).toEqual({ [METRIC]: 2 });
  });

  it('remembers the regions that are named, and leaves the zeros what is left of the limit', async () => {
    let asked: unknown[] = [];
    const rememberRegions = async (...given: unknown[]) => {
      asked = given;
      return [];
    };
    const { context } = collectorContext(database, stubLedger({ rememberRegions }));
    await campaignsCollector(CONFIG, 10).collect(context);
    expect(asked.slice(0, 3)).toEqual([['서울'], 30, 9]);
  });

  it('reports what is active when the ledger is broken, and says what is missing', async () => {
    const broken = stubLedger({ rememberRegions: () => Promise.reject(new LedgerError('no ledger')) });
    const { context, lines } = collectorContext(database, broken);
    const { samples } = await campaignsCollector(CONFIG, 10).collect(context);
    expect(values(samples, METRIC)).toEqual({ 서울: 3, other: 2 });
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', error: 'LedgerError' })]);
  });

  it('asks one statement, however many regions there are', async () => {
    const many = databaseOf(
      Array.from({ length: 500 }, (_, i) => ({ region: `r${i}`, n: 1n, over_limit: 0n })),
    );
    await campaignsCollector(CONFIG, 1_000).collect(collectorContext(many).context);
    expect(many.statements).toHaveLength(1);
  });

  it('refuses a count that is NULL', async () => {
    const { context } = collectorContext(databaseOf([{ region: 'x', n: null, over_limit: 0n }]));
    await expect(campaignsCollector(CONFIG, 10).collect(context)).rejects.toThrow(
      'column "n" is NULL, expected a number',
    );
  });
});

describePostgres('the campaigns collector on PostgreSQL (needs initdb)', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  }, LIMIT_MS);
  afterAll(async () => {
    await stack?.stop();
  }, LIMIT_MS);
  beforeEach(async () => {
    await stack.sql.query(`
      drop table if exists campaign;
      create table campaign (id bigserial primary key, region varchar(100), apply_deadline timestamptz,
        created_at timestamptz not null default now(), deleted_at timestamptz);
      create index on campaign (apply_deadline)`);
  });

  async function active(config = CONFIG, limit = 1_000): Promise<Record<string, number>> {
    return values(
      (await campaignsCollector(config, limit).collect(collectorContext(stack.database).context)).samples,
      METRIC,
    );
  }

  it('counts what has no deadline or one in the future, by region as it is written', async () => {
    await stack.sql.query(`insert into campaign (region, apply_deadline) values
      ('서울 강남구', now() + interval '1 day'), ('서울 강남구', null), ('서울 강남구', now() - interval '1 second'),
      ('it''s "quoted" \\', null), (null, null), ('', null), (E' \\t\\n\u3000', now() + interval '1 minute'), ('부산', 'infinity')`);
    expect(await active()).toEqual({ '서울 강남구': 2, 'it\'s "quoted" \\': 1, unknown: 3, 부산: 1 });
  });

  it('leaves out what is soft-deleted', async () => {
    await stack.sql.query(
      "insert into campaign (region, deleted_at) values ('a', null), ('a', now()), ('b', now())",
    );
    expect(await active()).toEqual({ a: 1 });
  });

  it('counts everything in an older schema that has no such column, or when none is configured', async () => {
    await stack.sql.query("insert into campaign (region, deleted_at) values ('a', null), ('a', now())");
    const { softDeleted: _, ...columns } = CONFIG.columns;
    expect(await active({ ...CONFIG, columns: { ...columns, softDeleted: undefined } })).toEqual({ a: 2 });
    await stack.sql.query('alter table campaign drop column deleted_at');
    expect(await active()).toEqual({ a: 2 });
  });

  it('sums the smallest regions beyond the limit into other, also one that is called so', async () => {
    await stack.sql.query(`insert into campaign (region) select region from
      (values ('big', 5), ('middle', 3), ('small', 2), ('least', 1), ('other', 9)) as v (region, n), generate_series(1, n)`);
    expect(await active(CONFIG, 2)).toEqual({ big: 5, middle: 3, other: 12 });
  });

  it('gives no series for an empty table, which is no failure', async () => {
    expect(await active()).toEqual({});
  });

  it('reads the configured names, quoted', async () => {
    await stack.sql.query(`create schema if not exists "my app"; drop table if exists "my app"."Cam.paign";
      create table "my app"."Cam.paign" ("order" text, "end of it" timestamptz); insert into "my app"."Cam.paign" values ('a', null)`);
    const config: CampaignsConfig = {
      table: { schema: 'my app', table: 'Cam.paign', label: 'my app.Cam.paign' },
      columns: { ...CONFIG.columns, region: 'order', deadline: 'end of it', softDeleted: 'gone' },
    };
    expect(await active(config)).toEqual({ a: 1 });
  });

  it('reads the index on the deadline, not the table', async () => {
    await stack.sql.query(`
      insert into campaign (region, apply_deadline) select 'r' || i % 50, now() - (i || ' minutes')::interval from generate_series(1, 50000) i;
      insert into campaign (region, apply_deadline) select 'r' || i % 50, now() + (i || ' minutes')::interval from generate_series(1, 500) i;
      analyze campaign`);
    const spied = databaseOf([]);
    await campaignsCollector(CONFIG, 1_000).collect(collectorContext(spied).context);
    const plan = await stack.rows(`explain ${spied.statements[0]?.replaceAll(':limit', '1000')}`);
    const text = JSON.stringify(plan);
    expect(text).toContain('campaign_apply_deadline_idx');
    expect(text).not.toContain('Seq Scan on campaign');
  });
});
