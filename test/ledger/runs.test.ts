import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { migrate } from '../../src/ledger/migrate';
import { createPostgresLedger } from '../../src/ledger/postgres';
import { createPostgresRunLedger, FOLDED_METRICS } from '../../src/ledger/postgres-runs';
import type { RunFindings, RunLedger, RunRecord } from '../../src/ledger/runs';
import { describePostgres, type Stack, startStack } from '../servers/stack';

const LIMIT_MS = 60_000;
let stack: Stack;
let runs: RunLedger;
const signal = () => AbortSignal.timeout(20_000);

function record(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    run: 'r1',
    started: 100,
    scraper: 'inflexer',
    pushed: 1_000,
    completed: null,
    silent: false,
    refused: null,
    series: [],
    rejected: {},
    removed: null,
    ...changes,
  };
}

/** What a call finds in which nothing is worth a word. */
const NOTHING: RunFindings = { runs: 0, first: [] };

const enrichment = (value: number, scope = '서울') => ({
  metric: 'reviewmaps_enrichment_total',
  labels: { scope, status: 'success' },
  values: [value],
});

async function fold(...records: readonly RunRecord[]): Promise<RunFindings> {
  return await runs.foldRuns(
    records.map((one) => JSON.stringify(one)),
    signal(),
  );
}

/** What is published once every series was announced. */
async function totals(): Promise<Record<string, unknown>> {
  const ledger = createPostgresLedger({
    database: stack.database,
    app: 'test',
    job: 'fold',
    lookbackSeconds: 60,
    labelLimits: {},
  });
  const first = await runs.foldedTotals(FOLDED_METRICS, signal());
  await ledger.acknowledge(
    first.map(({ id }) => id),
    signal(),
  );
  const all = await runs.foldedTotals(FOLDED_METRICS, signal());
  return Object.fromEntries(
    all.map(({ metric, labels, value }) => [
      [metric.replace('reviewmaps_', ''), ...valuesByName(labels)].join(' '),
      value,
    ]),
  );
}

function valuesByName(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, value]) => value);
}

it('says that the ledger is older, when it does not know of refused pushes', async () => {
  const older = { run: 'r1', started: 100, pushed_at: 1_000, state: 'running' };
  const ledger = createPostgresRunLedger({
    database: { query: async () => [older] },
    app: 'test',
    labelLimits: {},
  });
  await expect(ledger.seeRuns([{ run: 'r1', started: 100 }], signal())).rejects.toThrow(
    'the ledger is older than this program: run "npm run migrate"',
  );
});

describePostgres('scraper runs in the ledger (needs initdb)', () => {
  beforeAll(async () => {
    stack = await startStack();
    await migrate(stack.database, signal());
    runs = createPostgresRunLedger({
      database: stack.database,
      app: 'test',
      labelLimits: {
        reviewmaps_enrichment_total: 2,
        reviewmaps_scraper_runs_total: 200,
        reviewmaps_scraper_runs_silent_total: 200,
      },
    });
  }, LIMIT_MS);
  afterAll(async () => {
    await stack?.stop();
  }, LIMIT_MS);
  beforeEach(async () => {
    await stack.sql.query(`truncate reviewmaps_monitoring.total, reviewmaps_monitoring.overflow, reviewmaps_monitoring.folded_run cascade;
      truncate reviewmaps_monitoring.scraper`);
  });

  it('adds what a run counted once, however often it is told', async () => {
    const push = record({ series: [enrichment(5)] });
    await fold(push);
    await fold(push);
    await Promise.all([fold(push), fold(push), fold(push)]);
    expect(await totals()).toEqual({ 'enrichment_total 서울 success': 5 });
  });

  it('adds what is above the highest value that it saw of the run', async () => {
    await fold(record({ series: [enrichment(5)] }));
    await fold(
      record({ pushed: 1_001, series: [enrichment(9)] }),
      record({ run: 'r2', series: [enrichment(100)] }),
    );
    expect(await totals()).toEqual({ 'enrichment_total 서울 success': 109 });
  });

  it('leaves a series as it is that is lower than before, and counts that once for each push', async () => {
    await fold(record({ series: [enrichment(9), enrichment(4, '부산')] }));
    const late = record({ pushed: 900, series: [enrichment(5), enrichment(6, '부산')] });
    await fold(late);
    await fold(late);
    await fold(record({ pushed: 1_002, series: [enrichment(10), enrichment(6, '부산')] }));
    expect(await totals()).toEqual({
      'enrichment_total 서울 success': 10,
      'enrichment_total 부산 success': 6,
      'fold_rejected_series_total went_back': 1,
    });
  });

  it('names the run whose series went back, with how many and a metric, once for each push', async () => {
    const wide = [enrichment(9), enrichment(4, '부산')];
    expect(await fold(record({ series: wide }), record({ run: 'r2', series: wide }))).toEqual(NOTHING);
    const late = record({ pushed: 1_001, series: [enrichment(5), enrichment(3, '부산')] });
    const fine = record({ run: 'r2', pushed: 1_001, series: [enrichment(10), enrichment(4, '부산')] });
    const example = 'reviewmaps_enrichment_total';
    const found = { run: 'r1', started: 100, wentBack: 2, example, refused: false };
    expect(await fold(late, fine)).toEqual({ runs: 1, first: [found] });
    expect(await fold(late, fine)).toEqual(NOTHING);
    // Of two that are lower, the one that is told again is not said again.
    const second = record({ run: 'r2', pushed: 1_002, series: [enrichment(1)] });
    expect(await fold(late, second)).toMatchObject({ runs: 1, first: [{ run: 'r2', wentBack: 1 }] });
    expect(await fold(record({ pushed: 1_002, series: [enrichment(8), enrichment(5, '부산')] }))).toEqual({
      runs: 1,
      first: [{ ...found, wentBack: 1 }],
    });
  });

  it('counts a push once that the gateway refused, beside what was accepted before, and names its run', async () => {
    const push = record({ series: [enrichment(5)], rejected: { wrong_labels: 2 } });
    await fold(push);
    const refused = { ...push, refused: 1_007 };
    const finding = { run: 'r1', started: 100, wentBack: 0, example: null, refused: true };
    expect(await fold(refused)).toEqual({ runs: 1, first: [finding] });
    expect(await fold(refused)).toEqual(NOTHING);
    expect(await runs.seeRuns([{ run: 'r1', started: 100 }], signal())).toMatchObject([{ refused: 1_007 }]);
    // One that is accepted in between changes nothing about it.
    await fold({ ...push, pushed: 1_010, rejected: {}, series: [enrichment(6)] });
    expect(await fold({ ...refused, pushed: 1_010, refused: 1_020 })).toEqual({ runs: 1, first: [finding] });
    expect(await totals()).toEqual({
      'enrichment_total 서울 success': 6,
      'fold_rejected_series_total wrong_labels': 2,
      'fold_rejected_groups_total push_refused': 2,
    });
  });

  it('counts a run that comes back after its end as replayed only', async () => {
    await fold(record({ completed: 1, series: [enrichment(5)] }));
    expect(await fold(record({ pushed: 1_500, refused: 1_501, series: [enrichment(4)] }))).toEqual(NOTHING);
    expect(await totals()).toMatchObject({ 'fold_rejected_groups_total replayed': 1 });
    expect(await totals()).not.toHaveProperty('fold_rejected_groups_total push_refused');
  });

  it('names a hundred runs at most, and says how many there are', async () => {
    const many = Array.from({ length: 130 }, (_, index) => record({ run: `r${index}`, refused: 1_001 }));
    const { runs: all, first } = await fold(...many);
    expect(all).toBe(130);
    expect(new Set(first.map(({ run }) => run)).size).toBe(100);
    expect(await totals()).toEqual({ 'fold_rejected_groups_total push_refused': 130 });
  });

  it('serves functions of the version before, which are deployed after it is migrated', async () => {
    const push = JSON.stringify([record({ series: [enrichment(5)], refused: 1_001 })]);
    const parameters = [
      'test',
      push,
      '{"reviewmaps_enrichment_total":{"limit":2,"other":{"scope":"other"}}}',
    ];
    await stack.sql.query(
      `select reviewmaps_monitoring.fold_runs($1, $2::jsonb, $3::jsonb, '{"groups":"g","series":"s","runs":"r","silent":"q"}', 9)::text as done`,
      parameters,
    );
    expect(
      await stack.rows(
        `select run, started, pushed_at, state from reviewmaps_monitoring.see_runs('test', $1::jsonb)`,
        ['[{"run":"r1","started":100}]'],
      ),
    ).toEqual([{ run: 'r1', started: 100, pushed_at: 1_000, state: 'running' }]);
    expect(await totals()).toEqual({ 'enrichment_total 서울 success': 5 });
  });

  it('counts a run id again that is used by a new process', async () => {
    await fold(record({ series: [enrichment(5)], completed: 1 }));
    await fold(record({ started: 200, pushed: 1_100, series: [enrichment(3)] }));
    expect(await totals()).toMatchObject({
      'enrichment_total 서울 success': 8,
      'scraper_runs_total inflexer success': 1,
    });
  });

  it('does not count a run again that ended and comes back, and says so', async () => {
    await fold(record({ series: [enrichment(5)], completed: 1 }));
    const back = record({ pushed: 1_500, series: [enrichment(50)], completed: 1 });
    await fold(back);
    await fold(back);
    expect(await totals()).toEqual({
      'enrichment_total 서울 success': 5,
      'scraper_runs_total inflexer success': 1,
      'fold_rejected_groups_total replayed': 1,
    });
  });

  it('counts each end of a run once, and each silence', async () => {
    await fold(
      record({ silent: true }),
      record({ run: 'r2', completed: 0 }),
      record({ run: 'r3', completed: 1 }),
    );
    await fold(
      record({ silent: true }),
      record({ run: 'r2', completed: 0 }),
      record({ run: 'r3', completed: 1 }),
    );
    await fold(record({ pushed: 2_000, completed: 1 }));
    expect(await totals()).toEqual({
      'scraper_runs_silent_total inflexer': 1,
      'scraper_runs_total inflexer failed': 1,
      'scraper_runs_total inflexer success': 2,
    });
  });

  it('counts what was rejected once for each push', async () => {
    const push = record({ rejected: { wrong_labels: 2, bad_value: 1 }, removed: 'poison' });
    await fold(push);
    await fold(push);
    await fold({ ...push, pushed: 1_001 });
    expect(await totals()).toEqual({
      'fold_rejected_series_total wrong_labels': 4,
      'fold_rejected_series_total bad_value': 2,
      'fold_rejected_groups_total poison': 2,
    });
  });

  it('adds histograms by bucket', async () => {
    const duration = (values: readonly number[]) => ({
      metric: 'reviewmaps_naver_api_duration_seconds',
      labels: { endpoint: 'local' },
      values,
    });
    await fold(record({ series: [duration([1, 1, 2, 2, 2, 2, 2, 3, 0.3, 4])] }));
    await fold(
      record({ pushed: 1_001, series: [duration([2, 2, 3, 3, 3, 3, 3, 4, 0.45, 5])] }),
      record({ run: 'r2', series: [duration([0, 0, 0, 0, 0, 0, 0, 0, 20.25, 1])] }),
    );
    expect(await totals()).toEqual({
      'naver_api_duration_seconds local': { buckets: [2, 2, 3, 3, 3, 3, 3, 4], sum: 20.7, count: 6 },
    });
  });

  it('publishes a histogram as zeros at first', async () => {
    await fold(
      record({
        series: [
          {
            metric: 'reviewmaps_naver_api_duration_seconds',
            labels: { endpoint: 'x' },
            values: [1, 1, 1, 1, 1, 1, 1, 1, 2, 1],
          },
        ],
      }),
    );
    expect((await runs.foldedTotals(FOLDED_METRICS, signal()))[0]?.value).toEqual({
      buckets: [0, 0, 0, 0, 0, 0, 0, 0],
      sum: 0,
      count: 0,
    });
  });

  it('keeps label limits over time, in the labels that are limited', async () => {
    await fold(record({ series: [enrichment(1, 'a'), enrichment(2, 'b')] }));
    await fold(record({ run: 'r2', series: [enrichment(3, 'c'), enrichment(4, 'a')] }));
    await fold(record({ run: 'r3', series: [enrichment(5, 'c'), enrichment(6, 'd')] }));
    expect(await totals()).toEqual({
      'enrichment_total a success': 5,
      'enrichment_total b success': 2,
      'enrichment_total other success': 14,
    });
    expect(
      (await runs.overLimits(['reviewmaps_enrichment_total'], signal())).get('reviewmaps_enrichment_total'),
    ).toBe(2);
  });

  it('bounds its memory of label sets beyond the limit', async () => {
    const many = Array.from({ length: 50 }, (_, index) => enrichment(1, `scope ${index}`));
    await fold(record({ series: many }));
    expect(
      (await runs.overLimits(['reviewmaps_enrichment_total'], signal())).get('reviewmaps_enrichment_total'),
    ).toBe(20);
    await fold(record({ pushed: 1_001, series: many.map((one) => ({ ...one, values: [2] })) }));
    const all = await totals();
    expect(all['enrichment_total other success']).toBe(96);
    expect(Object.keys(all)).toHaveLength(3);
  });

  it('says how the latest runs of a scraper ended, by the clock of the gateway', async () => {
    await fold(
      record({ pushed: 150, completed: 1 }),
      record({ run: 'r2', pushed: 190, completed: 0 }),
      record({ run: 'r3', scraper: 'other one', started: 0, pushed: 170, completed: 1 }),
    );
    expect(await runs.scrapers(signal())).toEqual([
      { scraper: 'inflexer', lastSuccess: 150, lastDurationSeconds: 90 },
      { scraper: 'other one', lastSuccess: 170, lastDurationSeconds: null },
    ]);
  });

  it('knows the runs that it is asked about, and forgets those that were not seen for seven days', async () => {
    await fold(record({ completed: 1 }), record({ run: 'r2' }));
    const asked = [
      { run: 'r1', started: 100 },
      { run: 'r2', started: 100 },
      { run: 'r2', started: 101 },
    ];
    expect([...(await runs.seeRuns(asked, signal()))].sort((a, b) => (a.run < b.run ? -1 : 1))).toEqual([
      { run: 'r1', started: 100, pushed: 1_000, refused: null, state: 'success' },
      { run: 'r2', started: 100, pushed: 1_000, refused: null, state: 'running' },
    ]);
    await stack.sql.query(
      "update reviewmaps_monitoring.folded_run set last_seen_at = now() - interval '8 days'",
    );
    await runs.seeRuns([{ run: 'r1', started: 100 }], signal());
    await fold(record({ run: 'r9' }));
    expect(await stack.rows('select run from reviewmaps_monitoring.folded_run order by run')).toEqual([
      { run: 'r1' },
      { run: 'r9' },
    ]);
  });

  it('gives totals page by page', async () => {
    const wide = createPostgresRunLedger({
      database: stack.database,
      app: 'test',
      labelLimits: { reviewmaps_exceptions_total: 3_000 },
    });
    const series = Array.from({ length: 2_500 }, (_, index) => ({
      metric: 'reviewmaps_exceptions_total',
      labels: { exception_type: `Error${index}`, view_name: 'v'.repeat(300) },
      values: [1],
    }));
    await wide.foldRuns([JSON.stringify(record({ series }))], signal());
    const all = await wide.foldedTotals(FOLDED_METRICS, signal());
    expect(new Set(all.map(({ id }) => id)).size).toBe(2_500);
  });
});
