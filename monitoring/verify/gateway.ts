import * as v from 'valibot';
import type { MonitoringConfig } from '../../src/config/config';
import { findGroup } from '../../src/doctor/gateway';
import { GROUP_JOBS } from '../../src/jobs/job';
import type { JobName } from '../../src/metrics/catalog';
import { inWords } from '../../src/probes/duration';
import type { GatewayState } from '../../src/pushgateway/gateway';
import { counted, empty, type Finding, fail, ok, type Section, warn } from './finding';
import { AnswerError, askJson, type Service } from './http';

const STATUS = v.object({
  data: v.object({
    build_information: v.optional(v.object({ version: v.optional(v.string(), '') }), {}),
    flags: v.optional(v.record(v.string(), v.string()), {}),
  }),
});

interface Deployment {
  /** Value of the label `app`. */
  readonly app: string;
  readonly settings: MonitoringConfig;
}

/** The gateway itself, when its address was given: what it keeps over a restart, and what waits there. */
export async function gatewaySection(
  service: Service,
  state: GatewayState | { readonly problem: string },
  deployment: Deployment,
  signal: AbortSignal,
): Promise<Section> {
  const title = `Pushgateway at ${service.url}`;
  if ('problem' in state) return { title, findings: [fail('gateway', state.problem)] };
  const jobs = (['collect', 'probe', 'fold'] as const).filter((job) =>
    deployment.settings.jobs.includes(job),
  );
  return {
    title,
    findings: [
      ...(await statusFindings(service, signal)),
      ...jobs.map((job) => group(job, state, deployment)),
      runs(state, deployment),
    ],
  };
}

async function statusFindings(service: Service, signal: AbortSignal): Promise<readonly Finding[]> {
  const name = 'persistence';
  try {
    const { data } = v.parse(STATUS, await askJson(service, { path: '/api/v1/status' }, signal));
    const version = ok('version', data.build_information.version || 'not told');
    const file = data.flags['persistence.file'];
    if (file === undefined) return [version, empty(name, 'the gateway does not say')];
    return [
      version,
      file === ''
        ? warn(
            name,
            'none: a restart loses what scraper runs pushed since the last fold, and every job until its next run',
            'start it with --persistence.file',
          )
        : ok(name, 'keeps what was pushed over a restart'),
    ];
  } catch (thrown) {
    if (!(thrown instanceof AnswerError) && !(thrown instanceof v.ValiError)) throw thrown;
    return [empty(name, 'the gateway does not say')];
  }
}

function group(job: JobName, state: GatewayState, { app, settings }: Deployment): Finding {
  const name = `group ${GROUP_JOBS[job]}`;
  const found = findGroup(state, { job: GROUP_JOBS[job], app });
  if (found === undefined || found.pushedAt === 0) {
    return fail(name, `nothing was pushed as app="${app}"`, `look at the log of the function ${job}`);
  }
  const age = Math.max(0, state.now - found.pushedAt);
  if (!found.lastPushSuccessful) {
    return fail(name, `the last push was refused`, 'see docs/runbooks/ReviewMapsPushRejected.md');
  }
  return age < settings.staleAfterSeconds
    ? ok(name, `pushed ${inWords(age)} ago`)
    : fail(name, `pushed ${inWords(age)} ago`, 'see docs/runbooks/ReviewMapsJobStale.md');
}

function runs({ groups }: GatewayState, { app }: Deployment): Finding {
  const name = 'scraper runs';
  const waiting = groups.filter(({ labels }) => (labels['run'] ?? '') !== '');
  const own = waiting.filter(({ labels }) => [app, undefined, ''].includes(labels['app']));
  return waiting.length === 0
    ? ok(name, 'none waits')
    : ok(
        name,
        `${counted(waiting.length, 'group')} at work or waiting for fold, ${own.length} of this app or of none`,
      );
}
