import { describe, expect, test } from '@jest/globals';
import type { HeartbeatProbeConfig } from '../../src/config/config';
import { PushError } from '../../src/errors';
import { heartbeatProbe } from '../../src/probes/heartbeat';
import type { ProbeOutcome } from '../../src/probes/probe';
import type { StoredGroup } from '../../src/pushgateway/gateway';
import { contextWith, detailOf, noGateway, reasonOf } from './context';

const NOW = 1_790_000_000;
const METRIC = 'reviewmaps_scraper_last_success_timestamp_seconds';

function group(
  labels: Record<string, string>,
  pushedAt: number,
  values: readonly number[] = [],
  lastPushSuccessful = true,
): StoredGroup {
  const families = values.length === 0 ? {} : { [METRIC]: values.map((value) => ({ labels, value })) };
  return { labels, pushedAt, lastPushSuccessful, families };
}

function run(
  groups: readonly StoredGroup[],
  config: Partial<HeartbeatProbeConfig> = {},
): Promise<ProbeOutcome> {
  const read = () => Promise.resolve({ now: NOW, groups });
  return heartbeatProbe({
    kind: 'heartbeat',
    name: 'push',
    timeoutSeconds: 5,
    job: 'scraper',
    labels: { app: 'reviewmaps-server' },
    metric: undefined,
    maxAgeSeconds: 600,
    ...config,
  })(contextWith({ gateway: { ...noGateway, read } }));
}

const SCRAPER = { job: 'scraper', app: 'reviewmaps-server', instance: '' };

describe('heartbeatProbe: which group', () => {
  test('is missing when the gateway holds no group with the job and all labels', async () => {
    const others = [
      group({ job: 'other', app: 'reviewmaps-server' }, NOW),
      group({ job: 'scraper', app: 'reviewmaps-server-dev' }, NOW),
      group({ job: 'scraper' }, NOW),
    ];
    const outcome = await run(others);
    expect(reasonOf(outcome)).toBe('missing');
    expect(detailOf(outcome)).toBe('the Pushgateway has no group {app="reviewmaps-server", job="scraper"}');
  });

  test('matches a group that has more labels', async () => {
    expect(await run([group({ ...SCRAPER, run: '1' }, NOW)])).toEqual({ up: true });
  });

  test('matches a label that is not there when it must be empty', async () => {
    expect(await run([group({ job: 'scraper' }, NOW)], { labels: { app: '' } })).toEqual({ up: true });
  });

  test('lets no configured label replace the job', async () => {
    expect(reasonOf(await run([group(SCRAPER, NOW)], { labels: { job: 'scraper' }, job: 'other' }))).toBe(
      'missing',
    );
  });
});

describe('heartbeatProbe: last push', () => {
  test('is up to the limit by the gateway clock, and stale beyond it', async () => {
    expect(await run([group(SCRAPER, NOW - 600)])).toEqual({ up: true });
    const outcome = await run([group(SCRAPER, NOW - 3_700)]);
    expect(reasonOf(outcome)).toBe('stale');
    expect(detailOf(outcome)).toBe(
      'the last push of group {app="reviewmaps-server", job="scraper"} is 1 h 1 min 40 s old, expected at most 10 min',
    );
  });

  test('is up when the push came in the second that the gateway names', async () => {
    expect(await run([group(SCRAPER, NOW + 0.7)])).toEqual({ up: true });
  });

  test('counts the newest of several groups', async () => {
    const groups = [NOW - 5_000, NOW - 10, NOW - 9_000, 0].map((at, run) =>
      group({ ...SCRAPER, run: `${run}` }, at),
    );
    expect(await run(groups)).toEqual({ up: true });
  });

  test('is missing when no push was ever accepted', async () => {
    const outcome = await run([group(SCRAPER, 0, [], false)]);
    expect(reasonOf(outcome)).toBe('missing');
    expect(detailOf(outcome)).toContain('was ever accepted');
  });

  test('says so when pushes after the last accepted one were refused', async () => {
    expect(detailOf(await run([group(SCRAPER, NOW - 5_000, [], false)]))).toMatch(
      /later pushes were refused$/,
    );
  });
});

describe('heartbeatProbe: a time in a metric', () => {
  const metric = METRIC;

  test('counts the metric and not the push', async () => {
    expect(await run([group(SCRAPER, NOW - 5_000, [NOW - 10])], { metric })).toEqual({ up: true });
    const outcome = await run([group(SCRAPER, NOW, [NOW - 5_000])], { metric });
    expect(reasonOf(outcome)).toBe('stale');
    expect(detailOf(outcome)).toContain(`${METRIC} of group`);
  });

  test('counts the newest series of all matching groups', async () => {
    const groups = [
      group(SCRAPER, NOW, [1, NOW - 5_000]),
      group({ ...SCRAPER, run: '2' }, NOW, [NaN, NOW - 5]),
    ];
    expect(await run(groups, { metric })).toEqual({ up: true });
    expect(
      reasonOf(await run([...groups.slice(0, 1), group({ job: 'other' }, NOW, [NOW])], { metric })),
    ).toBe('stale');
  });

  test.each([
    ['the family is absent', []],
    ['the value is NaN', [NaN]],
    ['nobody set the gauge', [0]],
  ])('is missing when %s', async (_, values) => {
    const outcome = await run([group(SCRAPER, NOW, values)], { metric });
    expect(reasonOf(outcome)).toBe('missing');
    expect(detailOf(outcome)).toMatch(/has no value$/);
  });

  test('allows a clock that is somewhat ahead, but no time in the future', async () => {
    expect(await run([group(SCRAPER, NOW, [NOW + 299])], { metric })).toEqual({ up: true });
    const milliseconds = await run([group(SCRAPER, NOW, [NOW * 1000])], { metric });
    expect(reasonOf(milliseconds)).toBe('missing');
    expect(detailOf(milliseconds)).toContain('lies in the future, expected seconds since 1970');
    const both = [NOW * 1000, NOW - 5_000];
    expect(reasonOf(await run([group(SCRAPER, NOW, both)], { metric }))).toBe('stale');
  });
});

describe('heartbeatProbe: the gateway fails', () => {
  function runFailing(thrown: unknown, signal = new AbortController().signal) {
    const gateway = { ...noGateway, read: () => Promise.reject(thrown) };
    const config = {
      kind: 'heartbeat',
      name: 'push',
      timeoutSeconds: 5,
      job: 'scraper',
      labels: {},
    } as const;
    const probe = heartbeatProbe({ ...config, metric: undefined, maxAgeSeconds: 600 });
    return probe(contextWith({ gateway, signal }));
  }

  test('is gateway with what it said', async () => {
    const error = new PushError('502 Bad Gateway', { status: 502 });
    expect(await runFailing(error)).toEqual({
      up: false,
      reason: 'gateway',
      detail: 'the Pushgateway could not be read: 502 Bad Gateway',
      cause: error,
    });
  });

  test('is timeout when its time is over, whatever was thrown', async () => {
    const signal = AbortSignal.abort();
    expect(reasonOf(await runFailing(signal.reason, signal))).toBe('timeout');
    expect(detailOf(await runFailing(new PushError('aborted'), signal))).toContain('within 10 s');
  });

  test('lets a defect through', async () => {
    const defect = new TypeError('not a function');
    await expect(runFailing(defect)).rejects.toBe(defect);
  });
});
