import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SCRAPE_JOBS } from '../../../monitoring/settings';
import { isInstalled, type RunningPrometheus, startPrometheus } from '../../servers/prometheus';
import { NOISY } from '../dashboard/applications';
import { djangoText, gatewayText } from '../dashboard/exposition';
import { PATH, queries } from './sections';

/** At a scrape each second; a rate needs at least four. */
const SCRAPES = 6;

const CI = process.env['CI'] !== undefined && process.env['CI'] !== 'false' && process.env['CI'] !== '';
const describePrometheus = isInstalled('prometheus') || CI ? describe : describe.skip;

/** What an example asks for and the panels' made-up series do not have. */
const MORE = `reviewmaps_database_connections{app="${NOISY}",job="reviewmaps-collect",state="idle in transaction"} 2\n`;

const all = queries(readFileSync(PATH, 'utf8'));

/**
 * The query as a server of some seconds can answer it: a day before is seconds before, and what only shows trouble
 * (`== 0`, `< 0`) shows everything.
 */
function answerable(query: string): string {
  return query
    .replaceAll(/offset \d+[dh]/g, 'offset 2s')
    .replaceAll('[1d:1m]', '[1h:1s]')
    .replaceAll(/ (==|<|>) \d+(\.\d+)?(?=\s+and\b|$)/g, '');
}

describePrometheus('the queries of docs/metrics.md on a real Prometheus', () => {
  let prometheus: RunningPrometheus;
  let now = 0;
  const start = Date.now();
  const exporter = http.createServer((request, response) => {
    const elapsed = (Date.now() - start) / 1_000;
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(
      request.url === '/gateway'
        ? gatewayText(elapsed, Date.now() / 1_000) + MORE
        : djangoText(NOISY, elapsed),
    );
  });

  beforeAll(async () => {
    exporter.listen(0, '127.0.0.1');
    await once(exporter, 'listening');
    const address = exporter.address();
    if (address === null || typeof address === 'string') throw new Error('the exporter has no port');
    const targets = [`127.0.0.1:${address.port}`];
    const scrape = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' };
    prometheus = await startPrometheus(
      ({ rules }) =>
        JSON.stringify({
          rule_files: [rules],
          global: scrape,
          scrape_configs: [
            {
              job_name: SCRAPE_JOBS.pushgateway,
              honor_labels: true,
              metrics_path: '/gateway',
              static_configs: [{ targets }],
            },
            { job_name: SCRAPE_JOBS.django, static_configs: [{ targets, labels: { app: NOISY } }] },
          ],
        }),
      // Its groups are evaluated as rarely as jobs run; here everything is faster.
      readFileSync('deploy/prometheus/rules/reviewmaps.yml', 'utf8').replaceAll(/^ {4}interval: .*\n/gm, ''),
    );
    for (const ready of [
      `count_over_time(up{job="django"}[1h]) >= ${SCRAPES}`,
      'count_over_time(reviewmaps:naver_quota_used:ratio24h[1h]) >= 4',
    ])
      await prometheus.until(ready);
    now = Date.now() / 1_000;
  }, 100_000);

  afterAll(async () => {
    await prometheus?.stop();
    exporter.closeAllConnections();
    exporter.close();
  });

  it.each(all)('%s', async (query) => {
    const series = await prometheus.ask(answerable(query), now);
    expect(series.length).toBeGreaterThan(0);
    expect(series.flatMap(({ values }) => values).filter((value) => !Number.isFinite(value))).toEqual([]);
    expect(series.map(({ labels }) => labels['app']).filter((app) => app === undefined)).toEqual([]);
  });
});
