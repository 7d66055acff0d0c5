import { afterEach, describe, expect, it } from '@jest/globals';
import { settings } from '../../../monitoring/settings';
import { type Evidence, gather } from '../../../monitoring/verify/evidence';
import { AnswerError } from '../../../monitoring/verify/http';
import { type Prometheus, prometheus, queryProblem } from '../../../monitoring/verify/prometheus';
import { stubPrometheus } from './healthy';
import { type Answers, type FakeServer, serve } from './server';

let server: FakeServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function api(answers: Readonly<Record<string, unknown>>): Promise<Prometheus> {
  const texts: Answers = Object.fromEntries(
    Object.entries(answers).map(([path, data]) => [
      `/api/v1/${path}`,
      typeof data === 'number' ? { status: data, body: 'no' } : { body: JSON.stringify({ data }) },
    ]),
  );
  server = await serve(texts, 'Prometheus');
  return prometheus(server.service, AbortSignal.timeout(5_000));
}

describe("prometheus's api", () => {
  it.each([400, 401, 403, 404, 405, 501])(
    'what a service or a proxy answers with %d is not told; a query must be',
    async (status) => {
      const paths = [
        'targets',
        'rules',
        'alertmanagers',
        'status/config',
        'targets/metadata',
        'format_query',
      ];
      const all = await api(Object.fromEntries([...paths, 'query'].map((path) => [path, status])));
      expect(
        await Promise.all([
          all.targets(),
          all.rules(),
          all.alertmanagers(),
          all.configuration(),
          all.families('{}'),
          all.format('up'),
        ]),
      ).toEqual(paths.map(() => undefined));
      await expect(all.query('up')).rejects.toThrow(AnswerError);
    },
  );

  it.each([429, 500, 503])('trouble (%d) is not taken for a part that is missing', async (status) => {
    const all = await api({ rules: status, targets: status });
    await expect(all.rules()).rejects.toThrow(`status ${status}`);
    await expect(all.targets()).rejects.toThrow(`status ${status}`);
  });

  it('lists may be null', async () => {
    const all = await api({
      query: { resultType: 'vector', result: null },
      targets: { activeTargets: null },
      rules: { groups: null },
      alertmanagers: { activeAlertmanagers: null },
    });
    expect(await Promise.all([all.query('up'), all.targets(), all.rules(), all.alertmanagers()])).toEqual([
      [],
      [],
      [],
      [],
    ]);
  });

  it('a native histogram has no number', async () => {
    const histogram = [1, { count: '1', sum: '2' }];
    const all = await api({ query: { resultType: 'vector', result: [{ metric: { a: 'b' }, histogram }] } });
    expect(await all.query('h')).toEqual([{ labels: { a: 'b' }, value: Number.NaN }]);
  });

  it('a rule need not say how long it waits', async () => {
    const rule = { type: 'alerting', name: 'A', query: 'up', health: 'ok' };
    const all = await api({ rules: { groups: [{ rules: [rule] }, { rules: null }] } });
    expect(await all.rules()).toEqual([
      {
        ...rule,
        lastError: '',
        state: '',
        labels: {},
        annotations: {},
        duration: undefined,
        keepFiringFor: undefined,
        firing: 0,
      },
    ]);
  });

  it('declared is what every target declares', async () => {
    const family = (instance: string, metric: string) => ({ target: { instance }, metric, type: 'gauge' });
    const all = await api({ 'targets/metadata': [family('1', 'a'), family('1', 'b'), family('2', 'a')] });
    expect(await all.families('{job="django"}')).toEqual(new Set(['a']));
    await server?.close();
    expect(await (await api({ 'targets/metadata': [] })).families('{}')).toBeUndefined();
  });

  it('only its own words are the reason why it refuses a query', () => {
    const refused = (body: string) => queryProblem(new AnswerError('status 422', 422, body));
    expect(refused('{"status":"error","error":"too many samples"}')).toBe('too many samples');
    expect(refused('<html>Bad gateway</html>')).toBeUndefined();
  });
});

describe('what is gathered', () => {
  const from = (changes: Partial<Prometheus>): Promise<Evidence> =>
    gather({ prometheus: { ...stubPrometheus(), ...changes }, app: 'own', settings, gateway: undefined });
  const answering = (answers: Readonly<Record<string, readonly object[]>>): Prometheus['query'] => {
    return async (expr) => {
      const [, series = []] = Object.entries(answers).find(([part]) => expr.includes(part)) ?? [];
      return series.map((one) => ({ labels: {}, value: 0, ...one }));
    };
  };

  it.each([undefined, []])(
    'targets are taken from up where the service has none of its own',
    async (targets) => {
      const evidence = await from({
        targets: async () => targets,
        query: async (expr) => (expr === 'up' ? [{ labels: { job: 'django' }, value: 1 }] : []),
      });
      expect(evidence.targets).toEqual([
        { labels: { job: 'django' }, scrapePool: 'django', scrapeInterval: '', health: 'up', lastError: '' },
      ]);
    },
  );

  it('of two gateways with a group of the job the younger push counts, as for the alert', async () => {
    const labels = { job: 'reviewmaps-probe' };
    const query = answering({
      'time() -': [
        { labels, value: 5_000 },
        { labels, value: 12 },
        { labels, value: 1_800_000_000 },
      ],
    });
    expect((await from({ query })).jobs.probe.pushAge).toBe(12);
  });

  it("runs are counted by this project's names: others may have a label run too", async () => {
    const asked: string[] = [];
    await from({
      query: async (expr) => {
        asked.push(expr);
        return [];
      },
    });
    const [runs] = asked.filter((expr) => expr.includes('run!='));
    expect(runs).toContain('__name__=~"reviewmaps_.*"');
    const [stock = ''] = asked.filter((expr) => expr.startsWith('count by (__name__'));
    expect(stock).toContain('|django_http_requests_latency_seconds_by_view_method_(bucket|count|sum)|');
    expect(stock).not.toMatch(/django_\.\*|process_\.\*|\bup\b/);
  });

  it("what is declared is asked of this application's Django alone", async () => {
    const asked: string[] = [];
    await from({
      families: async (selector) => {
        asked.push(selector);
        return undefined;
      },
    });
    expect(asked).toEqual(['{job="django",app="own"}']);
  });
});
