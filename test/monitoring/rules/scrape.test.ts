import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { prometheusYaml } from '../../../monitoring/rules/prometheus-config';
import { settings } from '../../../monitoring/settings';
import { type RunningPrometheus, startPrometheus } from '../../servers/prometheus';
import { describeTool } from './tool';

/** What a gateway shows: a job's group, a run's group, and a metric of its own. */
const GATEWAY = `reviewmaps_service_up{app="reviewmaps-server",instance="",job="reviewmaps-probe",service="django"} 1
reviewmaps_naver_api_rate_limit_hits{app="reviewmaps-server",instance="",job="reviewmaps-scraper"} 7
reviewmaps_naver_api_rate_limit_hits{app="reviewmaps-server",instance="",job="scraper",run="a1",scraper="revu"} 7
push_time_seconds{app="reviewmaps-server",instance="",job="scraper",run="a1",scraper="revu"} 7
pushgateway_http_requests_total{code="200",handler="push",method="put"} 3
`;
const DJANGO = `reviewmaps_naver_api_rate_limit_hits_total 2
reviewmaps_cleanup_deleted_rows_total{table_name="campaign"} 5
reviewmaps_naver_api_calls_total{endpoint="local",status_code="200"} 9
django_http_exceptions_total_by_type_total{type="ValueError"} 1
`;

/** Milliseconds. Prometheus starts and scrapes within three seconds. */
const LIMIT = 30_000;

describeTool('prometheus', 'prometheus --version')(
  'what Prometheus stores with the shipped configuration',
  () => {
    const servers: Server[] = [];
    let prometheus: RunningPrometheus;
    let url = '';

    beforeAll(async () => {
      const [gateway, django] = await Promise.all([serve(GATEWAY), serve(DJANGO)]);
      servers.push(gateway, django);
      prometheus = await startPrometheus(
        ({ address, rules }) =>
          prometheusYaml(
            { ...settings, scrapeIntervalSeconds: 1 },
            {
              django: addressOf(django),
              pushgateway: addressOf(gateway),
              prometheus: address,
              alertmanager: '127.0.0.1:9',
              rules,
            },
          ),
        'groups: []',
      );
      ({ url } = prometheus);
      await scraped(url);
    }, LIMIT);

    afterAll(async () => {
      await prometheus?.stop();
      await Promise.all(servers.map(closed));
    }, LIMIT);

    it("keeps the pushers' own labels", async () => {
      expect(await series(url, 'reviewmaps_service_up')).toEqual([
        '{__name__="reviewmaps_service_up",app="reviewmaps-server",job="reviewmaps-probe",service="django"}',
      ]);
    });

    it('drops every series of a single run', async () => {
      expect(await series(url, '{run=~".+"}')).toEqual([]);
      expect(await series(url, 'push_time_seconds')).toEqual([]);
    });

    it("calls Django's counters what the contract calls them, and leaves the others their names", async () => {
      expect(await series(url, '{job="django",__name__=~"(reviewmaps|django)_.*"}')).toEqual([
        '{__name__="django_http_exceptions_total_by_type_total",app="reviewmaps-server",job="django",type="ValueError"}',
        '{__name__="reviewmaps_cleanup_deleted_rows",app="reviewmaps-server",job="django",table_name="campaign"}',
        '{__name__="reviewmaps_naver_api_calls_total",app="reviewmaps-server",endpoint="local",job="django",status_code="200"}',
        '{__name__="reviewmaps_naver_api_rate_limit_hits",app="reviewmaps-server",job="django"}',
      ]);
    });

    it("knows the gateway's own metrics by the job of the scrape", async () => {
      expect(await series(url, 'pushgateway_http_requests_total')).toEqual([
        '{__name__="pushgateway_http_requests_total",code="200",handler="push",job="pushgateway",method="put"}',
      ]);
    });
  },
);

async function serve(text: string): Promise<Server> {
  const server = createServer((_request, answer) => {
    answer.setHeader('Content-Type', 'text/plain; version=0.0.4');
    answer.end(text);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `127.0.0.1:${address.port}`;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}

/** Waits until both targets were scraped. */
async function scraped(url: string): Promise<void> {
  for (;;) {
    const found = await series(url, 'up{job=~"django|pushgateway"} == 1').catch(() => []);
    if (found.length === 2) return;
    await setTimeout(100);
  }
}

/** Labels of what a query finds, without `instance`, whose port differs each time. */
async function series(url: string, query: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data }: { data: { result: readonly { metric: Record<string, string> }[] } } = JSON.parse(
    await answer.text(),
  );
  return data.result
    .map(({ metric }) =>
      Object.entries(metric)
        .filter(([name]) => name !== 'instance')
        .toSorted(([one], [other]) => one.localeCompare(other))
        .map(([name, value]) => `${name}="${value}"`),
    )
    .map((labels) => `{${labels.join(',')}}`)
    .toSorted();
}
