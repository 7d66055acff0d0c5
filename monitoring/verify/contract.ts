import { findGroup } from '../../src/doctor/gateway';
import { GROUP_JOBS } from '../../src/jobs/job';
import { catalog, definitionOf, isMetric, type MetricName } from '../../src/metrics/catalog';
import { RIGHTLY_ABSENT } from './absence';
import { countOf, type Evidence, otherApps } from './evidence';
import { counted, empty, type Finding, fail, ok, type Section, skip } from './finding';
import { jobFinding } from './jobs';

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
  if (missing.length === 0)
    return ok(metric, `${counted(countOf(evidence, first), 'series')}${from(evidence, first)}`);
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
  const producers = jobs.filter((job) => evidence.settings.jobs.includes(job));
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
  const held = producers.filter((job) => {
    const group =
      evidence.gateway && findGroup(evidence.gateway, { job: GROUP_JOBS[job], app: evidence.app });
    return group !== undefined && Object.hasOwn(group.families, metric);
  });
  if (held.length > 0) {
    return fail(
      metric,
      'is at the gateway and not in Prometheus',
      'a metric_relabel_config drops or renames it; deploy/prometheus/prometheus.yml has what is needed',
    );
  }
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

function from({ stock, app }: Evidence, name: string): string {
  const jobs = stock.filter((one) => one.name === name && one.app === app).map(({ job }) => job);
  return ` from ${[...new Set(jobs)].toSorted().join(', ')}`;
}

function logOf(jobs: readonly string[]): string {
  return `look at the log of the function ${jobs.join(' or ')}`;
}
