import { isDeepStrictEqual } from 'node:util';
import { describe, expect, jest, test } from '@jest/globals';
import { isAlert } from '../../../monitoring/rules/definition';
import { ruleGroups } from '../../../monitoring/rules/groups';
import { settings } from '../../../monitoring/settings';
import { panelQueries } from '../../monitoring/dashboard/panel-queries';
import { hasOpenssl } from '../../probes/certificates';
import { ALERTMANAGER } from '../../servers/alertmanager';
import { isInstalled, type Sample } from '../../servers/prometheus';
import { duringTests } from '../during-tests';
import { describeRuns } from '../runs/python';
import { AlertWatch } from './alerts';
import { CALM, eventually, expectAlerts, isCalm, LIMIT_MS } from './breakage';
import { unusualFindings } from './installation';
import { MINUTE_MS } from './pace';
import { drawn, unreal, written } from './panels';
import { evaluatedRules } from './rules';
import { startWorld, type World } from './world';

const hasMonitoring = isInstalled('prometheus') && ALERTMANAGER !== undefined && hasOpenssl;
const describeWorld = hasMonitoring || process.env['CI'] ? describeRuns : describe.skip;

/** Milliseconds; mostly for pip, where the Python environment is not there yet. */
const SETUP_MS = 360_000;
jest.setTimeout(3 * LIMIT_MS);
/** Milliseconds that nothing else may fire: five minutes, the time that most alerts wait. */
const QUIET_MS = 5 * MINUTE_MS;
const rules = ruleGroups(settings).flatMap((group) => group.rules);

/** Shows alerts, and has none while everything works: it is looked at when something is broken. */
const FIRING_ALERTS = 'Errors and alerts / Firing alerts / 1';

/** What comes only after some runs and some evaluations. */
const SIGNS_OF_LIFE = [
  `count(up == 1) == 3`,
  ...['success', 'failed'].map((status) => `sum(reviewmaps_scraper_runs_total{status="${status}"}) > 0`),
  ...rules.flatMap((rule) => (isAlert(rule) ? [] : [`count(${rule.record})`])),
  'sum(reviewmaps_cleanup_deleted_rows{table_name="campaign"}) > 0',
];

describeWorld('monitoring on the real servers (needs Prometheus, Alertmanager, openssl)', () => {
  let world: World;
  let watch: AlertWatch;

  const now = () => Date.now() / 1_000;
  const ask = (expr: string) => world.prometheus.ask(expr, now());

  duringTests(SETUP_MS, startWorld, async (running) => {
    world = running;
    watch = new AlertWatch(world.urls.alertmanager);
    for (const sign of SIGNS_OF_LIFE)
      if (!(await eventually(async () => (await ask(sign)).length > 0)))
        throw new Error(`nothing for ${sign}`);
  });

  describe('while everything works', () => {
    test.each(panelQueries.filter(({ title }) => title !== FIRING_ALERTS))(
      '$title has data for every value of the variables',
      async (one) => {
        for (const expr of written(one)) {
          let series: readonly Sample[] = [];
          await eventually(async () => {
            series = await drawn(world.prometheus, one, expr);
            return series.length > 0;
          });
          expect({ expr, unreal: unreal(series) }).toEqual({ expr, unreal: [] });
          expect({ expr, series: series.length }).not.toEqual({ expr, series: 0 });
        }
      },
    );

    test('every rule evaluates', async () => {
      const evaluated = await evaluatedRules(world.urls.prometheus);
      expect(
        evaluated.filter(({ health, lastError }) => health !== 'ok' || (lastError ?? '') !== ''),
      ).toEqual([]);
      expect(evaluated.map(({ name }) => name).toSorted()).toEqual(
        rules.map((rule) => (isAlert(rule) ? rule.alert : rule.record)).toSorted(),
      );
    });

    test('no sample of the contract, of Django or of the rules was ever NaN', async () => {
      const selector = '{__name__=~"(reviewmaps|django|process|push)[_:].*|up"}';
      const series = await world.prometheus.ask(`${selector}[15m]`, now());
      expect(unreal(series)).toEqual([]);
      expect(series.length).toBeGreaterThan(500);
    });

    test('verify finds nothing wrong, and empty only what has not happened', async () => {
      const usual = [
        'empty reviewmaps_scraper_runs_silent_total',
        'empty reviewmaps_fold_rejected_series_total',
        'empty reviewmaps_fold_rejected_groups_total',
        'empty reviewmaps_probe_failure_reason',
        // Django declares them, and no look-up of the cache and no statement has failed.
        'empty database errors',
        'empty cache',
        // Nobody has told the configuration where runbooks and Grafana are.
        'warn links of the alerts',
        'empty Firing alerts',
        'skip Logs (Loki)',
        // Only scrapers count these, and Django has the names.
        'empty reviewmaps_enrichment_total',
        'empty reviewmaps_enrichment_duration_seconds',
        'empty reviewmaps_cleanup_deleted_rows',
      ];
      // A scrape or a probe that had no time, or seconds without a visit to the cache, are over with the next ones.
      let found: readonly string[] = [];
      await eventually(async () => {
        found = await unusualFindings(world);
        return isDeepStrictEqual(found, usual);
      });
      expect(found).toEqual(usual);
    });

    test('visitors get what they should, errors among it', () => {
      expect(world.traffic.surprises()).toEqual([]);
      expect([...world.traffic.answers.keys()]).toEqual(
        expect.arrayContaining(['/fails/ 500', '/slow/ 200', '/campaigns/1000000/ 404']),
      );
    });

    test('nothing fires but the watchdog, whose heartbeat arrives', async () => {
      expect(await watch.until(isCalm, LIMIT_MS)).toEqual(CALM);
      expect(await watch.during(QUIET_MS)).toEqual(CALM);
      const fired = 'count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[1h]))';
      expect((await ask(fired)).map(({ labels }) => labels['alertname'])).toEqual(['ReviewMapsWatchdog']);
      expect(world.receivers.messages).toEqual([]);
      expect(world.receivers.heartbeats).toBeGreaterThan(1);
    });
  });

  describe('when something breaks', () => {
    test('a killed collect is told to the team', async () => {
      await expectAlerts(
        world,
        watch,
        {
          active: ['JobStale job=reviewmaps-collect'],
          inhibited: [],
          calls: [],
          told: ['ReviewMapsJobStale'],
        },
        {
          breaks: () => world.collect.kill(),
          meanwhile: async () => {
            expect(world.receivers.messages).toEqual([
              {
                channel: 'team',
                title: '[FIRING 1] ReviewMapsJobStale',
                text: expect.stringMatching(/reviewmaps-collect[\s\S]*runbooks\/ReviewMapsJobStale\.md/),
              },
            ]);
            const table = panelQueries.filter(({ title }) => title === FIRING_ALERTS);
            const series = await Promise.all(
              table.flatMap((one) => written(one).map((expr) => drawn(world.prometheus, one, expr))),
            );
            expect(series.map((one) => one.map(({ labels }) => labels['alertname']))).toEqual(
              series.map(() => ['ReviewMapsJobStale']),
            );
          },
          repairs: () => world.collect.start(),
        },
      );
    });

    test('a killed probe calls someone: whether services are up is unknown', async () => {
      const valuesOf = async (title: string) => (await ask(writtenOf(title))).flatMap(({ values }) => values);
      const states = () => valuesOf('System status / Services / 1');
      const runs = () => valuesOf('System status / Runs of the jobs / 1');
      // A probe that took longer than its second is down until the next run.
      let known: readonly number[] = [];
      await eventually(async () => {
        known = await states();
        return known.join() === '1,1,1';
      });
      expect(known).toEqual([1, 1, 1]);
      await expectAlerts(
        world,
        watch,
        {
          active: ['ProbeStale job=reviewmaps-probe'],
          inhibited: [],
          calls: ['ReviewMapsProbeStale'],
          told: [],
        },
        {
          breaks: () => world.probe.kill(),
          meanwhile: async () => {
            expect(await ask('reviewmaps:service_up:current')).toEqual([]);
            expect(await states()).toEqual([-1, -1, -1]);
            expect((await runs()).toSorted((a, b) => a - b)).toEqual([-1, 1, 1]);
          },
          repairs: async () => world.probe.start(),
        },
      );
    });

    test('without the database its own alert and that of the failing requests are left', async () => {
      const collect = (name: string) => `CollectorFailing collector=${name} job=reviewmaps-collect`;
      await expectAlerts(
        world,
        watch,
        {
          active: ['HighErrorRatio', 'ServiceDown service=database'],
          inhibited: [
            ...['campaigns', 'expired', 'connections', 'tables/campaign', 'tables/reviews'].map(collect),
            collect('cleanup/campaign'),
            ...['collect', 'scraper'].flatMap((job) => [
              `JobFailing job=reviewmaps-${job}`,
              `LedgerUnavailable job=reviewmaps-${job}`,
            ]),
            'DatabaseConnectionErrors alias=default',
            'ServiceDown service=scraper',
          ],
          // Django notices within a minute; the probes are believed after five.
          calls: ['ReviewMapsDatabaseConnectionErrors', 'ReviewMapsHighErrorRatio', 'ReviewMapsServiceDown'],
          told: [],
        },
        {
          breaks: () => world.database.stop(),
          meanwhile: async () => {
            const texts = world.receivers.messages.map(({ text }) => text).join();
            expect(texts).toContain('Service database of');
            expect(texts).not.toContain('Service scraper of');
          },
          repairs: () => world.database.start(),
        },
      );
    });

    test('without the gateway nobody hears of the jobs besides', async () => {
      await expectAlerts(
        world,
        watch,
        {
          active: ['GatewayDown job=pushgateway'],
          inhibited: ['collect', 'probe', 'scraper'].map((job) => `MetricsAbsent job=reviewmaps-${job}`),
          calls: ['ReviewMapsGatewayDown'],
          told: [],
        },
        {
          breaks: () => world.gateway.stop(),
          meanwhile: async () => {
            const wrong = (await unusualFindings(world)).filter((finding) => finding.startsWith('fail '));
            expect(wrong).toEqual(['fail pushgateway', 'fail gateway']);
          },
          repairs: () => world.gateway.startAgain(),
        },
      );
    });

    test('without Django the service is down, and its target need not say so', async () => {
      await expectAlerts(
        world,
        watch,
        {
          active: ['ServiceDown service=django'],
          inhibited: ['TargetDown job=django'],
          calls: ['ReviewMapsServiceDown'],
          told: [],
        },
        { breaks: () => world.site.stop(), repairs: () => world.site.start() },
      );
    });

    test('calls that Naver refuses are told, and that ends by itself', async () => {
      await expectAlerts(
        world,
        watch,
        { active: ['NaverRateLimited'], inhibited: [], calls: [], told: ['ReviewMapsNaverRateLimited'] },
        {
          breaks: async () => {
            await fetch(`${world.urls.django}/places/429/`);
            await world.scrapers.run('limited');
          },
          passes: true,
          meanwhile: async () => {
            const refusedBy = async () =>
              (await ask('sum by (job) (reviewmaps_naver_api_rate_limit_hits) > 0'))
                .map(({ labels }) => labels['job'] ?? '')
                .toSorted();
            // Fold counts the run's in its next run, and publishes it in the one after that.
            await eventually(async () => (await refusedBy()).length > 1);
            expect(await refusedBy()).toEqual(['django', 'reviewmaps-scraper']);
          },
          repairs: async () => undefined,
        },
      );
    });
  });
});

/** A panel's query for the one application that there is. */
function writtenOf(title: string): string {
  const [expr] = panelQueries.filter((one) => one.title === title).flatMap(written);
  if (expr === undefined) throw new Error(`there is no panel ${title}`);
  return expr;
}
