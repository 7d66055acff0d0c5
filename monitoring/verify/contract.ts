import { findGroup } from '../../src/doctor/gateway';
import { GROUP_JOBS } from '../../src/jobs/job';
import { catalog, definitionOf, isMetric, type JobName, type MetricName } from '../../src/metrics/catalog';
import { SCRAPE_JOBS } from '../settings';
import { RIGHTLY_ABSENT } from './absence';
import { countOf, type Evidence, otherApps } from './evidence';
import { counted, empty, type Finding, fail, ok, type Section, skip } from './finding';
import { jobFinding } from './jobs';
import type { Labels } from './relabel';
import { lostOf } from './scraping';

/** Every metric of the catalog: there, or why not. */
export function contractSection(evidence: Evidence): Section {
  return {
    title: 'Metrics of the contract',
    findings: Object.keys(catalog)
      .filter(isMetric)
      .map((metric) => metricFinding(evidence, metric)),
  };
}

function metricFinding(evidence: Evidence, metric: MetricName): Finding {
  const { type, jobs } = definitionOf(metric);
  // A histogram without the buckets is no histogram.
  const parts = type === 'histogram' ? [`${metric}_count`, `${metric}_sum`, `${metric}_bucket`] : [metric];
  const missing = parts.filter((part) => countOf(evidence, part) === 0);
  const [first = metric] = parts;
  const producers = jobs.filter((job) => evidence.settings.jobs.includes(job));
  const kept = producers.filter((job) => onlyAtGateway(evidence, metric, first, job));
  if (kept.length > 0) {
    return fail(
      metric,
      `what the job ${kept.join(' and ')} pushed of it is at the gateway and not in Prometheus`,
      KEEP,
    );
  }
  if (missing.length === 0) {
    return (
      labelFinding(evidence, metric) ??
      ok(metric, `${counted(countOf(evidence, first), 'series')}${from(evidence, first)}`)
    );
  }
  if (type === 'histogram' && countOf(evidence, metric) > 0) {
    return fail(
      metric,
      'is stored as a native histogram, and panels read the buckets of a classic one',
      'take convert_classic_histograms_to_nhcb out of the scrape configuration',
    );
  }
  if (missing.length < parts.length) {
    return fail(metric, `without ${missing.join(', ')}`, 'let the scrape keep every series of the histogram');
  }
  if (producers.length === 0) {
    return empty(
      metric,
      `the job ${jobs.join(' or ')} is not deployed (monitoring.jobs in reviewmaps.config.ts)`,
    );
  }
  const states = producers.map((job) => jobFinding(evidence, job));
  if (states.every(({ status }) => status === 'fail' || status === 'skip')) {
    return skip(metric, `needs: the job ${producers.join(' or ')}`);
  }
  const lost = producers.flatMap((job) =>
    lostOf(
      evidence,
      SCRAPE_JOBS.pushgateway,
      parts.map((part) => seriesOf(evidence, metric, part, job)),
    ),
  );
  if (lost.length > 0)
    return fail(metric, `the scrape drops or renames ${[...new Set(lost)].join(', ')}`, KEEP);
  const failures = producers.flatMap((job) => evidence.jobs[job].failures);
  const apps = otherApps(evidence, first);
  const elsewhere = apps.length === 0 ? '' : `; app="${apps.join('", "')}" has it`;
  if (failures.length > 0) {
    return fail(
      metric,
      `its job failed in part: ${[...new Set(failures)].join(', ')}${elsewhere}`,
      logOf(producers),
    );
  }
  const reason = RIGHTLY_ABSENT[metric];
  return reason === undefined
    ? fail(metric, `the job ${producers.join(' or ')} pushes, but not this${elsewhere}`, logOf(producers))
    : empty(metric, `${reason}${elsewhere}`);
}

const KEEP =
  'a metric_relabel_config of the job "pushgateway" does it; deploy/prometheus/prometheus.yml has what is needed';

/** Whether the gateway has it in the very push of the job that Prometheus has seen, and Prometheus has it not. */
function onlyAtGateway(evidence: Evidence, metric: MetricName, name: string, job: JobName): boolean {
  const { gateway, app, jobs } = evidence;
  const group = gateway && findGroup(gateway, { job: GROUP_JOBS[job], app });
  return (
    group !== undefined &&
    group.pushedAt === jobs[job].pushedAt &&
    Object.hasOwn(group.families, metric) &&
    countOf(evidence, name, GROUP_JOBS[job]) === 0
  );
}

/** A series as the job pushes it. */
function seriesOf({ app }: Evidence, metric: MetricName, name: string, job: JobName): Labels {
  const own = definitionOf(metric).labels.map((label) => [label, 'any']);
  const bound = name.endsWith('_bucket') ? { le: '+Inf' } : {};
  return { __name__: name, job: GROUP_JOBS[job], app, ...Object.fromEntries(own), ...bound };
}

/** What is wrong with the labels by which panels and alerts tell its series apart. */
function labelFinding({ withoutLabel, labelAside }: Evidence, metric: MetricName): Finding | undefined {
  const labels = definitionOf(metric).labels.join(', ');
  if (withoutLabel.has(metric)) {
    return fail(
      metric,
      `is stored without a label of its own (${labels})`,
      'keep every label in the scrape of the gateway',
    );
  }
  return labelAside.has(metric)
    ? fail(
        metric,
        `a label of its own (${labels}) is stored as exported_…: its target has one of the same name`,
        'take that label from the target, or rename it there',
      )
    : undefined;
}

function from({ stock, app }: Evidence, name: string): string {
  const jobs = stock.filter((one) => one.name === name && one.app === app).map(({ job }) => job);
  return ` from ${[...new Set(jobs)].toSorted().join(', ')}`;
}

function logOf(jobs: readonly string[]): string {
  return `look at the log of the function ${jobs.join(' or ')}`;
}
