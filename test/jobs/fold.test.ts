import { spawnSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { systemClock } from '../../src/clock';
import { parse } from '../../src/config/parse';
import { LedgerError } from '../../src/errors';
import { createBudget } from '../../src/jobs/budget';
import { type FoldContext, fold } from '../../src/jobs/fold';
import type { JobReport } from '../../src/jobs/job';
import { migrate } from '../../src/ledger/migrate';
import { createPostgresLedger } from '../../src/ledger/postgres';
import { createPostgresRunLedger } from '../../src/ledger/postgres-runs';
import { createLog } from '../../src/log';
import { createGateway } from '../../src/pushgateway/client';
import type { Gateway } from '../../src/pushgateway/gateway';
import { groupPath } from '../../src/pushgateway/grouping';
import { type RunningPushgateway, startPushgateway } from '../servers/pushgateway';
import { describePostgres, type Stack, startStack } from '../servers/stack';
import { ENVIRONMENT, type LogLine } from './context';

/** Folding on the real servers: PostgreSQL behind the Data API endpoint, and the real Pushgateway. */

const LIMIT_MS = 60_000;
jest.setTimeout(2 * LIMIT_MS);
const hasGateway =
  spawnSync('sh', ['-c', 'command -v prometheus-pushgateway || command -v pushgateway']).status === 0;
const describeServers = hasGateway || process.env['CI'] ? describePostgres : describe.skip;

let stack: Stack;
let pushgateway: RunningPushgateway;
let lines: LogLine[] = [];

interface Pushed {
  readonly run?: string;
  readonly scraper?: string;
  readonly app?: string;
  readonly started?: number;
  readonly completed?: 0 | 1;
  readonly enriched?: number;
  /** Text appended as it is. */
  readonly more?: string;
}

/** What a run pushes, with an ordinary HTTP client. */
async function pushRun({
  run = 'r1',
  scraper = 'inflexer',
  app,
  started = 100,
  completed,
  enriched = 0,
  more = '',
}: Pushed): Promise<Response> {
  const lines = [
    '# TYPE reviewmaps_scraper_run_started_timestamp_seconds gauge',
    `reviewmaps_scraper_run_started_timestamp_seconds ${started}`,
    '# TYPE reviewmaps_enrichment_total counter',
    `reviewmaps_enrichment_total{scope="서울",status="success"} ${enriched}`,
    ...(completed === undefined
      ? []
      : ['# TYPE reviewmaps_scraper_run_completed gauge', `reviewmaps_scraper_run_completed ${completed}`]),
  ];
  const key = { job: 'scraper', run, scraper, ...(app === undefined ? {} : { app }) };
  return fetch(`${pushgateway.url}${groupPath(key)}`, {
    method: 'PUT',
    body: `${lines.join('\n')}\n${more}`,
  });
}

function contextOf(changes: Partial<FoldContext> = {}, user: unknown = {}): FoldContext {
  const config = parse({ ...ENVIRONMENT, PUSHGATEWAY_URL: pushgateway.url }, user, 'fold');
  const { app, labelLimits } = config;
  const { database } = stack;
  return {
    config,
    database,
    gateway: createGateway({
      url: pushgateway.url,
      credentials: async () => ({ kind: 'none' }),
      clock: systemClock,
    }),
    clock: systemClock,
    log: createLog({ level: 'debug', now: Date.now, write: (line) => lines.push(JSON.parse(line)) }),
    build: { version: '1.2.3', node: 'v24' },
    ledger: createPostgresLedger({ database, app, job: 'fold', lookbackSeconds: 3_600, labelLimits }),
    runs: createPostgresRunLedger({ database, app, labelLimits }),
    holder: crypto.randomUUID(),
    ...changes,
  };
}

/** @param ms as much by default that a slow machine does not run out of it: half of the work would be left to a later run */
async function run(context = contextOf(), ms = LIMIT_MS): Promise<JobReport> {
  const budget = createBudget(ms);
  try {
    return await fold(context, budget);
  } finally {
    budget.dispose();
  }
}

/** The gateway with a clock that is ahead by some seconds. */
function later(seconds: number): Gateway {
  const { gateway } = contextOf();
  return { ...gateway, scan: async (start, signal) => (await gateway.scan(start, signal)) + seconds };
}

/** What was logged as a warning so far. */
function warnings(): unknown[] {
  return lines
    .filter(({ level }) => level === 'warn')
    .map(({ time: _time, level: _level, ...line }) => line)
    .sort((a, b) => (String(a['run']) < String(b['run']) ? -1 : 1));
}

/** Series of the gateway whose name has this text, without the labels of the group. */
async function published(text: string): Promise<Record<string, number>> {
  const body = await (await fetch(`${pushgateway.url}/metrics`)).text();
  const found = body
    .split('\n')
    .filter((line) => line.startsWith(text) && line.includes('job="reviewmaps-scraper"'));
  return Object.fromEntries(
    found.map((line) => [
      line
        .slice(0, line.lastIndexOf(' '))
        .replace(/(,?)(app|instance|job)="[^"]*"/g, '')
        .replace('{,', '{')
        .replace('{}', '')
        .replace('reviewmaps_', ''),
      Number(line.slice(line.lastIndexOf(' ') + 1)),
    ]),
  );
}

const TOTAL = 'enrichment_total{scope="서울",status="success"}';

async function enriched(): Promise<number | undefined> {
  return (await published('reviewmaps_enrichment_total'))[TOTAL];
}

async function groupsOfRuns(): Promise<string[]> {
  const { data } = (await (await fetch(`${pushgateway.url}/api/v1/metrics`)).json()) as {
    data: { labels: Record<string, string> }[];
  };
  return data
    .filter(({ labels }) => labels['job'] === 'scraper')
    .map(({ labels }) => labels['run'] ?? '')
    .sort();
}

describeServers('fold (needs initdb and a Pushgateway)', () => {
  beforeAll(async () => {
    stack = await startStack();
    await migrate(stack.database, AbortSignal.timeout(20_000));
  }, LIMIT_MS);
  afterAll(async () => {
    await stack?.stop();
  }, LIMIT_MS);
  beforeEach(async () => {
    lines = [];
    pushgateway = await startPushgateway();
    await stack.sql.query(`truncate reviewmaps_monitoring.total, reviewmaps_monitoring.overflow, reviewmaps_monitoring.lease,
      reviewmaps_monitoring.scraper, reviewmaps_monitoring.folded_run cascade`);
  });
  afterEach(async () => {
    await pushgateway.stop();
  });

  it('publishes a new series as 0 once, then as its total, and keeps the group of a run that goes on', async () => {
    await pushRun({ enriched: 3 });
    expect(await run()).toMatchObject({ job: 'fold', ran: true, ok: true });
    expect(await enriched()).toBe(0);
    await pushRun({ enriched: 5 });
    await run();
    expect(await enriched()).toBe(5);
    expect(await groupsOfRuns()).toEqual(['r1']);
    expect(await published('reviewmaps_scraper_runs_in_flight')).toEqual({
      'scraper_runs_in_flight{scraper="inflexer"}': 1,
    });
  });

  it('removes the group of a run that ended, and reports how it ended', async () => {
    await pushRun({ enriched: 3, completed: 1 });
    await pushRun({ run: 'r2', enriched: 4, completed: 0 });
    await run();
    expect(await groupsOfRuns()).toEqual([]);
    await run();
    expect(await enriched()).toBe(7);
    expect(await published('reviewmaps_scraper_runs_total')).toEqual({
      'scraper_runs_total{scraper="inflexer",status="failed"}': 1,
      'scraper_runs_total{scraper="inflexer",status="success"}': 1,
    });
    expect(await published('reviewmaps_scraper_last')).toMatchObject({
      'scraper_last_success_timestamp_seconds{scraper="inflexer"}': expect.any(Number),
    });
  });

  it('counts nothing twice when the gateway was wiped, and brings the totals back', async () => {
    await pushRun({ enriched: 3 });
    await run();
    await pushgateway.stop();
    pushgateway = await startPushgateway();
    await pushRun({ enriched: 4 });
    await run();
    expect(await enriched()).toBe(4);
  });

  it('leaves runs of other apps alone, and what is no run', async () => {
    await pushRun({ app: 'reviewmaps-server-dev', completed: 1 });
    await fetch(`${pushgateway.url}/metrics/job/scraper`, { method: 'PUT', body: 'a 1\n' });
    expect((await run()).parts).toContainEqual(
      expect.objectContaining({ name: 'read', detail: 'groups of runs: 0' }),
    );
    expect(await groupsOfRuns()).toEqual(['', 'r1']);
  });

  it('deletes and loses nothing while the database is away', async () => {
    await pushRun({ enriched: 3, completed: 1 });
    const away = { ...stack.database, query: () => Promise.reject(new Error('no database')) };
    const { app, labelLimits } = contextOf().config;
    const report = await run(
      contextOf({
        ledger: createPostgresLedger({ database: away, app, job: 'fold', lookbackSeconds: 60, labelLimits }),
        runs: createPostgresRunLedger({ database: away, app, labelLimits }),
      }),
    );
    expect(report).toMatchObject({ ran: true, ok: false });
    expect(await groupsOfRuns()).toEqual(['r1']);
    expect(await published('reviewmaps_ledger_lease_held')).toEqual({ ledger_lease_held: 0 });
    await run();
    await run();
    expect(await enriched()).toBe(3);
  });

  it('removes a group that poisons the gateway, counts its good series, and then can push', async () => {
    const poison = '# TYPE reviewmaps_scraper_runs_total gauge\nreviewmaps_scraper_runs_total 1\n';
    await pushRun({ enriched: 3, more: poison });
    await run();
    expect(await groupsOfRuns()).toEqual([]);
    await run();
    expect(await enriched()).toBe(3);
    expect(await published('reviewmaps_fold_rejected')).toEqual({
      'fold_rejected_groups_total{reason="poison"}': 1,
      'fold_rejected_series_total{reason="wrong_type"}': 1,
    });
  });

  it('gives up a run that is silent for too long', async () => {
    await pushRun({ enriched: 3 });
    await run(contextOf({ gateway: later(7 * 3_600) }));
    expect(await groupsOfRuns()).toEqual([]);
    await run();
    expect(await published('reviewmaps_scraper_runs_silent_total')).toEqual({
      'scraper_runs_silent_total{scraper="inflexer"}': 1,
    });
    await pushRun({ enriched: 5, completed: 1 });
    await run();
    expect(await enriched()).toBe(5);
    await run();
    expect(await published('reviewmaps_scraper_runs')).toMatchObject({
      'scraper_runs_total{scraper="inflexer",status="success"}': 1,
    });
  });

  it('refuses a group of very many series within bounded memory, and removes it', async () => {
    const series = Array.from(
      { length: 60_000 },
      (_, index) => `reviewmaps_naver_api_calls_total{endpoint="e${index}",status_code="200"} 1`,
    );
    const answer = await pushRun({
      run: 'huge',
      more: `# TYPE reviewmaps_naver_api_calls_total counter\n${series.join('\n')}\n`,
    });
    expect(answer.status).toBe(200);
    await pushRun({ enriched: 2, completed: 1 });
    expect(await run()).toMatchObject({ ok: true });
    expect(await groupsOfRuns()).toEqual([]);
    expect(await run()).toMatchObject({ ok: true });
    expect(await published('reviewmaps_fold_rejected_groups_total')).toEqual({
      'fold_rejected_groups_total{reason="oversized"}': 1,
    });
    expect(await enriched()).toBe(2);
  });

  it('lets one of two folds at once run', async () => {
    await pushRun({ enriched: 3, completed: 1 });
    const reports = await Promise.all([run(), run(), run()]);
    expect(reports.filter(({ ran }) => ran)).toHaveLength(1);
    await run();
    expect(await enriched()).toBe(3);
  });

  it.each(['seeRuns', 'foldRuns', 'foldedTotals'] as const)(
    'changes nothing that is counted when it dies at %s',
    async (step) => {
      await pushRun({ enriched: 3, completed: 1 });
      const context = contextOf();
      const dying = (): Promise<never> => Promise.reject(new Error('died'));
      const before = { ...context.runs, [step]: dying };
      const after = {
        ...context.runs,
        [step]: async (...given: unknown[]) => {
          await Reflect.apply(context.runs[step], context.runs, given);
          throw new Error('died');
        },
      };
      await run(contextOf({ runs: before }));
      await run(contextOf({ runs: after }));
      await run();
      await run();
      expect(await enriched()).toBe(3);
      expect(await groupsOfRuns()).toEqual([]);
      expect(await published('reviewmaps_scraper_runs_total')).toEqual({
        'scraper_runs_total{scraper="inflexer",status="success"}': 1,
      });
    },
  );

  it('changes nothing that is counted when it dies before it removes, or pushes', async () => {
    await pushRun({ enriched: 3, completed: 1 });
    const { gateway } = contextOf();
    await run(contextOf({ gateway: { ...gateway, remove: () => Promise.reject(new Error('died')) } }));
    expect(await groupsOfRuns()).toEqual(['r1']);
    await expect(
      run(contextOf({ gateway: { ...gateway, push: () => Promise.reject(new Error('died')) } })),
    ).rejects.toThrow('died');
    await run();
    await run();
    expect(await enriched()).toBe(3);
    expect(await published('reviewmaps_fold_rejected_groups_total')).toEqual({});
  });

  it('removes the other groups when one cannot be removed', async () => {
    for (const name of ['r1', 'r2', 'r3']) await pushRun({ run: name, completed: 1 });
    const { gateway } = contextOf();
    const remove: Gateway['remove'] = (key, signal) =>
      key['run'] === 'r1' ? Promise.reject(new Error('refused')) : gateway.remove(key, signal);
    expect(await run(contextOf({ gateway: { ...gateway, remove } }))).toMatchObject({ ok: false });
    expect(await groupsOfRuns()).toEqual(['r1']);
  });

  it('publishes the totals when the gateway cannot be read', async () => {
    await pushRun({ enriched: 3, completed: 1 });
    await run();
    const { gateway } = contextOf();
    const report = await run(
      contextOf({ gateway: { ...gateway, scan: () => Promise.reject(new Error('unreadable')) } }),
    );
    expect(report).toMatchObject({
      ok: false,
      parts: [
        { name: 'read', ok: false },
        { name: 'totals', ok: true },
      ],
    });
    expect(await enriched()).toBe(3);
    expect(await published('reviewmaps_fold_step_success')).toEqual({
      'fold_step_success{step="read"}': 0,
      'fold_step_success{step="totals"}': 1,
    });
  });

  it('keeps two scrapers apart that use the same id', async () => {
    await pushRun({ run: '2026-11-23', scraper: 'a', started: 0, completed: 1, enriched: 1 });
    await pushRun({ run: '2026-11-23', scraper: 'b', started: 0, completed: 1, enriched: 2 });
    expect(await run()).toMatchObject({ ok: true });
    await run();
    expect(await enriched()).toBe(3);
  });

  it('lets a push that the database refuses hold up no other', async () => {
    const context = contextOf();
    const foldRuns: FoldContext['runs']['foldRuns'] = async (records, signal) => {
      // As PostgreSQL says it of a row that its index cannot take.
      const bad = records.some(
        (record) => record.includes('"run\\":\\"bad') && record.includes('enrichment_total'),
      );
      if (bad) throw new LedgerError('index row size 2904 exceeds maximum 2704', { sqlState: '54000' });
      return await context.runs.foldRuns(records, signal);
    };
    for (const name of ['r1', 'bad', 'r3']) await pushRun({ run: name, completed: 1, enriched: 2 });
    await pushRun({ run: 'bad at work', enriched: 7 });
    expect(await run(contextOf({ runs: { ...context.runs, foldRuns } }))).toMatchObject({ ok: true });
    expect(await groupsOfRuns()).toEqual([]);
    await run();
    expect(await enriched()).toBe(4);
    expect(await published('reviewmaps_fold_rejected')).toEqual({
      'fold_rejected_groups_total{reason="refused"}': 2,
      'fold_rejected_series_total{reason="refused"}': 2,
    });
  });

  it('does not remove what was pushed since it was read', async () => {
    await pushRun({ enriched: 3, completed: 1 });
    const context = contextOf();
    const foldRuns: FoldContext['runs']['foldRuns'] = async (records, signal) => {
      const found = await context.runs.foldRuns(records, signal);
      await pushRun({ started: 200, enriched: 4, completed: 1 });
      return found;
    };
    await run(contextOf({ runs: { ...context.runs, foldRuns } }));
    expect(await groupsOfRuns()).toEqual(['r1']);
    await run();
    await run();
    expect(await enriched()).toBe(7);
  });

  it('names the run that went back, and the one that came back after its end, once for each push', async () => {
    await pushRun({ enriched: 9 });
    await pushRun({ run: 'r2', enriched: 2, completed: 1 });
    await run();
    expect(warnings()).toEqual([]);
    await pushRun({ enriched: 5 });
    await pushRun({ run: 'r2', enriched: 3, completed: 1 });
    await run();
    await run();
    const example = 'reviewmaps_enrichment_total';
    expect(warnings()).toEqual([
      {
        event: 'series of a run are not counted',
        run: '{"run":"r1","scraper":"inflexer"}',
        scraper: 'inflexer',
        reasons: [`went_back: 1 (${example})`],
      },
      {
        event: 'a group of a run is removed',
        run: '{"run":"r2","scraper":"inflexer"}',
        scraper: 'inflexer',
        reason: 'replayed',
        series: 1,
        example,
      },
    ]);
  });

  describe('a push that the gateway refuses', () => {
    const other = (type: string) =>
      fetch(`${pushgateway.url}/metrics/job/other`, {
        method: type === 'none' ? 'DELETE' : 'PUT',
        ...(type === 'none' ? {} : { body: `# TYPE pages ${type}\npages 1\n` }),
      });
    const PAGES = '# TYPE pages counter\npages 1\n';
    const refused = () => published('reviewmaps_fold_rejected_groups_total');
    const inFlight = async () =>
      (await published('reviewmaps_scraper_runs_in_flight'))['scraper_runs_in_flight{scraper="inflexer"}'];
    const REFUSED = 'fold_rejected_groups_total{reason="push_refused"}';

    it('is counted and logged once, and is no run in flight when it was the first', async () => {
      await other('gauge');
      expect((await pushRun({ enriched: 3, more: PAGES })).status).toBe(400);
      for (let fold = 0; fold < 3; fold += 1) await run();
      expect(await refused()).toEqual({ [REFUSED]: 1 });
      expect(await inFlight()).toBe(0);
      expect(await groupsOfRuns()).toEqual(['r1']);
      expect(warnings()).toEqual([
        {
          event: 'the gateway refused the newest push of a run',
          run: '{"run":"r1","scraper":"inflexer"}',
          scraper: 'inflexer',
          at: expect.stringMatching(/^20\d\d-.*Z$/),
          acceptedBefore: false,
        },
      ]);
      await other('none');
      await pushRun({ enriched: 4 });
      await run();
      await run();
      expect(await enriched()).toBe(4);
      expect(await inFlight()).toBe(1);
      expect(await refused()).toEqual({ [REFUSED]: 1 });
    });

    it('takes nothing from what was accepted before it, and the run is still in flight', async () => {
      await other('gauge');
      await pushRun({ enriched: 3 });
      await run();
      // The gateway's times are exact to a fraction of a second, so this one is later.
      expect((await pushRun({ enriched: 5, more: PAGES })).status).toBe(400);
      for (let fold = 0; fold < 3; fold += 1) await run();
      expect(await refused()).toEqual({ [REFUSED]: 1 });
      expect(await enriched()).toBe(3);
      expect(await inFlight()).toBe(1);
      await pushRun({ enriched: 6, completed: 1 });
      await run();
      expect(await enriched()).toBe(6);
      expect(await groupsOfRuns()).toEqual([]);
    });

    it('leaves a group that is removed when nothing was accepted for too long, and is no silent run', async () => {
      await other('gauge');
      await pushRun({ enriched: 3, more: PAGES });
      await run(contextOf({ gateway: later(7 * 3_600) }));
      expect(await groupsOfRuns()).toEqual([]);
      await run();
      await run();
      expect(await published('reviewmaps_scraper_runs_silent_total')).toEqual({});
      expect(await refused()).toEqual({ [REFUSED]: 1 });
    });
  });

  it('says which totals do not fit the catalog, and publishes the others', async () => {
    await pushRun({ enriched: 3, completed: 1 });
    await run();
    await stack.sql.query(`insert into reviewmaps_monitoring.total (app, metric, labels, value, histogram, announced)
      select 'reviewmaps-server', 'reviewmaps_naver_api_duration_seconds', jsonb_build_object('endpoint', e), 1, '{1,2,1}', true
      from generate_series(1, 3) e`);
    await run();
    expect(await enriched()).toBe(3);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({
        event: 'totals in the ledger do not fit the catalog, and are not published',
        metric: 'reviewmaps_naver_api_duration_seconds',
        series: 3,
        problem: expect.stringContaining('has 1 buckets where the catalog has 8'),
      }),
    ]);
  });

  it('publishes nothing about runs that it does not know of, rather than zeros', async () => {
    await pushRun({ enriched: 3 });
    await run();
    const { gateway, runs } = contextOf();
    const dying = (): Promise<never> => Promise.reject(new Error('no'));
    await run(contextOf({ gateway: { ...gateway, scan: dying } }));
    expect(await published('reviewmaps_scraper_runs_in_flight')).toEqual({});
    expect(await published('reviewmaps_fold_groups')).toEqual({});
    await run(contextOf({ runs: { ...runs, seeRuns: dying } }));
    expect(await published('reviewmaps_scraper_runs_in_flight')).toEqual({});
    expect(await published('reviewmaps_fold_groups')).toEqual({
      fold_groups_read: 1,
      fold_groups_waiting: 1,
    });
  });

  it('removes a group with an empty instance, which has a name of its own', async () => {
    const path = `${groupPath({ job: 'scraper', run: 'r1', scraper: 'inflexer' })}/instance@base64/=`;
    const body = '# TYPE reviewmaps_service_up counter\nreviewmaps_service_up{service="x"} 1\n';
    await fetch(`${pushgateway.url}${path}`, { method: 'PUT', body });
    await run();
    expect(await groupsOfRuns()).toEqual([]);
  });

  it('names the Pushgateway when it hangs until the run has to end', async () => {
    const gateway: Gateway = {
      ...contextOf().gateway,
      push: (_key, _text, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    };
    await expect(run(contextOf({ gateway }), 1_000)).rejects.toMatchObject({
      name: 'PushError',
      message: expect.stringContaining(
        'did not answer before the run had to end; check that PUSHGATEWAY_URL',
      ),
    });
  });

  it('publishes deleted rows of the tables that runs report, and of no others', async () => {
    const rows = (table: string, value: number) =>
      `# TYPE reviewmaps_cleanup_deleted_rows_total counter\nreviewmaps_cleanup_deleted_rows_total{table_name="${table}"} ${value}\n`;
    const user = {
      cleanup: [
        { table: 'campaign', source: 'runs' },
        { table: 'reviews', source: 'statistics' },
      ],
    };
    await pushRun({ completed: 1, more: rows('campaign', 8) });
    await pushRun({ run: 'r2', completed: 1, more: rows('reviews', 9) });
    await run(contextOf({}, user));
    await run(contextOf({}, user));
    expect(await published('reviewmaps_cleanup_deleted_rows')).toEqual({
      'cleanup_deleted_rows{table_name="campaign"}': 8,
    });
    expect(await published('reviewmaps_fold_rejected_series_total')).toEqual({
      'fold_rejected_series_total{reason="other_source"}': 1,
    });
  });
});
