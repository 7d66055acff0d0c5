import { groupOf } from '../jobs/job';
import type { JobName } from '../metrics/catalog';
import { inWords } from '../probes/duration';
import type { GatewayState, GroupingKey, StoredGroup } from '../pushgateway/gateway';
import { type Check, change, fail, ok, warn } from './check';

/** Seconds between two clocks from which times of both must not be compared any more. */
const LARGEST_SKEW = 30;
/** Seconds; jobs push every minute, so five are missing by then. */
export const OLDEST_PUSH = 300;

/** What a gateway that accepts connections and says nothing may be. */
export const GATEWAY_SILENT =
  'check PUSHGATEWAY_URL, and whether a proxy or firewall before the gateway swallows the request';

/** The gateway answers, accepts the credentials and shows its groups. The adapter's errors say what to do. */
export const gatewayCheck: Check = {
  name: 'gateway',
  whenSilent: GATEWAY_SILENT,
  run: async ({ config, gateway, clock, signal }) => {
    const before = clock.now() / 1_000;
    const { now, groups } = await gateway.read(signal);
    const after = clock.now() / 1_000;
    const found = `${config.gateway.url} shows ${groups.length} ${groups.length === 1 ? 'group' : 'groups'}`;
    // The gateway looked at its clock at some time in between, and gives whole seconds.
    const skew = Math.max(before - (now + 1), now - after, 0);
    return skew > LARGEST_SKEW
      ? warn(
          `${found}; its clock and this machine's are ${inWords(skew)} apart`,
          change('synchronise both with NTP: ages of pushes and AWS signatures depend on it'),
        )
      : ok(found);
  },
};

/** Whether a job pushes: none may have before the first deployment. */
export function groupCheck(job: JobName): Check {
  return {
    name: `group ${job}`,
    needs: ['gateway'],
    whenSilent: GATEWAY_SILENT,
    run: async ({ config, gateway, signal }) => {
      const key = groupOf(job, config.app);
      const state = await gateway.read(signal);
      const group = findGroup(state, key);
      if (group === undefined)
        return ok(`nothing pushed yet as app="${config.app}"; it comes with the first run`);
      if (group.pushedAt === 0) {
        return fail(
          'its pushes were refused, and none was ever accepted',
          change(`look at the log of the function ${job}`),
        );
      }
      const age = inWords(Math.max(0, state.now - group.pushedAt));
      if (!group.lastPushSuccessful) {
        return warn(
          `the last push was refused; the last that was accepted is ${age} old`,
          change(`look at the log of the function ${job}`),
        );
      }
      return state.now - group.pushedAt > OLDEST_PUSH
        ? warn(
            `the last push is ${age} old: the job is not running`,
            change(`look at the schedule and the log of the function ${job}, or run: npm run ${job}`),
          )
        : ok(`the last push is ${age} old`);
    },
  };
}

/** The stored group with exactly these labels. */
export function findGroup({ groups }: GatewayState, key: GroupingKey): StoredGroup | undefined {
  const wanted = Object.entries(key);
  return groups.find(
    ({ labels }) =>
      Object.keys(labels).length === wanted.length && wanted.every(([name, value]) => labels[name] === value),
  );
}
