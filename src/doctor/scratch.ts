import { PushError } from '../errors';
import { GROUP_JOBS } from '../jobs/job';
import { catalog, definitionOf, type MetricName } from '../metrics/catalog';
import { exposition } from '../metrics/exposition';
import { type Sample, sample } from '../metrics/sample';
import type { GatewayState, GroupingKey } from '../pushgateway/gateway';
import { describeKey, groupPath } from '../pushgateway/grouping';
import { type Check, type CheckContext, change, command, type Finding, fail, ok, shellWord } from './check';
import { findGroup, GATEWAY_SILENT } from './gateway';

/** No job of this project, and no scraper run, has this name. Always the same, so that nothing can pile up. */
const SCRATCH_JOB = 'reviewmaps-doctor';
/** Groups that hold these families with the catalog's types. */
const OWN_JOBS: ReadonlySet<string> = new Set([SCRATCH_JOB, ...Object.values(GROUP_JOBS)]);
/** Milliseconds for taking the scratch group away, also when the check itself is out of time. */
const REMOVAL_MS = 5_000;
/** How often, and with how many milliseconds between, to look whether the gateway did what it accepted. */
const LOOKS = 5;
const BETWEEN_LOOKS_MS = 200;

/** Pushes a group, looks at it, removes it: what a job needs, and that it ends where it can be seen. */
export const pushCheck: Check = {
  name: 'gateway push',
  needs: ['gateway'],
  whenSilent: GATEWAY_SILENT,
  run: async (context) => {
    const key = { job: SCRATCH_JOB, app: context.config.app };
    const build = sample('reviewmaps_build_info', { ...context.build }, 1);
    const look = () => eventually(context, (state) => findGroup(state, key) !== undefined);
    const shown = await withGroup(key, [build], context, look);
    if ('refused' in shown) return shown.refused;
    if (!shown.value) {
      return fail(
        'a push was accepted, but the gateway does not show it',
        change(
          "PUSHGATEWAY_URL must lead to one gateway: several behind one address lose each other's groups",
        ),
      );
    }
    const gone = await eventually(context, (state) => findGroup(state, key) === undefined);
    return gone
      ? ok('a scratch group was pushed, shown and removed')
      : fail(
          `the scratch group ${describeKey(key)} was not removed`,
          change('allow DELETE at the proxy before the gateway, and remove the group:'),
          removal(context.config.gateway.url, key),
        );
  },
};

/**
 * Every family of the catalog is accepted: the gateway refuses one that any other group holds with another type, and
 * with it the job's whole push. The values are 0, under an `app` that nobody looks at, for the moment between two calls.
 */
export const familiesCheck: Check = {
  name: 'gateway families',
  needs: ['gateway push'],
  whenSilent: GATEWAY_SILENT,
  run: async (context) => {
    const key = { job: SCRATCH_JOB, app: `${context.config.app}-doctor` };
    const pushed = await withGroup(key, METRICS.map(zero), context, async () => true);
    return 'refused' in pushed ? pushed.refused : ok(`all ${METRICS.length} metrics are accepted`);
  },
};

const METRICS = Object.keys(catalog).filter(isMetric);

function isMetric(name: string): name is MetricName {
  return Object.hasOwn(catalog, name);
}

function zero(metric: MetricName): Sample {
  const labels = Object.fromEntries(definitionOf(metric).labels.map((label) => [label, 'doctor']));
  const { type, buckets = [] } = definitionOf(metric);
  const value = type === 'histogram' ? { buckets: buckets.map(() => 0), sum: 0, count: 0 } : 0;
  return { metric, labels, value };
}

/** Names the refused families and the groups that hold them, as far as the gateway's state shows them. */
async function conflict(refusal: string, { config, gateway, signal }: CheckContext): Promise<Finding> {
  const refused = METRICS.filter((metric) => new RegExp(`(?<![\\w:])${metric}(?![\\w:])`).test(refusal));
  if (refused.length === 0)
    return fail(refusal, change('remove or correct the group that the gateway names'));
  const { groups } = await gateway.read(signal);
  const holders = groups
    .filter(({ families }) => refused.some((family) => Object.hasOwn(families, family)))
    .map(({ labels }): GroupingKey => ({ ...labels, job: labels['job'] ?? '' }))
    .filter(({ job }) => !OWN_JOBS.has(job));
  const what = `the gateway has ${refused.join(', ')} with another type, so every push of it is refused`;
  if (holders.length === 0) {
    return fail(
      `${what} (${refusal})`,
      change(`look for the group that holds it at ${config.gateway.url} and remove it`),
    );
  }
  return fail(
    `${what}; held by ${holders.map(describeKey).join(' and ')}`,
    change('let whoever pushes it rename it, then remove the group'),
    ...holders.map((key) => removal(config.gateway.url, key)),
  );
}

function removal(url: string, key: GroupingKey) {
  return command(`curl -X DELETE ${shellWord(`${url}${groupPath(key)}`)}`);
}

/**
 * Pushes the group, does the work and removes the group; whatever happens it is gone afterwards, as far as this side
 * can bring that about.
 * @returns what the work gave, or the finding when the gateway refuses the families.
 */
async function withGroup<T>(
  key: GroupingKey,
  samples: readonly Sample[],
  context: CheckContext,
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly refused: Finding }> {
  const { gateway, signal } = context;
  try {
    await gateway.push(key, await exposition(samples), signal);
    const value = await work();
    await gateway.remove(key, signal);
    return { value };
  } catch (thrown) {
    // The first failure is the one to report. A refused push leaves an empty group.
    await gateway.remove(key, AbortSignal.timeout(REMOVAL_MS)).catch(() => undefined);
    if (thrown instanceof PushError && thrown.status === 400) {
      return { refused: await conflict(thrown.message, context) };
    }
    throw thrown;
  }
}

/** The gateway answers a removal, and some pushes, before it has done them. */
async function eventually(
  { gateway, clock, signal }: CheckContext,
  holds: (state: GatewayState) => boolean,
): Promise<boolean> {
  for (let look = 1; ; look += 1) {
    if (holds(await gateway.read(signal))) return true;
    if (look === LOOKS) return false;
    await clock.sleep(BETWEEN_LOOKS_MS, signal);
  }
}
