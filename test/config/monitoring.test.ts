import { describe, expect, it } from '@jest/globals';
import shipped from '../../reviewmaps.config';
import { parse, parseMonitoring } from '../../src/config/parse';
import { ConfigError } from '../../src/errors';

function problemsOf(monitoring: unknown): readonly string[] {
  try {
    parseMonitoring({ monitoring });
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.problems;
    throw thrown;
  }
  return [];
}

describe('parseMonitoring', () => {
  it('needs no environment, and gives the shipped configuration and an empty one the same thresholds', () => {
    expect(parseMonitoring(shipped)).toEqual(parseMonitoring({}));
  });

  it('has the thresholds that were asked for by default', () => {
    expect(parseMonitoring({})).toMatchObject({
      app: 'reviewmaps-server',
      serviceDownForSeconds: 300,
      connectionErrorsPerMinute: 10,
      errorRatio: 0.05,
      slowRequestSeconds: 1,
      naverDailyQuota: 25_000,
      naverQuotaWarnRatio: 0.8,
    });
  });

  it('derives when data is stale from the interval of the jobs', () => {
    expect(parseMonitoring({ monitoring: { jobInterval: '2m', staleAfterRuns: 4 } }).staleAfterSeconds).toBe(
      480,
    );
  });

  it('lets one request a minute be enough traffic', () => {
    expect(parseMonitoring({}).leastRequestRate).toBeLessThan(1 / 60);
  });

  it('freezes what it gives', () => {
    const settings = parseMonitoring({});
    expect(Object.isFrozen(settings)).toBe(true);
    expect(Object.isFrozen(settings.ignoredViews)).toBe(true);
  });

  it.each<[string, unknown, string]>([
    [
      'an unknown key',
      { requests: { slowly: '1s' } },
      '"monitoring.requests.slowly" is not a known key; known here: slow,',
    ],
    [
      'a slow limit between two bounds',
      { requests: { slow: '2s' } },
      "must be a bound of Django's latency histogram: 0.01s,",
    ],
    [
      'a share written in percent',
      { naver: { quotaWarning: 80 } },
      'must be a share above 0 and up to 1 (got 80)',
    ],
    ['no traffic at all as the floor', { requests: { floor: 0 } }, 'must be a number above 0 (got 0)'],
    ['a pattern that is none', { requests: { ignoredViews: ['('] } }, 'is not a regular expression'],
    [
      'an address with a slash at its end',
      { runbooks: 'https://docs.reviewmaps.example/' },
      'without a trailing slash',
    ],
    [
      'an address without its scheme',
      { grafana: 'grafana.reviewmaps.example' },
      'must be the http or https address of Grafana',
    ],
    ['a job that does not exist', { jobs: ['collects'] }, 'must be one of collect, probe, fold'],
    ['no jobs', { jobs: [] }, 'must name at least one job'],
    ['an interval below the schedule of EventBridge', { jobInterval: '30s' }, 'must be from 1m to 1h'],
    [
      'stale after one interval, which a late run would be',
      { staleAfterRuns: 1 },
      'must be a whole number from 2 to 100',
    ],
  ])('refuses %s', (_what, monitoring, sentence) => {
    expect(problemsOf(monitoring).join('\n')).toContain(sentence);
  });

  it('reports every problem of the whole file at once', () => {
    expect(problemsOf({ jobs: [], naver: { dailyQuota: 0 } })).toHaveLength(2);
  });
});

describe('parse', () => {
  it('refuses wrong thresholds too: a deployment must not wait for "npm run generate" to tell', () => {
    expect(() => parse({}, { monitoring: { jobs: [] } }, 'collect')).toThrow('must name at least one job');
  });
});
