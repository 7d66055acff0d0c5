import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inLanguage, type Query } from '../../../monitoring/dashboard/definition';
import { everyValue, seriesIn, substitute } from '../../../monitoring/dashboard/expressions';
import { TOTAL } from '../../../monitoring/dashboard/promql';
import { APPLICATIONS, DEFAULT_THRESHOLD, EVERY_APPLICATION } from '../../../monitoring/dashboard/variables';
import { externalMetrics } from '../../../monitoring/external-metrics';
import { catalog } from '../../../src/metrics/catalog';
import { isInstalled, type RunningPrometheus, type Sample, startPrometheus } from '../../servers/prometheus';
import { ALERTS_OF_NOBODY, NOISY, QUIET } from './applications';
import { djangoText, gatewayText, LATE_EXCEPTION_AT, LATE_EXCEPTIONS } from './exposition';
import { isInstant, type PanelQuery, panelQueries } from './panel-queries';
import { recordingRules, ruleFile } from './recording';

/** At a scrape each second; a rate needs at least four. */
const WINDOWS = { rateInterval: '5s', range: '1h' };
/** Scrapes before the panels are asked: the window, and the late exception in the midst of them. */
const SCRAPES = LATE_EXCEPTION_AT + 8;

const CI = process.env['CI'] !== undefined && process.env['CI'] !== 'false' && process.env['CI'] !== '';
const describePrometheus = isInstalled('prometheus') || CI ? describe : describe.skip;

/** A line of its own that belongs to no application. */
const isConstant = ({ expr }: Query) => expr.startsWith('vector(');
/** What shows series without an application beside those of the chosen ones. */
const isOfNobody = ({ expr }: Query) => expr.includes('$application|');

/** Values of a label, each once, in order. */
function valuesOf(label: string, series: readonly Sample[]): string[] {
  const values = new Set(series.map(({ labels }) => labels[label] ?? 'without'));
  return [...values].sort((a, b) => (a < b ? -1 : 1));
}

describePrometheus('the panels on a real Prometheus', () => {
  /** The first scrape: what happens later is seen happening. */
  let started: number | undefined;
  const elapsed = () => {
    started ??= Date.now();
    return (Date.now() - started) / 1_000;
  };
  const exporter = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(
      request.url === '/gateway'
        ? gatewayText(elapsed(), Date.now() / 1_000)
        : djangoText(request.url === '/noisy' ? NOISY : QUIET, elapsed()),
    );
  });
  let prometheus: RunningPrometheus;
  let now = 0;

  beforeAll(async () => {
    exporter.listen(0, '127.0.0.1');
    await once(exporter, 'listening');
    const address = exporter.address();
    if (address === null || typeof address === 'string') throw new Error('the exporter has no port');
    const targets = [`127.0.0.1:${address.port}`];
    prometheus = await startPrometheus(
      ({ rules }) =>
        JSON.stringify({
          rule_files: [rules],
          global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
          scrape_configs: [
            {
              job_name: 'pushgateway',
              honor_labels: true,
              metrics_path: '/gateway',
              static_configs: [{ targets }],
            },
            {
              job_name: 'django',
              static_configs: [
                { targets, labels: { __metrics_path__: '/noisy', app: NOISY, instance: 'noisy' } },
                { targets, labels: { __metrics_path__: '/quiet', app: QUIET, instance: 'quiet' } },
              ],
            },
          ],
        }),
      ruleFile(),
    );
    const records = recordingRules().map(({ record }) => `count(${record}{app="${NOISY}"})`);
    for (const ready of [`count_over_time(up{job="django",app="${NOISY}"}[1h]) >= ${SCRAPES}`, ...records])
      await prometheus.until(ready);
    now = Date.now() / 1_000;
  }, 100_000);

  afterAll(async () => {
    await prometheus?.stop();
    exporter.closeAllConnections();
    exporter.close();
  });

  /** What the panel would draw: its last seconds, or this moment. */
  async function drawn({ panel }: PanelQuery, expr: string): Promise<readonly Sample[]> {
    const series = await prometheus.ask(expr, isInstant(panel) ? now : { from: now - 3, to: now });
    const bad = series.filter(({ values }) => values.some((value) => !Number.isFinite(value)));
    expect(bad).toEqual([]);
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = panel;
    const beyond = series.flatMap(({ values }) => values).filter((value) => value < min || value > max);
    expect(beyond).toEqual([]);
    return series;
  }

  const written = ({ query }: PanelQuery, application: string) =>
    substitute(query.expr, { ...WINDOWS, application, threshold: DEFAULT_THRESHOLD });

  it.each(panelQueries)('$title has data for every value of the variables', async (one) => {
    for (const expr of everyValue(one.query.expr, [NOISY], WINDOWS)) {
      const series = await drawn(one, expr);
      expect({ expr, series: series.length }).not.toEqual({ expr, series: 0 });
    }
  });

  it.each(panelQueries.filter(({ query }) => !isConstant(query) && !isOfNobody(query)))(
    '$title is of the chosen applications, and says which',
    async (one) => {
      const apps = async (application: string) =>
        valuesOf('app', await drawn(one, written(one, application)));
      expect(await apps(NOISY)).toEqual([NOISY]);
      expect(await apps('nobody')).toEqual([]);
      const both = await apps(`(${NOISY}|${QUIET})`);
      expect(await apps(EVERY_APPLICATION)).toEqual(both);
      expect([[NOISY], [NOISY, QUIET]]).toContainEqual(both);
    },
  );

  it.each(panelQueries.filter(({ query }) => query.zero === true && !isOfNobody(query)))(
    '$title is 0, and not absent, for an application without such events',
    async (one) => {
      const series = await drawn(one, written(one, QUIET));
      expect(series.map(({ labels }) => labels['app'])).toEqual([QUIET]);
      expect(series.flatMap(({ values }) => values).filter((value) => value !== 0)).toEqual([]);
      // Beside an application with events there is still exactly one line of zero.
      const both = await drawn(one, written(one, `(${NOISY}|${QUIET})`));
      expect(both.filter(({ labels }) => labels['app'] === QUIET)).toHaveLength(1);
    },
  );

  it.each(panelQueries)('$title has the labels that its legend shows', async (one) => {
    const { legend } = one.query;
    const text = typeof legend === 'string' ? legend : legend.en;
    const shown = [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name);
    const series = await drawn(one, written(one, NOISY));
    for (const label of shown) expect(series.flatMap(({ labels }) => Object.keys(labels))).toContain(label);
    // Series that share a name in the legend cannot be told apart.
    const names = series.map(({ labels }) => shown.map((label) => labels[label]).join(' '));
    if (one.panel.view.kind !== 'table') expect(new Set(names).size).toBe(names.length);
  });

  it.each(panelQueries.filter(({ query }) => query.expr.includes(' or ')))(
    '$title has no name of its own, as what takes its place has none',
    async (one) => {
      // Else the graph has two series where it should have one: a series ends where the other begins.
      const series = await drawn(one, written(one, `(${NOISY}|${QUIET})`));
      expect(series.filter(({ labels }) => '__name__' in labels)).toEqual([]);
    },
  );

  it.each(panelQueries.filter(({ query }) => query.expr.includes(TOTAL)))(
    '$title has its total first, so that no error gets the first colour, which is green',
    async (one) => {
      const [first, ...others] = await drawn(one, written(one, NOISY));
      if (first === undefined) throw new Error('no series');
      expect(Object.values(first.labels)).toContain(TOTAL);
      expect(others.length).toBeGreaterThan(0);
      const { legend } = one.query;
      const name = inLanguage(legend, 'en').replaceAll(
        /\{\{(\w+)\}\}/g,
        (_, label: string) => first.labels[label] ?? '',
      );
      const styles = one.panel.view.kind === 'timeseries' ? (one.panel.view.styles ?? []) : [];
      expect(styles.map((style) => new RegExp(`^${inLanguage(style.legend, 'en')}$`).test(name))).toEqual([
        true,
      ]);
    },
  );

  it('no alert is 0 while the watchdog fires', async () => {
    const [one] = panelQueries.filter(({ panel }) => panel.title.en === 'Alerts by severity');
    if (one === undefined) throw new Error('no number of alerts');
    const calm = written(one, QUIET).replaceAll('severity!="none"', 'severity="no such"');
    const series = await drawn(one, calm);
    expect(series).toEqual([{ labels: { severity: 'none' }, values: [0] }]);
  });

  it('alerts without an application are shown whatever is chosen, the watchdog never', async () => {
    const [one] = panelQueries.filter(({ panel, query }) => panel.view.kind === 'table' && isOfNobody(query));
    if (one === undefined) throw new Error('no table of alerts');
    const names = async (application: string) =>
      valuesOf('alertname', await drawn(one, written(one, application)));
    expect(await names(NOISY)).toEqual(['Down', ALERTS_OF_NOBODY]);
    expect(await names(QUIET)).toEqual([ALERTS_OF_NOBODY]);
  });

  it('the first exceptions of a kind count, though their series begins with them', async () => {
    const one = panelQueries.find(({ panel }) => panel.title.en === 'Exceptions by type');
    if (one === undefined) throw new Error('no panel of exceptions');
    const series = await prometheus.ask(written(one, NOISY), { from: (started ?? 0) / 1_000, to: now });
    const late = series.filter(({ labels }) => labels['exception_type'] === 'LateError');
    expect(late).toHaveLength(1);
    const values = late.flatMap((found) => found.values);
    expect(Math.max(...values)).toBe(LATE_EXCEPTIONS);
    expect(values.at(-1)).toBe(0);
  });

  it('the applications that can be chosen are those that there are', async () => {
    const [, selector = ''] = /^label_values\((.*), app\)$/.exec(APPLICATIONS) ?? [];
    expect(await prometheus.get('label/app/values', { 'match[]': selector })).toEqual([NOISY, QUIET]);
  });

  it('what is asked of them is everything that they read', async () => {
    const names = await prometheus.get('label/__name__/values', {});
    expect(names).toEqual(
      expect.arrayContaining([...new Set(panelQueries.flatMap(({ query }) => seriesIn(query.expr)))]),
    );
    const plain = (metrics: Readonly<Record<string, { readonly type: string }>>) =>
      Object.entries(metrics).map(([name, { type }]) => (type === 'histogram' ? `${name}_bucket` : name));
    const itself = 'prometheus_rule_evaluation_failures_total';
    expect(names).toEqual(
      expect.arrayContaining(
        [...plain(catalog), ...plain(externalMetrics)].filter((name) => name !== itself),
      ),
    );
  });
});
