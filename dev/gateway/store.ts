import { inconsistencies, OWN_FAMILIES } from './consistency';
import { type Family, type Metric, seriesKey } from './exposition';

/** A stored group, as the real gateway keeps it. Times are seconds since 1970. */
export interface Group {
  readonly labels: Readonly<Record<string, string>>;
  readonly pushedAt: number;
  readonly failedAt: number;
  /** By name; without the two stamps. */
  readonly families: ReadonlyMap<string, Family>;
}

const STAMPS = {
  push_time_seconds: 'Last Unix time when changing this group in the Pushgateway succeeded.',
  push_failure_time_seconds: 'Last Unix time when changing this group in the Pushgateway failed.',
} as const;

function gauge(name: string, help: string, labels: Readonly<Record<string, string>>, value: number): Family {
  const metric: Metric = { labels, value, sum: 0, count: 0, parts: new Map(), hasTimestamp: false };
  return { name, type: 'gauge', help, metrics: [metric] };
}

/** Grouping labels win over a series' own, and a series without an instance gets an empty one. */
function stamped(grouping: Readonly<Record<string, string>>, family: Family): Family {
  const metrics = family.metrics.map((metric) => ({
    ...metric,
    labels: { instance: '', ...metric.labels, ...grouping },
  }));
  return { ...family, metrics };
}

/** Everything that a group exposes: what was pushed, and when. A pushed family with a stamp's name is replaced. */
export function familiesOf(group: Group): readonly Family[] {
  const labels = { instance: '', ...group.labels };
  const pushed = [...group.families.values()].filter(({ name }) => !Object.hasOwn(STAMPS, name));
  return [
    ...pushed,
    gauge('push_time_seconds', STAMPS.push_time_seconds, labels, group.pushedAt),
    gauge('push_failure_time_seconds', STAMPS.push_failure_time_seconds, labels, group.failedAt),
  ];
}

/** The gateway's own series. */
function ownFamilies(startedAt: number): readonly Family[] {
  return [
    gauge(
      'process_start_time_seconds',
      'Start time of the process since unix epoch in seconds.',
      {},
      startedAt,
    ),
    gauge('pushgateway_build_info', 'Says which gateway this is.', { version: 'embedded' }, 1),
  ];
}

export class GroupStore {
  private readonly groups = new Map<string, Group>();
  private readonly startedAt: number;

  /** @param now seconds since 1970 */
  constructor(private readonly now: () => number) {
    this.startedAt = now();
  }

  /**
   * Stores a push. PUT (`replace`) drops what the group had; POST replaces the families that are in the push.
   * @returns what is inconsistent; then nothing was changed but the time of the last failure
   */
  push(
    labels: Readonly<Record<string, string>>,
    pushed: readonly Family[],
    mode: 'replace' | 'merge',
  ): readonly string[] {
    const key = seriesKey(labels);
    const known = this.groups.get(key) ?? { labels, pushedAt: 0, failedAt: 0, families: new Map() };
    const families = new Map(mode === 'merge' ? known.families : []);
    for (const family of pushed) families.set(family.name, stamped(labels, family));
    const candidate: Group = { ...known, families, pushedAt: this.now() };

    const others = [...this.groups].filter(([other]) => other !== key).map(([, group]) => group);
    const problems = pushed.some(({ metrics }) => metrics.some(({ hasTimestamp }) => hasTimestamp))
      ? ['pushed metrics must not have timestamps']
      : inconsistencies([...others, candidate].flatMap(familiesOf), OWN_FAMILIES);
    this.groups.set(key, problems.length === 0 ? candidate : { ...known, failedAt: this.now() });
    return problems;
  }

  delete(labels: Readonly<Record<string, string>>): void {
    this.groups.delete(seriesKey(labels));
  }

  list(): readonly Group[] {
    return [...this.groups.values()];
  }

  /** Every family of the gateway and of all groups, by name; each name once. */
  gather(): readonly Family[] {
    const merged = new Map<string, Family>();
    for (const family of [...ownFamilies(this.startedAt), ...this.list().flatMap(familiesOf)]) {
      const known = merged.get(family.name);
      merged.set(
        family.name,
        known === undefined ? family : { ...known, metrics: [...known.metrics, ...family.metrics] },
      );
    }
    return [...merged.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
