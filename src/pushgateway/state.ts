import { PushError } from '../errors';
import type { GatewayState, GroupFilter, StoredGroup, StoredSeries } from './gateway';
import { GroupScanner } from './group-scanner';

type Json = Readonly<Record<string, unknown>>;

/** Types of families whose series are one value each. */
const VALUE_TYPES: readonly unknown[] = ['COUNTER', 'GAUGE', 'UNTYPED'];

function wrongShape(what: string, cause?: unknown): PushError {
  return new PushError(
    `the answer of /api/v1/metrics is not what a Pushgateway gives: ${what}; check PUSHGATEWAY_URL`,
    cause === undefined ? {} : { cause },
  );
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isLabels(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && Object.values(value).every((label) => typeof label === 'string');
}

/** A number as Go prints it: decimal or with an exponent, `NaN`, `+Inf`, `-Inf`. Undefined for anything else. */
export function goNumber(text: unknown): number | undefined {
  if (text === 'NaN') return Number.NaN;
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  if (typeof text !== 'string' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  return Number(text);
}

function isFamily(value: unknown): value is Json & { readonly metrics: readonly unknown[] } {
  return isObject(value) && typeof value['type'] === 'string' && Array.isArray(value['metrics']);
}

function series(family: string, metric: unknown): StoredSeries {
  const value = isObject(metric) ? goNumber(metric['value']) : undefined;
  if (!isObject(metric) || !isLabels(metric['labels']) || value === undefined) {
    throw wrongShape(`a series of the family ${family} has no labels or no value`);
  }
  return { labels: metric['labels'], value };
}

function familiesOf(group: Json): StoredGroup['families'] {
  return Object.fromEntries(
    Object.entries(group).flatMap(([name, family]) =>
      isFamily(family) && VALUE_TYPES.includes(family['type'])
        ? [[name, family.metrics.map((metric) => series(name, metric))]]
        : [],
    ),
  );
}

/** Every series carries the group's labels; `instance=""` is what the gateway adds to a group without one. */
function labelsOfSeries(stamp: StoredSeries): Readonly<Record<string, string>> {
  const { instance, ...others } = stamp.labels;
  return instance === undefined || instance === '' ? others : { ...others, instance };
}

function group(value: unknown): StoredGroup {
  if (!isObject(value)) throw wrongShape('a group is not an object');
  const families = familiesOf(value);
  const pushed = families['push_time_seconds']?.[0];
  if (pushed === undefined) throw wrongShape('a group has no push_time_seconds');
  // A family may be called `labels` or `last_push_successful`: it then hides the group's own field of that
  // name, and one pusher must not make all groups unreadable. Both can be told from the group's two stamps.
  const labels = isLabels(value['labels']) ? value['labels'] : labelsOfSeries(pushed);
  const failedAt = families['push_failure_time_seconds']?.[0]?.value ?? 0;
  const flag = value['last_push_successful'];
  return {
    labels,
    pushedAt: pushed.value,
    lastPushSuccessful: typeof flag === 'boolean' ? flag : pushed.value >= failedAt,
    families,
  };
}

/** Seconds since 1970. @param date the answer's Date header, which is the gateway's clock to the second. @throws PushError */
export function clockOf(date: string | undefined): number {
  const now = Date.parse(date ?? '') / 1_000;
  if (!Number.isFinite(now)) throw wrongShape('it has no Date header that can be read');
  return now;
}

/** Collects the wanted groups of an answer of `GET /api/v1/metrics`; the others cost no memory. */
export class StateReader {
  private readonly groups: StoredGroup[] = [];
  private readonly scanner: GroupScanner;

  /** @param largestGroup bytes; of a larger group only its labels and times are read. */
  constructor(wanted: GroupFilter, largestGroup: number) {
    this.scanner = new GroupScanner({
      largestGroup,
      onGroup: ({ members }) => {
        const found = group(Object.fromEntries([...members].map(([name, text]) => [name, parsed(text)])));
        if (wanted(found.labels)) this.groups.push(found);
      },
    });
  }

  /** @throws PushError when the bytes are no such answer. */
  push(chunk: Buffer): void {
    this.scanner.push(chunk);
  }

  /** @param date the answer's Date header. @throws PushError */
  end(date: string | undefined): GatewayState {
    this.scanner.end();
    return { now: clockOf(date), groups: this.groups };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw wrongShape('a group is not JSON', thrown);
  }
}
