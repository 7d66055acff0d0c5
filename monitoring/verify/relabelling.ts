import { GROUP_JOBS } from '../../src/jobs/job';
import { definitionOf } from '../../src/metrics/catalog';
import { SCRAPE_JOBS } from '../settings';
import { declares } from './django';
import { countOf, type Evidence } from './evidence';
import { empty, type Finding, fail, ok, type Section, type Status, skip } from './finding';
import { type Labels, relabelled, type ScrapeConfig } from './relabel';
import { scrapesOf } from './scraping';
import { isUp } from './targets';

/** Counters whose name in the contract lacks the _total that the Python client puts behind every counter. */
const RENAMED = ['reviewmaps_naver_api_rate_limit_hits', 'reviewmaps_cleanup_deleted_rows'] as const;

/** After a change of the configuration the series of before are found for five more minutes. */
const FOR_A_WHILE = '(after a change, what was stored before shows for 5 minutes more)';
const SHOWN_IN = 'deploy/prometheus/prometheus.yml has it';

/**
 * What the scrapes must do to labels and names. What is stored is the proof; where it says nothing yet, the
 * configuration that Prometheus runs with is tried on a series.
 */
export function relabellingSection(evidence: Evidence): Section {
  return {
    title: 'Relabelling',
    findings: [
      honorLabels(evidence),
      runsDropped(evidence),
      ...RENAMED.map((name) => renamed(evidence, name)),
      appOfDjango(evidence),
    ],
  };
}

function honorLabels(evidence: Evidence): Finding {
  const name = 'honor_labels';
  const pushers: readonly string[] = Object.values(GROUP_JOBS);
  const fix = `set honor_labels: true for the job "${SCRAPE_JOBS.pushgateway}"; ${SHOWN_IN}`;
  if (evidence.stock.some(({ exportedJob }) => pushers.includes(exportedJob))) {
    return fail(name, `the pushed label job is stored as exported_job ${FOR_A_WHILE}`, fix);
  }
  if (evidence.stock.some(({ job }) => pushers.includes(job))) return ok(name, 'pushed labels are kept');
  return byConfiguration(evidence, SCRAPE_JOBS.pushgateway, name, ({ honor_labels }) =>
    honor_labels ? ok(name, 'configured; nothing is pushed yet') : fail(name, 'is not configured', fix),
  );
}

function runsDropped(evidence: Evidence): Finding {
  const name = 'run dropped';
  const fix = `drop series with the label run from the job "${SCRAPE_JOBS.pushgateway}": fold has them in its totals; ${SHOWN_IN}`;
  if (evidence.runSeries > 0) {
    return fail(name, `${evidence.runSeries} series of single scraper runs are stored ${FOR_A_WHILE}`, fix);
  }
  const waiting = (evidence.gateway?.groups ?? []).filter(
    ({ labels }) => (labels['run'] ?? '') !== '',
  ).length;
  const none = `groups of runs wait at the gateway (${waiting}), and none is stored`;
  // The configuration comes first: who only removes the label stores the runs without it.
  const configured = byConfiguration(evidence, SCRAPE_JOBS.pushgateway, name, (config, target) => {
    const run = {
      ...target,
      __name__: 'reviewmaps_enrichment_total',
      job: 'scraper',
      run: 'a1b2',
      scraper: 'any',
    };
    return relabelled(run, config) === undefined
      ? ok(name, waiting > 0 ? none : 'configured; no run is waiting now')
      : fail(name, 'is not configured', fix);
  });
  return configured.status === 'empty' && waiting > 0 && isUp(evidence, SCRAPE_JOBS.pushgateway)
    ? ok(name, none)
    : configured;
}

function renamed(evidence: Evidence, metric: (typeof RENAMED)[number]): Finding {
  const name = `rename ${metric}`;
  const fix = `rename ${metric}_total in the metric_relabel_configs of the job "${SCRAPE_JOBS.django}"; ${SHOWN_IN}`;
  const { stock, app } = evidence;
  if (stock.some((one) => one.name === `${metric}_total` && [app, ''].includes(one.app))) {
    return fail(name, `is stored as ${metric}_total, which no rule or panel reads ${FOR_A_WHILE}`, fix);
  }
  if (countOf(evidence, metric, SCRAPE_JOBS.django) > 0) return ok(name, "Django's has the contract's name");
  const configured = byConfiguration(evidence, SCRAPE_JOBS.django, name, (config, target) => {
    const scraped = { ...target, __name__: `${metric}_total` };
    return relabelled(scraped, config)?.['__name__'] === metric
      ? ok(name, 'configured; Django counted none yet')
      : fail(name, 'is not configured', fix);
  });
  // A counter without labels is 0 from the start, whatever it is stored as.
  const shown = definitionOf(metric).labels.length === 0;
  const declared = evidence.families !== undefined && declares(evidence.families, metric);
  return shown && declared && ['ok', 'empty'].includes(configured.status)
    ? fail(name, 'Django has it, and Prometheus has it under no name that is read', fix)
    : configured;
}

function appOfDjango({ targets, app }: Evidence): Finding {
  const name = 'app of Django';
  const apps = targets
    .filter(({ labels }) => labels['job'] === SCRAPE_JOBS.django)
    .map(({ labels }) => labels['app'] ?? '');
  if (apps.length === 0) return skip(name, `needs: a target with job="${SCRAPE_JOBS.django}"`);
  const fix = `give Django's targets the label app: "${app}" (labels or relabel_configs; ${SHOWN_IN})`;
  if (!apps.includes(app)) {
    const others = [...new Set(apps.filter((one) => one !== ''))];
    return others.length === 0
      ? fail(name, 'its targets have no label app, by which everything selects', fix)
      : fail(
          name,
          `its targets have app="${others.join('", "')}", none has "${app}"`,
          `${fix}, or give --app`,
        );
  }
  return apps.includes('')
    ? fail(name, 'some of its targets have no label app', fix)
    : ok(name, `scraped as app="${app}"`);
}

/** What the configurations of the job's targets would do, where they can be read; what is wrong in one is wrong. */
function byConfiguration(
  evidence: Evidence,
  job: string,
  name: string,
  judge: (config: ScrapeConfig, target: Labels) => Finding,
): Finding {
  const findings = scrapesOf(evidence, job).map(({ config, target }): Finding => {
    const unknown = empty(name, 'cannot be seen yet: nothing is stored that shows it');
    if (config === undefined) return unknown;
    try {
      return judge(config, target);
    } catch {
      // A pattern that only RE2 knows.
      return unknown;
    }
  });
  const [worst] = findings.toSorted(
    (one, other) => WORST_FIRST.indexOf(one.status) - WORST_FIRST.indexOf(other.status),
  );
  return worst ?? skip(name, `needs: a target with job="${job}"`);
}

const WORST_FIRST: readonly Status[] = ['fail', 'empty', 'warn', 'ok'];
