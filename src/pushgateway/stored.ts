import type { RawGroup } from './group-scanner';
import { goNumber, isLabels, isObject } from './state';

/** Which group it is, and when it was pushed to. Times are seconds since 1970 by the gateway's clock. */
export interface GroupIdentity {
  readonly labels: Readonly<Record<string, string>>;
  /** The last push that was accepted; 0 if none was. */
  readonly pushedAt: number;
  /** The last push that was refused; 0 if none was. */
  readonly failedAt: number;
}

/** A family as the gateway's JSON has it; its series are not checked. */
export interface StoredFamily {
  /** COUNTER, GAUGE, HISTOGRAM, SUMMARY or UNTYPED. */
  readonly type: string;
  readonly metrics: readonly unknown[];
}

/** Undefined for what is no family. */
export function familyOf(text: string): StoredFamily | undefined {
  const parsed = parse(text);
  return isObject(parsed) && typeof parsed['type'] === 'string' && Array.isArray(parsed['metrics'])
    ? { type: parsed['type'], metrics: parsed['metrics'] }
    : undefined;
}

/**
 * The labels are read from the time stamp that the gateway adds to each group, since a pushed family that is called
 * `labels` hides the group's own member of that name. Undefined for a group without that stamp.
 */
export function identityOf({ members }: RawGroup): GroupIdentity | undefined {
  const pushed = stampOf(members.get('push_time_seconds'));
  if (pushed === undefined) return undefined;
  const own = parse(members.get('labels') ?? '');
  const { instance, ...labels } = pushed.labels;
  return {
    labels: isLabels(own)
      ? own
      : instance === undefined || instance === ''
        ? labels
        : { ...labels, instance },
    pushedAt: pushed.value,
    failedAt: stampOf(members.get('push_failure_time_seconds'))?.value ?? 0,
  };
}

interface Stamp {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

function stampOf(text: string | undefined): Stamp | undefined {
  const metric = text === undefined ? undefined : familyOf(text)?.metrics[0];
  if (!isObject(metric) || !isLabels(metric['labels'])) return undefined;
  const value = goNumber(metric['value']);
  return value === undefined ? undefined : { labels: metric['labels'], value };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
