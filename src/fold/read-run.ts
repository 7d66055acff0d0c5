import { createHash } from 'node:crypto';
import { definitionOf, isMetric, RUN_COMPLETED, RUN_STARTED, type RunMetric } from '../metrics/catalog';
import { seriesId } from '../metrics/sample';
import type { GroupingKey } from '../pushgateway/gateway';
import type { RawGroup } from '../pushgateway/group-scanner';
import { goNumber, isObject } from '../pushgateway/state';
import { familyOf, type GroupIdentity, identityOf, type StoredFamily } from '../pushgateway/stored';
import type { GroupReason, RunPush, RunSeries, SeriesReason } from './run-push';
import { contractName, type GroupLabels, readSeries } from './series';

/** Which groups are runs of this app, and which tables they may report deleted rows of. */
export interface RunRules {
  /** The group's label `job`. */
  readonly job: string;
  readonly app: string;
  /** The app that a run without the label `app` belongs to. */
  readonly defaultApp: string;
  /** `table_name` of the tables whose deleted rows are reported by runs. */
  readonly cleanupTables: readonly string[];
}

/** Members of a group that the gateway adds. */
const STAMPS = new Set(['labels', 'last_push_successful', 'push_time_seconds', 'push_failure_time_seconds']);
/** Letters of a scraper's name, which becomes a label, and of a metric's name in the log. */
const LONGEST_NAME = 100;
/** As JSON. */
const BYTES_OF_A_NUMBER = 8;
/** Bytes of a run's id; with the labels of a series they stay below what the ledger's index takes. */
const LONGEST_ID = 200;

/** What a group says if it is a run of this app; undefined for every other group. */
export function readRun(group: RawGroup, rules: RunRules): RunPush | undefined {
  const identity = identityOf(group);
  const { job, run, app = rules.defaultApp, scraper = '' } = identity?.labels ?? {};
  if (identity === undefined || job !== rules.job || run === undefined || run === '' || app !== rules.app)
    return undefined;
  const reading = new Reading(identity.labels, rules);
  if (!group.oversized)
    for (const [name, text] of group.members) if (!STAMPS.has(name)) reading.add(name, familyOf(text));
  return {
    key: keyOf(job, identity.labels),
    run: runId(identity.labels),
    scraper: cleaned(scraper) || 'unknown',
    started: reading.started,
    pushed: pushTime(identity),
    accepted: identity.pushedAt > 0,
    refused: refusedTime(identity),
    completed: reading.completed,
    series: [...reading.series.values()],
    bytes: reading.bytes,
    rejected: reading.rejected,
    examples: reading.examples,
    removed: group.oversized ? 'oversized' : reading.removed,
  };
}

export function keyOf(job: string, labels: Readonly<Record<string, string>>): GroupingKey {
  return { ...labels, job };
}

/** The gateway sets the time of a push that it accepts; only a group that never had one is told by its failures. */
export function pushTime({ pushedAt, failedAt }: GroupIdentity): number {
  return pushedAt > 0 ? pushedAt : failedAt;
}

/** A run may push a time of failure itself, so what is no time is none. */
function refusedTime({ pushedAt, failedAt }: GroupIdentity): number | null {
  return Number.isFinite(failedAt) && failedAt > pushedAt ? failedAt : null;
}

/**
 * All grouping labels together name a run: two scrapers may use the same id. What the ledger's index cannot hold is
 * hashed.
 */
function runId(group: GroupLabels): string {
  const labels = Object.entries(group).filter(([name]) => name !== 'job');
  const id = JSON.stringify(Object.fromEntries(labels.sort(([a], [b]) => (a < b ? -1 : 1))));
  const plain = Buffer.byteLength(id) <= LONGEST_ID && !id.includes('\\u0000');
  return plain ? id : createHash('sha256').update(id).digest('hex');
}

/** What PostgreSQL can keep of a name that somebody pushed. */
function cleaned(name: string): string {
  return name.replaceAll('\0', '').slice(0, LONGEST_NAME).toWellFormed();
}

/** Goes through the families of one group; what it cannot use is counted by reason and costs nothing else. */
class Reading {
  readonly series = new Map<string, RunSeries>();
  readonly rejected: Partial<Record<SeriesReason, number>> = {};
  readonly examples: Partial<Record<SeriesReason, string>> = {};
  /** Bytes that the series take, about. */
  bytes = 0;
  started = 0;
  completed: 0 | 1 | null = null;
  removed: GroupReason | null = null;

  constructor(
    private readonly group: GroupLabels,
    private readonly rules: RunRules,
  ) {}

  add(name: string, family: StoredFamily | undefined): void {
    // Python's client adds the time at which each series was made.
    if (family === undefined || name.endsWith('_created')) return;
    const isMark = name === RUN_STARTED || name === RUN_COMPLETED;
    const metric = contractName(name);
    const expected = isMark ? 'GAUGE' : typeOf(metric ?? name);
    if (isMark && family.type === expected) this.addMark(name, family);
    else if (metric !== undefined && family.type === expected) this.addFamily(metric, family);
    else {
      const histogram = /^(.*)_(?:bucket|sum|count)$/.exec(name)?.[1] ?? '';
      const clashes =
        ((isMark || isMetric(name)) && family.type !== expected) ||
        (isMetric(histogram) && definitionOf(histogram).type === 'histogram');
      // A family that this project or its runs push, with another type: the gateway now refuses every push of it.
      if (clashes) this.removed = 'poison';
      const reason = clashes || metric !== undefined ? 'wrong_type' : 'unknown_metric';
      this.reject(reason, name, family.metrics.length);
    }
  }

  private addMark(name: string, { metrics }: StoredFamily): void {
    const [stored] = metrics;
    const value = isObject(stored) ? goNumber(stored['value']) : undefined;
    if (name === RUN_STARTED && value !== undefined && Number.isFinite(value) && value >= 0)
      this.started = value;
    else if (name === RUN_COMPLETED && (value === 0 || value === 1)) this.completed = value;
    else this.reject('bad_value', name, 1);
  }

  private addFamily(metric: RunMetric, { metrics }: StoredFamily): void {
    for (const stored of metrics) {
      const read = readSeries(metric, stored, this.group);
      const reason = typeof read === 'string' ? read : this.objectionTo(read);
      if (reason !== undefined) this.reject(reason, metric, 1);
      else if (typeof read !== 'string') this.keep(read);
    }
  }

  private keep(read: RunSeries): void {
    const id = seriesId(read);
    this.series.set(id, read);
    this.bytes += Buffer.byteLength(id) + BYTES_OF_A_NUMBER * read.values.length;
  }

  private objectionTo(read: RunSeries): SeriesReason | undefined {
    const table = read.labels['table_name'];
    if (table !== undefined && !this.rules.cleanupTables.includes(table)) return 'other_source';
    return this.series.has(seriesId(read)) ? 'duplicate' : undefined;
  }

  private reject(reason: SeriesReason, family: string, count: number): void {
    this.rejected[reason] = (this.rejected[reason] ?? 0) + count;
    this.examples[reason] ??= family.slice(0, LONGEST_NAME);
  }
}

/** A family's type as the gateway writes it; undefined for what is not in the catalog. */
function typeOf(name: string): string | undefined {
  return isMetric(name) ? definitionOf(name).type.toUpperCase() : undefined;
}
