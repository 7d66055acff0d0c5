import type { Expression } from './promql';

/** A series that Prometheus computes in advance because several panels or alerts share it. */
export interface RecordingRule {
  readonly record: `reviewmaps:${string}`;
  readonly about: string;
  readonly expr: Expression;
  /** Labels of the result. */
  readonly labels: readonly string[];
}

/** critical calls someone at once, warning is read in working hours, none is no trouble at all (the watchdog). */
type Severity = 'critical' | 'warning' | 'none';

export interface Alert {
  readonly alert: `ReviewMaps${string}`;
  readonly severity: Severity;
  readonly expr: Expression;
  /** Seconds that the expression must hold. 0 where its window is the time that it must hold. */
  readonly forSeconds: number;
  /** Seconds that it goes on after the expression last held: for events that are over in a moment. */
  readonly keepFiringSeconds?: number;
  /** Labels of the result, which the texts may name. */
  readonly labels: readonly string[];
  /** Template texts: what is in `{{ … }}` is filled in by Prometheus. */
  readonly en: AlertText;
  readonly ko: AlertText;
  readonly runbook: {
    /** What to ask Prometheus to confirm it. */
    readonly queries: readonly Expression[];
    readonly en: RunbookText;
    readonly ko: RunbookText;
  };
}

interface AlertText {
  readonly summary: string;
  /** Says the value and the limit. */
  readonly description: string;
}

/** The page of an alert in one language, Markdown. */
export interface RunbookText {
  readonly means: string;
  /** Besides the queries. */
  readonly confirm: readonly string[];
  readonly act: readonly string[];
}

export interface RuleGroup {
  readonly name: `reviewmaps-${string}`;
  /** Seconds between evaluations, where Prometheus's own interval is needlessly short. */
  readonly intervalSeconds?: number;
  readonly rules: readonly (RecordingRule | Alert)[];
}

export function isAlert(rule: RecordingRule | Alert): rule is Alert {
  return 'alert' in rule;
}
