import { once } from 'node:events';
import http from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_VALUES, substitute } from '../../../monitoring/dashboard/expressions';
import { believedFor, MINUTE } from '../../../monitoring/rules/windows';
import { settings } from '../../../monitoring/settings';
import { GROUP_JOBS } from '../../../src/jobs/job';
import { isInstalled, type RunningPrometheus, type Sample, startPrometheus } from '../../servers/prometheus';
import { NOISY, QUIET } from './applications';
import { djangoText, gatewayText } from './exposition';
import { type PanelQuery, panelQueries } from './panel-queries';
import { ruleFile } from './recording';

const CI = process.env['CI'] !== undefined && process.env['CI'] !== 'false' && process.env['CI'] !== '';
const describePrometheus = isInstalled('prometheus') || CI ? describe : describe.skip;

/** The gateway keeps it too. */
const FAILED = `reviewmaps_probe_failure_reason{app="${QUIET}",job="${GROUP_JOBS.probe}",service="django",probe="http",reason="timeout"} 1\n`;

/** What the gateway answers when the quiet application's jobs died: their values stay, and so does their push time. */
function afterDeath(now: number): string {
  const pushed = now - believedFor(settings) - MINUTE;
  const time = new RegExp(`^(push_time_seconds\\{app="${QUIET}",.*\\}) .*$`, 'gm');
  return gatewayText(10, now).replaceAll(time, `$1 ${pushed}`) + FAILED;
}

const states = panelQueries.filter(
  ({ panel, query }) =>
    panel.mappings?.some(({ value }) => value === -1) === true && !/\bup\{/.test(query.expr),
);
const zeros = panelQueries.filter(
  ({ query }) => query.zero === true && !query.expr.includes('$application|'),
);
const valuesOf = (series: readonly Sample[]) => [...new Set(series.flatMap(({ values }) => values))];

describePrometheus('on a real Prometheus', () => {
  const exporter = http.createServer((request, response) => {
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    const text = request.url === '/django' ? djangoText(QUIET, 10) : afterDeath(Date.now() / 1_000);
    // Prometheus makes these from rules; what has none has no alerts.
    response.end(text.replaceAll(/^ALERTS\{.*\n/gm, ''));
  });
  let running: readonly RunningPrometheus[] = [];

  /** @param jobs names under which it is scraped */
  async function started(jobs: readonly string[], rules: string, ready: string): Promise<RunningPrometheus> {
    const address = exporter.address();
    if (address === null || typeof address === 'string') throw new Error('the exporter has no port');
    const server = await startPrometheus(
      (own) =>
        JSON.stringify({
          rule_files: [own.rules],
          global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
          scrape_configs: jobs.map((job) => ({
            job_name: job,
            honor_labels: true,
            metrics_path: `/${job}`,
            static_configs: [
              {
                targets: [`127.0.0.1:${address.port}`],
                labels: job === 'django' ? { app: QUIET } : {},
              },
            ],
          })),
        }),
      rules,
    );
    running = [...running, server];
    await server.until(ready);
    return server;
  }

  /** What a panel shows now. */
  async function shown(server: RunningPrometheus, { query }: PanelQuery, application: string) {
    const expr = substitute(query.expr, { ...DEFAULT_VALUES, application });
    return await server.ask(expr, Date.now() / 1_000);
  }

  beforeAll(async () => {
    exporter.listen(0, '127.0.0.1');
    await once(exporter, 'listening');
  });
  afterAll(async () => {
    await Promise.all(running.map((server) => server.stop()));
    exporter.closeAllConnections();
    exporter.close();
  });

  describe('panels of jobs that push no more, without Django', () => {
    let server: RunningPrometheus;

    beforeAll(async () => {
      server = await started(
        ['pushgateway'],
        ruleFile(),
        `count(reviewmaps:service_up:current{app="${NOISY}"}) and on () reviewmaps:push_age_seconds{app="${QUIET}"}`,
      );
    }, 100_000);

    it('are these, among others', () => {
      expect(states.map(({ panel }) => panel.title.en)).toEqual([
        'Services',
        'Services over time',
        'Runs of the jobs',
        'Collectors',
        'Steps of fold',
      ]);
    });

    it.each(states)('$title says that it is unknown, and what others say stays', async (one) => {
      expect(valuesOf(await shown(server, one, QUIET))).toEqual([-1]);
      expect(valuesOf(await shown(server, one, NOISY))).toEqual([1]);
    });

    it.each(zeros)('$title is empty, and not 0', async (one) => {
      expect(await shown(server, one, QUIET)).toEqual([]);
    });
  });

  describe('panels of what rules record, without the rules', () => {
    let server: RunningPrometheus;
    const recorded = zeros.filter(({ query }) => /reviewmaps:(?!push_age_seconds)/.test(query.expr));

    beforeAll(async () => {
      server = await started(
        ['pushgateway', 'django'],
        '{"groups":[]}',
        `count_over_time(up{job="django"}[1m]) > 1 and on () count(up == 1) == 2`,
      );
    }, 100_000);

    it.each(recorded)('$title is empty, and not 0', async (one) => {
      expect(await shown(server, one, QUIET)).toEqual([]);
      expect(await shown(server, one, NOISY)).toEqual([]);
    });

    it('the number of alerts is empty, and not 0', async () => {
      const alerts = panelQueries.filter(({ panel }) => panel.title.en === 'Alerts by severity');
      expect(alerts).toHaveLength(1);
      for (const one of alerts) expect(await shown(server, one, QUIET)).toEqual([]);
    });
  });
});
