import { findGroup } from '../../src/doctor/gateway';
import { GROUP_JOBS } from '../../src/jobs/job';
import type { JobName } from '../../src/metrics/catalog';
import { inWords } from '../../src/probes/duration';
import { SCRAPE_JOBS } from '../settings';
import { type Evidence, otherApps } from './evidence';
import { empty, type Finding, fail, ok, type Section, skip, warn } from './finding';
import { isUp } from './targets';

/** Seconds between the clocks of two servers from which ages say nothing. */
const LARGEST_SKEW = 30;

/** Whether each job runs and pushes: without that, what its metrics say is old or absent. */
export function jobSection(evidence: Evidence): Section {
  return {
    title: 'Jobs',
    findings: (['collect', 'probe', 'fold'] as const).map((job) => jobFinding(evidence, job)),
  };
}

export function jobFinding(evidence: Evidence, job: JobName): Finding {
  const { settings, jobs, app, gateway } = evidence;
  const { pushAge, refused, failures } = jobs[job];
  const log = `look at the log of the function ${job}, or run: STAGE=prod npm run doctor`;
  if (refused) {
    const before =
      pushAge === undefined ? 'none was accepted yet' : `the one before is ${inWords(pushAge)} old`;
    return fail(job, `the gateway refused its last push; ${before}`, log);
  }
  if (pushAge === undefined) return withoutPush(evidence, job);
  if (pushAge < -LARGEST_SKEW) {
    return fail(
      job,
      `its push is ${inWords(-pushAge)} in the future: the clocks of the gateway and of Prometheus differ`,
      'synchronise both with NTP; until then a job that dies is noticed that much later',
    );
  }
  const age = `last pushed ${inWords(Math.max(0, pushAge))} ago`;
  if (pushAge >= settings.staleAfterSeconds) {
    const group = gateway && findGroup(gateway, { job: GROUP_JOBS[job], app });
    const ownAge = group === undefined || gateway === undefined ? pushAge : gateway.now - group.pushedAt;
    if (ownAge < settings.staleAfterSeconds) {
      return fail(
        job,
        `${age} for Prometheus, and ${inWords(Math.max(0, ownAge))} ago at the gateway that was asked`,
        'does Prometheus scrape another gateway? If it is the same one, synchronise their clocks with NTP',
      );
    }
    return fail(job, `${age}: it does not run, or cannot push`, 'see docs/runbooks/ReviewMapsJobStale.md');
  }
  const others = failures.filter((failure) => failure !== 'a part of the run');
  return failures.length === 0
    ? ok(job, `${age} as app="${app}"`)
    : warn(
        job,
        `${age}, but its run failed in part${others.length === 0 ? '' : `: ${others.join(', ')}`}`,
        log,
      );
}

function withoutPush(evidence: Evidence, job: JobName): Finding {
  const { settings, stock, app, gateway } = evidence;
  const group = GROUP_JOBS[job];
  if (!settings.jobs.includes(job)) {
    return empty(job, 'is not deployed (monitoring.jobs in reviewmaps.config.ts)');
  }
  if (!isUp(evidence, SCRAPE_JOBS.pushgateway))
    return skip(job, 'needs: the Pushgateway as a target that is up');
  if (stock.some(({ exportedJob }) => exportedJob === group)) return skip(job, 'needs: honor_labels');
  const apps = otherApps(evidence, 'push_time_seconds', group);
  if (apps.length > 0) {
    return fail(
      job,
      `has never pushed as app="${app}", only as "${apps.join('", "')}"`,
      'set STAGE of the function, or give --app',
    );
  }
  if (gateway !== undefined && findGroup(gateway, { job: group, app }) !== undefined) {
    return fail(
      job,
      'its group is at the gateway and not in Prometheus',
      'scrape this gateway, and keep its series; deploy/prometheus/prometheus.yml shows how',
    );
  }
  return fail(
    job,
    `has never pushed as app="${app}"`,
    `deploy it, or run it once with the STAGE of this app: STAGE=prod npm run ${job}`,
  );
}
