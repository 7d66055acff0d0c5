import { describe, expect, it } from '@jest/globals';
import { readRun } from '../../src/fold/read-run';
import type { RawGroup } from '../../src/pushgateway/group-scanner';

const RULES = {
  job: 'scraper',
  app: 'reviewmaps-server',
  defaultApp: 'reviewmaps-server',
  cleanupTables: ['campaign'],
};
const LABELS = { job: 'scraper', run: 'run-1', scraper: 'inflexer' };

type Family = { type: string; metrics: unknown[] };

function family(type: string, ...metrics: readonly unknown[]): Family {
  return { type, metrics: [...metrics] };
}

function series(value: unknown, labels: Record<string, string> = {}, group: Record<string, string> = LABELS) {
  return { labels: { instance: '', ...group, ...labels }, value };
}

function groupOf(
  families: Record<string, Family>,
  labels: Record<string, string> = LABELS,
  changes: Partial<RawGroup> = {},
): RawGroup {
  const all = {
    labels,
    push_time_seconds: family('GAUGE', { labels: { instance: '', ...labels }, value: '1.7e+09' }),
    ...families,
  };
  const members = new Map(Object.entries(all).map(([name, member]) => [name, JSON.stringify(member)]));
  return { members, bytes: 100, oversized: false, ...changes };
}

const counted = (families: Record<string, Family>) => readRun(groupOf(families), RULES);

const BUCKETS = {
  '0.05': '1',
  '0.1': '2',
  '0.25': '3',
  '0.5': '3',
  '1': '3',
  '2.5': '3',
  '5': '3',
  '10': '4',
  '+Inf': '5',
};
const histogram = (changes: Record<string, unknown> = {}) => ({
  labels: { ...LABELS, instance: '', endpoint: 'local' },
  count: '5',
  sum: '21.5',
  buckets: BUCKETS,
  ...changes,
});

describe('which groups are runs', () => {
  it('are those of the job with a run, of this app', () => {
    expect(readRun(groupOf({}), RULES)).toMatchObject({
      run: '{"run":"run-1","scraper":"inflexer"}',
      scraper: 'inflexer',
      started: 0,
      pushed: 1.7e9,
      completed: null,
      key: LABELS,
    });
    expect(readRun(groupOf({}, { ...LABELS, app: 'reviewmaps-server' }), RULES)).toMatchObject({
      key: { ...LABELS, app: 'reviewmaps-server' },
    });
  });

  it.each<[string, Record<string, string>]>([
    ['another job', { ...LABELS, job: 'reviewmaps-collect' }],
    ['no run', { job: 'scraper', scraper: 'inflexer' }],
    ['an empty run', { ...LABELS, run: '' }],
    ['another app', { ...LABELS, app: 'reviewmaps-server-dev' }],
  ])('are not those with %s', (_, labels) => {
    expect(readRun(groupOf({}, labels), RULES)).toBeUndefined();
  });

  it('leaves runs without an app to the production stage', () => {
    expect(readRun(groupOf({}), { ...RULES, app: 'reviewmaps-server-dev' })).toBeUndefined();
  });

  it('are told from the time stamp, since a family may be called labels', () => {
    const group = groupOf({ labels: family('GAUGE', series('1')) });
    expect(readRun(group, RULES)?.run).toContain('run-1');
  });
});

describe('the id of a run', () => {
  const idOf = (labels: Record<string, string>) => readRun(groupOf({}, labels), RULES)?.run;

  it('is all its grouping labels: two scrapers may use the same id', () => {
    expect(idOf(LABELS)).not.toBe(idOf({ ...LABELS, scraper: 'other' }));
    expect(idOf(LABELS)).not.toBe(idOf({ ...LABELS, app: 'reviewmaps-server' }));
    expect(idOf({ scraper: 'inflexer', run: 'run-1', job: 'scraper' })).toBe(idOf(LABELS));
  });

  it.each(['가'.repeat(300), `${'r'.repeat(299)}😀`, 'a\0b'])('fits into the ledger for %j', (run) => {
    const id = idOf({ ...LABELS, run }) ?? '';
    expect(Buffer.byteLength(id)).toBeLessThanOrEqual(200);
    expect(id).not.toContain('\0');
    expect(id).not.toContain('u0000');
    expect(id).not.toBe(idOf({ ...LABELS, run: `${run}x` }));
  });
});

describe('when a run was pushed', () => {
  it('is what the gateway says, not a time of failure that a run may push itself', () => {
    const forged = family('GAUGE', series('4e+09'));
    expect(readRun(groupOf({ push_failure_time_seconds: forged }), RULES)?.pushed).toBe(1.7e9);
  });
});

describe('a push that the gateway refused', () => {
  const stamp = (value: string) => family('GAUGE', series(value));
  const read = (pushed: string, failed: string) =>
    readRun(groupOf({ push_time_seconds: stamp(pushed), push_failure_time_seconds: stamp(failed) }), RULES);

  it('is known by its time, as long as no push was accepted after it', () => {
    expect(read('1.7e+09', '0')).toMatchObject({ accepted: true, refused: null });
    expect(read('1.7e+09', '1.700000015e+09')).toMatchObject({
      accepted: true,
      pushed: 1.7e9,
      refused: 1_700_000_015,
    });
    expect(read('1.7e+09', '1.6e+09')).toMatchObject({ accepted: true, refused: null });
  });

  it('is all that a group has of which none was accepted', () => {
    expect(read('0', '1.7e+09')).toMatchObject({
      accepted: false,
      pushed: 1.7e9,
      refused: 1.7e9,
      series: [],
    });
  });

  it.each(['NaN', '+Inf', '-Inf', '-1'])('is none at a time of %s, which a run may push itself', (failed) => {
    expect(read('1.7e+09', failed)).toMatchObject({ pushed: 1.7e9, refused: null });
  });
});

describe('what a run says of itself', () => {
  it('is its start and its end', () => {
    const push = counted({
      reviewmaps_scraper_run_started_timestamp_seconds: family('GAUGE', series('1.69e+09')),
      reviewmaps_scraper_run_completed: family('GAUGE', series('0')),
    });
    expect(push).toMatchObject({ started: 1.69e9, completed: 0, rejected: {} });
  });

  it.each(['NaN', '+Inf', '-1', '2', 'x'])('is not an end of %s', (value) => {
    const push = counted({ reviewmaps_scraper_run_completed: family('GAUGE', series(value)) });
    expect(push).toMatchObject({ completed: null, rejected: { bad_value: 1 } });
  });
});

describe('series that are counted', () => {
  it("have the catalog's labels when the grouping labels are taken off", () => {
    const push = counted({
      reviewmaps_enrichment_total: family('COUNTER', series('3', { scope: '서울', status: 'success' })),
    });
    expect(push?.series).toEqual([
      { metric: 'reviewmaps_enrichment_total', labels: { scope: '서울', status: 'success' }, values: [3] },
    ]);
  });

  it("may have the name that a client with _total gives the contract's counters", () => {
    const push = counted({
      reviewmaps_naver_api_rate_limit_hits_total: family('COUNTER', series('2')),
      reviewmaps_cleanup_deleted_rows_total: family('COUNTER', series('7', { table_name: 'campaign' })),
    });
    expect(push?.series.map(({ metric, values }) => [metric, values])).toEqual([
      ['reviewmaps_naver_api_rate_limit_hits', [2]],
      ['reviewmaps_cleanup_deleted_rows', [7]],
    ]);
  });

  it("are histograms with the catalog's bounds, or finer ones, which reduce exactly", () => {
    const finer = { ...BUCKETS, '0.2': '2', '7.5': '4' };
    const expected = [1, 2, 3, 3, 3, 3, 3, 4, 21.5, 5];
    for (const buckets of [BUCKETS, finer]) {
      const push = counted({
        reviewmaps_naver_api_duration_seconds: family('HISTOGRAM', histogram({ buckets })),
      });
      expect(push?.series).toEqual([
        { metric: 'reviewmaps_naver_api_duration_seconds', labels: { endpoint: 'local' }, values: expected },
      ]);
    }
  });

  it('call an empty label unknown', () => {
    const push = counted({
      reviewmaps_enrichment_total: family('COUNTER', series('3', { scope: '', status: 'failed' })),
    });
    expect(push?.series[0]?.labels).toEqual({ scope: 'unknown', status: 'failed' });
  });
});

describe('series that are rejected', () => {
  it('have a family to name for each reason, which is no longer than a line of the log can bear', () => {
    const long = `x${'y'.repeat(5_000)}`;
    const push = counted({
      pages_total: family('COUNTER', series('1'), series('2')),
      items_total: family('COUNTER', series('1')),
      reviewmaps_enrichment_total: family('COUNTER', series('-1', { scope: 'a', status: 'success' })),
    });
    expect(push).toMatchObject({
      rejected: { unknown_metric: 3, bad_value: 1 },
      examples: { unknown_metric: 'pages_total', bad_value: 'reviewmaps_enrichment_total' },
    });
    expect(counted({ [long]: family('COUNTER', series('1')) })?.examples.unknown_metric?.length).toBe(100);
  });
  const endpoint = { endpoint: 'local', status_code: '200' };
  it.each<[string, Record<string, Family>, Record<string, number>]>([
    [
      'an unknown metric, each of its series',
      { process_cpu_seconds_total: family('COUNTER', series('1'), series('2')) },
      { unknown_metric: 2 },
    ],
    [
      'a metric that no run pushes',
      { reviewmaps_service_up: family('GAUGE', series('1', { service: 'x' })) },
      { unknown_metric: 1 },
    ],
    [
      'a label too many',
      { reviewmaps_naver_api_calls_total: family('COUNTER', series('1', { ...endpoint, more: 'x' })) },
      { wrong_labels: 1 },
    ],
    [
      'a missing label',
      { reviewmaps_naver_api_calls_total: family('COUNTER', series('1', { endpoint: 'x' })) },
      { wrong_labels: 1 },
    ],
    [
      'a status that is none',
      { reviewmaps_enrichment_total: family('COUNTER', series('1', { scope: 'x', status: 'maybe' })) },
      { wrong_labels: 1 },
    ],
    [
      'a status code that is none',
      {
        reviewmaps_naver_api_calls_total: family('COUNTER', series('1', { ...endpoint, status_code: '20x' })),
      },
      { wrong_labels: 1 },
    ],
    [
      'a NUL in a label',
      { reviewmaps_enrichment_total: family('COUNTER', series('1', { scope: 'a\0', status: 'success' })) },
      { wrong_labels: 1 },
    ],
    [
      'a label that is too long',
      {
        reviewmaps_enrichment_total: family(
          'COUNTER',
          series('1', { scope: '가'.repeat(1_000), status: 'success' }),
        ),
      },
      { too_long: 1 },
    ],
    [
      'a label called like a member of every object',
      { reviewmaps_naver_api_calls_total: family('COUNTER', series('1', { ...endpoint, constructor: 'x' })) },
      { wrong_labels: 1 },
    ],
    [
      'numbers beyond what a sum of them could hold',
      { reviewmaps_naver_api_rate_limit_hits: family('COUNTER', series('1.7e+308'), series('1e+16')) },
      { bad_value: 2 },
    ],
    [
      'NaN, infinite and negative values',
      {
        reviewmaps_naver_api_rate_limit_hits: family('COUNTER', series('NaN'), series('+Inf'), series('-1')),
      },
      { bad_value: 3 },
    ],
    [
      'rows of a table with another source',
      { reviewmaps_cleanup_deleted_rows: family('COUNTER', series('1', { table_name: 'reviews' })) },
      { other_source: 1 },
    ],
    [
      'a series given twice',
      {
        reviewmaps_naver_api_rate_limit_hits: family('COUNTER', series('1')),
        reviewmaps_naver_api_rate_limit_hits_total: family('COUNTER', series('1')),
      },
      { duplicate: 1 },
    ],
    [
      'foreign bounds',
      { reviewmaps_naver_api_duration_seconds: family('HISTOGRAM', histogram({ buckets: { '1': '5' } })) },
      { bad_buckets: 1 },
    ],
    [
      'buckets that fall',
      {
        reviewmaps_naver_api_duration_seconds: family(
          'HISTOGRAM',
          histogram({ buckets: { ...BUCKETS, '1': '9' } }),
        ),
      },
      { bad_buckets: 1 },
    ],
    [
      'a last bucket that is not the count',
      {
        reviewmaps_naver_api_duration_seconds: family(
          'HISTOGRAM',
          histogram({ buckets: { ...BUCKETS, '+Inf': '4' } }),
        ),
      },
      { bad_buckets: 1 },
    ],
    [
      'a native histogram',
      {
        reviewmaps_naver_api_duration_seconds: family(
          'HISTOGRAM',
          histogram({ buckets: [[0, '1', '2', '3']] }),
        ),
      },
      { bad_buckets: 1 },
    ],
    [
      'a histogram without a sum',
      { reviewmaps_naver_api_duration_seconds: family('HISTOGRAM', histogram({ sum: 'NaN' })) },
      { bad_value: 1 },
    ],
  ])('are %s', (_, families, rejected) => {
    expect(counted(families)).toMatchObject({ rejected, removed: null });
  });

  it('cost the others nothing', () => {
    const push = counted({
      reviewmaps_naver_api_calls_total: family('COUNTER', series('1', { bad: 'x' }), series('4', endpoint)),
    });
    expect(push).toMatchObject({ series: [{ values: [4] }], rejected: { wrong_labels: 1 } });
  });

  it("are not the creation times of Python's client", () => {
    expect(
      counted({ reviewmaps_naver_api_calls_created: family('GAUGE', series('1', endpoint)) }),
    ).toMatchObject({ rejected: {}, series: [] });
  });
});

describe('groups that must go', () => {
  it.each([
    ['reviewmaps_naver_api_calls_total', 'GAUGE'],
    ['reviewmaps_naver_api_rate_limit_hits', 'UNTYPED'],
    ['reviewmaps_service_up', 'COUNTER'],
    ['reviewmaps_scraper_run_completed', 'COUNTER'],
    ['reviewmaps_enrichment_duration_seconds_count', 'COUNTER'],
  ])('have %s as %s, which makes the pushes of others fail', (name, type) => {
    const push = counted({
      [name]: family(type, series('1')),
      reviewmaps_naver_api_duration_seconds: family('HISTOGRAM', histogram()),
    });
    expect(push).toMatchObject({ removed: 'poison', rejected: { wrong_type: 1 } });
    expect(push?.series).toHaveLength(1);
  });

  it('are not those whose wrong type clashes with nothing', () => {
    const push = counted({ reviewmaps_naver_api_rate_limit_hits_total: family('GAUGE', series('1')) });
    expect(push).toMatchObject({ removed: null, rejected: { wrong_type: 1 } });
  });

  it('are oversized', () => {
    expect(readRun(groupOf({}, LABELS, { oversized: true }), RULES)).toMatchObject({
      removed: 'oversized',
      series: [],
    });
  });
});
