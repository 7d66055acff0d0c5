import { SCRAPE_JOBS } from '../settings';
import { type Evidence, SENDING_SECONDS } from './evidence';
import { counted, empty, type Finding, fail, ok, type Section } from './finding';
import type { Target } from './prometheus';

/** What alerts read of the servers themselves, and of which there is always a series. */
const OWN_METRICS: Readonly<Record<string, string>> = {
  [SCRAPE_JOBS.prometheus]: 'prometheus_rule_evaluation_failures_total',
  [SCRAPE_JOBS.pushgateway]: 'pushgateway_http_requests_total',
};
/** Names and reasons that one line repeats. */
const NAMED = 5;

/** Whether Prometheus scrapes what the rules and panels read, under the labels `job` that they know, and can call someone. */
export function targetSection(evidence: Evidence): Section {
  return {
    title: 'Scrape targets',
    findings: [...Object.values(SCRAPE_JOBS).map((job) => target(evidence, job)), alertmanager(evidence)],
  };
}

function target(evidence: Evidence, job: string): Finding {
  const { targets } = evidence;
  const own = targetsOf(evidence, job);
  if (own.length === 0) {
    const jobs = [...new Set(targets.map(({ labels }) => labels['job'] ?? ''))].toSorted();
    const others = jobs.length === 0 ? 'it scrapes nothing' : `it scrapes ${shortened(jobs, ', ')}`;
    return fail(
      job,
      `no target has job="${job}"; ${others}`,
      `add the job "${job}" of deploy/prometheus/prometheus.yml; the alerts know it by that name`,
    );
  }
  const down = own.filter(({ health }) => health === 'down');
  const up = `${own.filter(({ health }) => health === 'up').length} of ${counted(own.length, 'target')} up`;
  if (down.length > 0) {
    const reasons = down.map(
      ({ labels, lastError }) =>
        `${labels['instance'] ?? 'a target without instance'}: ${lastError === '' ? 'down' : lastError}`,
    );
    const page = job === SCRAPE_JOBS.pushgateway ? 'ReviewMapsGatewayDown' : 'ReviewMapsTargetDown';
    return fail(job, `${up}; ${shortened(reasons, '; ')}`, `see docs/runbooks/${page}.md`);
  }
  // Nothing that comes from it was looked at, so this is no installation that was found to work.
  if (!isUp(evidence, job)) {
    return fail(job, `${up}: not scraped yet`, 'run this again after a scrape interval');
  }
  return scrapedRarely(evidence, job, own) ?? lacksOwnMetric(evidence, job) ?? ok(job, up);
}

/** The default of Prometheus is a minute, and then rates over the rules' windows find a single sample, which is nothing. */
function scrapedRarely({ settings }: Evidence, job: string, own: readonly Target[]): Finding | undefined {
  const limit = settings.scrapeIntervalSeconds;
  const rare = own.find(({ scrapeInterval }) => secondsOf(scrapeInterval) > limit);
  return rare === undefined || job === SCRAPE_JOBS.prometheus
    ? undefined
    : fail(
        job,
        `is scraped every ${rare.scrapeInterval}, and the windows of rules and panels are made for ${limit} s`,
        `set its scrape_interval to ${limit}s, or monitoring.scrapeInterval in reviewmaps.config.ts to this and generate the rules anew`,
      );
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };

/** Seconds of a duration as Prometheus writes it; 0 for none. */
function secondsOf(duration: string): number {
  return [...duration.matchAll(/(\d+)(ms|[smhd])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (UNIT_SECONDS[unit] ?? 0),
    0,
  );
}

/** A gateway counts requests only once there was one, and Prometheus failures only once it has rules. */
function lacksOwnMetric({ stock, rules }: Evidence, job: string): Finding | undefined {
  const metric = OWN_METRICS[job];
  const busy =
    job === SCRAPE_JOBS.prometheus
      ? rules !== undefined && rules.length > 0
      : stock.some(({ name }) => name === 'push_time_seconds');
  return metric === undefined || !busy || stock.some(({ name }) => name === metric)
    ? undefined
    : fail(job, `is up, but without ${metric}, which an alert reads`, 'let the scrape keep it');
}

function alertmanager({ alertmanagers, undelivered }: Evidence): Finding {
  const name = 'alertmanager';
  if (alertmanagers === undefined) return empty(name, 'this service does not say where alerts go');
  if (alertmanagers.length === 0) {
    return fail(
      name,
      'alerts go nowhere',
      'name an Alertmanager in the section "alerting" of Prometheus\'s configuration',
    );
  }
  const hosts = alertmanagers.map((address) => new URL(address).host).join(', ');
  return undelivered > 0
    ? fail(
        name,
        `alerts go to ${hosts}, and in the last ${SENDING_SECONDS / 60} minutes some did not arrive`,
        "look at Prometheus's log for what it answers; if it has only just started, run this again in two minutes",
      )
    : ok(name, `alerts go to ${hosts}`);
}

/** The targets of the job. Of Django those of other applications are left out, unless there are no others. */
function targetsOf({ targets, app }: Evidence, job: string): readonly Target[] {
  const all = targets.filter(({ labels }) => labels['job'] === job);
  if (job !== SCRAPE_JOBS.django) return all;
  const own = all.filter(({ labels }) => [app, '', undefined].includes(labels['app']));
  return own.length > 0 ? own : all;
}

/** Whether a target of this job answers: without one nothing that comes from it can be judged. */
export function isUp(evidence: Evidence, job: string): boolean {
  return targetsOf(evidence, job).some(({ health }) => health === 'up');
}

/** What is missing for a judgement on Django's metrics; undefined when they are scraped for this application. */
export function missingDjango(evidence: Evidence): string | undefined {
  const { app } = evidence;
  const up = targetsOf(evidence, SCRAPE_JOBS.django).filter(({ health }) => health === 'up');
  if (up.length === 0) return 'needs: Django as a target that is up';
  return up.some(({ labels }) => labels['app'] === app)
    ? undefined
    : `needs: a target of Django with app="${app}" that is up`;
}

function shortened(parts: readonly string[], separator: string): string {
  const more = parts.length - NAMED;
  return [...parts.slice(0, NAMED), ...(more > 0 ? [`and ${more} more`] : [])].join(separator);
}
