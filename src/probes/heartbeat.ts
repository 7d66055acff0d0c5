import type { HeartbeatProbeConfig } from '../config/config';
import { PushError } from '../errors';
import type { GatewayState, StoredGroup } from '../pushgateway/gateway';
import { inWords } from './duration';
import { down, type Probe, type ProbeOutcome } from './probe';

/** How far a pusher's clock may be ahead of the gateway's. A time beyond it (milliseconds, say) would look fresh for ever. */
const CLOCK_SKEW_SECONDS = 300;

/**
 * Up when a Pushgateway group was pushed, or a time that it holds was, within the limit by the gateway's
 * clock. Of several matching groups or series the newest counts.
 */
export function heartbeatProbe(config: HeartbeatProbeConfig): Probe {
  return async ({ clock, gateway, signal }) => {
    const started = clock.elapsed();
    try {
      const wanted = wantedLabels(config);
      return judge(config, await gateway.read(signal, (labels) => matches(labels, wanted)));
    } catch (thrown) {
      if (signal.aborted) {
        const seconds = (clock.elapsed() - started) / 1000;
        return down('timeout', `the Pushgateway did not answer within ${inWords(seconds)}`, thrown);
      }
      if (!(thrown instanceof PushError)) throw thrown;
      return down('gateway', `the Pushgateway could not be read: ${thrown.message}`, thrown);
    }
  };
}

function judge(config: HeartbeatProbeConfig, { groups, now }: GatewayState): ProbeOutcome {
  const { metric, maxAgeSeconds } = config;
  const wanted = wantedLabels(config);
  const group = `{${Object.entries(wanted)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .sort()
    .join(', ')}}`;
  const matching = groups.filter((stored) => matches(stored.labels, wanted));
  if (matching.length === 0) return down('missing', `the Pushgateway has no group ${group}`);

  // 0 is how the gateway says "never accepted" and what a gauge holds that nobody set.
  const times = matching.flatMap((stored) => timesOf(stored, metric)).filter((time) => time > 0);
  const newest = Math.max(...times.filter((time) => time <= now + CLOCK_SKEW_SECONDS));
  const subject = metric === undefined ? `the last push of group ${group}` : `${metric} of group ${group}`;
  if (newest === Number.NEGATIVE_INFINITY) {
    if (times.length > 0) {
      return down('missing', `${subject} lies in the future, expected seconds since 1970`);
    }
    return down(
      'missing',
      metric === undefined ? `no push of group ${group} was ever accepted` : `${subject} has no value`,
    );
  }
  if (now - newest <= maxAgeSeconds) return { up: true };
  const refused = matching.every((stored) => !stored.lastPushSuccessful) ? '; later pushes were refused' : '';
  return down(
    'stale',
    `${subject} is ${inWords(now - newest)} old, expected at most ${inWords(maxAgeSeconds)}${refused}`,
  );
}

type Labels = Readonly<Record<string, string>>;

function wantedLabels({ labels, job }: HeartbeatProbeConfig): Labels {
  return { ...labels, job };
}

/** An empty value matches a label that is not there, as in Prometheus. */
function matches(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([name, value]) => (labels[name] ?? '') === value);
}

function timesOf(group: StoredGroup, metric: string | undefined): readonly number[] {
  if (metric === undefined) return [group.pushedAt];
  return (group.families[metric] ?? []).map((series) => series.value);
}
