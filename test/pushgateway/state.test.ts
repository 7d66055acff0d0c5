import { describe, expect, it } from '@jest/globals';
import type { GatewayState } from '../../src/pushgateway/gateway';
import { goNumber, StateReader } from '../../src/pushgateway/state';

const DATE = 'Mon, 23 Nov 2026 03:00:00 GMT';

const stamp = (value: string): unknown => ({
  type: 'GAUGE',
  metrics: [{ labels: { job: 'a', instance: '' }, value }],
});

const answer = (...data: readonly unknown[]): string => JSON.stringify({ status: 'success', data });

describe('goNumber', () => {
  it.each([
    ['0', 0],
    ['-0', -0],
    ['1.7954034302144952e+09', 1795403430.2144952],
    ['1e-07', 1e-7],
    ['+Inf', Number.POSITIVE_INFINITY],
    ['-Inf', Number.NEGATIVE_INFINITY],
    ['NaN', Number.NaN],
    ['', undefined],
    ['0x10', undefined],
    [' 1', undefined],
    ['Infinity', undefined],
    [3, undefined],
    [null, undefined],
  ])('reads %p as %p', (text, value) => {
    expect(goNumber(text)).toBe(value);
  });
});

function parseState(body: string, date: string | undefined, wanted = () => true): GatewayState {
  const reader = new StateReader(wanted, 1024 * 1024);
  reader.push(Buffer.from(body, 'utf8'));
  return reader.end(date);
}

describe('StateReader', () => {
  it('reads groups with their push, its success and their value series', () => {
    const body = answer({
      labels: { job: 'a' },
      last_push_successful: false,
      push_time_seconds: stamp('1.5e+09'),
      push_failure_time_seconds: stamp('1.6e+09'),
      c: { type: 'COUNTER', metrics: [{ labels: { job: 'a', k: '1' }, value: '3' }] },
      h: { type: 'HISTOGRAM', metrics: [{ labels: { job: 'a' }, count: '1', sum: '1', buckets: {} }] },
      native: { type: 'HISTOGRAM', metrics: [{ labels: { job: 'a' }, count: '1', sum: '1', buckets: [] }] },
      s: { type: 'SUMMARY', metrics: [{ labels: { job: 'a' }, count: '1', sum: '1', quantiles: {} }] },
    });
    const state = parseState(body, DATE);
    expect(state.now).toBe(Date.parse(DATE) / 1_000);
    expect(state.groups).toHaveLength(1);
    expect(state.groups[0]).toMatchObject({
      labels: { job: 'a' },
      pushedAt: 1.5e9,
      lastPushSuccessful: false,
    });
    expect(Object.keys(state.groups[0]?.families ?? {}).sort()).toEqual([
      'c',
      'push_failure_time_seconds',
      'push_time_seconds',
    ]);
    expect(state.groups[0]?.families['c']).toEqual([{ labels: { job: 'a', k: '1' }, value: 3 }]);
  });

  it('reads a gateway without groups', () => {
    expect(parseState(answer(), DATE).groups).toEqual([]);
  });

  it.each([
    ['<html>', DATE, 'no list "data"'],
    ['{"status":"success","da', DATE, 'no list "data"'],
    ['{"status":"success","data":[{"a', DATE, 'it breaks off'],
    ['null', DATE, 'no list "data"'],
    ['{"status":"error","error":"x"}', DATE, 'no list "data"'],
    ['{"status":"success","data":{}}', DATE, '"data" is no list'],
    ['{"data":[{"labels":nonsense}]}', DATE, 'a group is not JSON'],
    [answer({ labels: { job: 'a' } }), DATE, 'no push_time_seconds'],
    [
      answer({ labels: { job: 'a' }, push_time_seconds: stamp('soon') }),
      DATE,
      'push_time_seconds has no labels or no value',
    ],
    [answer(), undefined, 'no Date header'],
    [answer(), 'today', 'no Date header'],
  ])('refuses %p with the date %p in a sentence', (body, date, sentence) => {
    expect(() => parseState(body, date)).toThrow(
      expect.objectContaining({ name: 'PushError', message: expect.stringContaining(sentence) }),
    );
  });
});
