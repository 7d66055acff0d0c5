import { alertmanagerYaml } from '../../../monitoring/rules/alertmanager-config';
import { alertsOf, ruleGroups } from '../../../monitoring/rules/groups';
import { prometheusYaml } from '../../../monitoring/rules/prometheus-config';
import { rulesYaml } from '../../../monitoring/rules/yaml';
import { startAlertmanager } from '../../servers/alertmanager';
import { startPrometheus } from '../../servers/prometheus';
import { Receivers } from '../../servers/receivers';
import { fasterRoutes, fasterRules, fasterScrapes, fasterSettings, MINUTE_MS } from './pace';
import { startReviewMaps } from './reviewmaps';
import { Started } from './started';

/** ReviewMaps and everything that watches it: real servers, real jobs, the generated configuration. */
export type World = Awaited<ReturnType<typeof startWorld>>;

/** Starts the world. When this resolves, every job has run and Prometheus has begun to watch. */
export async function startWorld() {
  const started = new Started();
  try {
    return { ...(await watched(started)), stop: () => started.end() };
  } catch (thrown) {
    await started.end().catch(() => undefined);
    throw thrown;
  }
}

async function watched(started: Started) {
  const reviewmaps = await startReviewMaps(started);
  const { gateway, site, scrapers } = reviewmaps;
  const receivers = await started.begin(Receivers.open(), (one) => one.close());
  const groups = fasterRules(ruleGroups(fasterSettings));
  const routes = fasterRoutes(alertmanagerYaml(alertsOf(groups), fasterSettings.app));
  const alertmanager = await started.begin(startAlertmanager(routes, receivers.url), (one) => one.stop());
  const prometheus = await started.begin(
    startPrometheus(
      ({ address, rules }) =>
        prometheusYaml(fasterScrapes, {
          django: site.address,
          pushgateway: new URL(gateway.url).host,
          prometheus: address,
          alertmanager: alertmanager.address,
          rules,
        }),
      rulesYaml(groups, fasterSettings),
      // What still fires is said again after a minute, unless this says otherwise.
      [`--rules.alert.resend-delay=${MINUTE_MS}ms`],
    ),
    (one) => one.stop(),
  );
  const succeeded = 'reviewmaps_scraper_runs_total{status="success"}[1h]';
  const seen = `max_over_time(${succeeded}) - min_over_time(${succeeded}) > 0`;
  scrapers.start(async () => (await prometheus.ask(seen, Date.now() / 1_000)).length > 0);
  return {
    ...reviewmaps,
    receivers,
    prometheus,
    /** The rules that Prometheus has. */
    groups,
    /** As an operator knows them, http all of them. */
    urls: {
      prometheus: prometheus.url,
      alertmanager: alertmanager.url,
      pushgateway: gateway.url,
      django: site.url,
    },
  };
}
