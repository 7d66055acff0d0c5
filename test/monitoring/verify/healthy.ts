import { THRESHOLDS } from '../../../monitoring/dashboard/variables';
import { externalMetrics } from '../../../monitoring/external-metrics';
import { isAlert } from '../../../monitoring/rules/definition';
import { alertsOf, ruleGroups } from '../../../monitoring/rules/groups';
import { prometheusYaml } from '../../../monitoring/rules/prometheus-config';
import { settings } from '../../../monitoring/settings';
import type { Evidence } from '../../../monitoring/verify/evidence';
import type { Finding, Section } from '../../../monitoring/verify/finding';
import type { LoadedRule, Prometheus } from '../../../monitoring/verify/prometheus';
import { scrapeConfigs } from '../../../monitoring/verify/relabel';
import { GROUP_JOBS } from '../../../src/jobs/job';
import { catalog, definitionOf, isMetric, RUN_METRICS } from '../../../src/metrics/catalog';

/** What is found of an installation where everything is there: tests take something away from it. */

const APP = 'reviewmaps-server';
export const groups = ruleGroups(settings);

const TARGETS = {
  django: '10.0.0.1:8000',
  pushgateway: '10.0.0.2:9091',
  prometheus: 'localhost:9090',
  alertmanager: '10.0.0.3:9093',
  rules: 'rules.yml',
};

export const CONFIGURATION = prometheusYaml(settings, TARGETS);

type Stock = Evidence['stock'][number];

function parts(name: string, type: string): readonly string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name];
}

function stock(name: string, job: string, app = APP): Stock {
  return { name, job, app, exportedJob: '', count: 2 };
}

const pushed: readonly Stock[] = Object.keys(catalog)
  .filter(isMetric)
  .flatMap((metric) =>
    definitionOf(metric).jobs.flatMap((job) =>
      parts(metric, definitionOf(metric).type).map((name) => stock(name, GROUP_JOBS[job])),
    ),
  );

const others: readonly Stock[] = Object.entries(externalMetrics).flatMap(([name, { type, source }]) => {
  if (source === 'prometheus') return [stock(name, 'prometheus', '')];
  return parts(name, type).map((part) =>
    source === 'pushgateway' ? stock(part, GROUP_JOBS.probe) : stock(part, 'django'),
  );
});

const records = groups.flatMap(({ rules }) =>
  rules.flatMap((rule) => (isAlert(rule) ? [] : [stock(rule.record, '')])),
);

function target(job: string, instance: string, app?: string): Evidence['targets'][number] {
  const labels = { job, instance, ...(app === undefined ? {} : { app }) };
  return { labels, scrapePool: job, scrapeInterval: '15s', health: 'up', lastError: '' };
}

export const loadedRules: readonly LoadedRule[] = [
  ...groups.flatMap((group) =>
    group.rules.flatMap((rule) =>
      isAlert(rule) ? [] : [loaded({ type: 'recording', name: rule.record, query: rule.expr.text })],
    ),
  ),
  ...alertsOf(groups).map(({ alert, expr, forSeconds, keepFiringSeconds, severity }) =>
    loaded({
      type: 'alerting',
      name: alert,
      query: expr.text,
      duration: forSeconds,
      keepFiringFor: keepFiringSeconds ?? 0,
      labels: { severity },
      annotations: { runbook_url: `http://10.0.0.4/runbooks/${alert}.md`, dashboard: 'http://10.0.0.5/d/x' },
      state: severity === 'none' ? 'firing' : 'inactive',
    }),
  ),
];

function loaded(rule: Pick<LoadedRule, 'type' | 'name' | 'query'> & Partial<LoadedRule>): LoadedRule {
  return {
    health: 'ok',
    lastError: '',
    state: '',
    duration: undefined,
    keepFiringFor: undefined,
    labels: {},
    annotations: {},
    firing: 0,
    ...rule,
  };
}

const job = { pushAge: 12, pushedAt: 1_000, refused: false, failures: [] };

export const healthy: Evidence = {
  app: APP,
  settings,
  targets: [
    target('pushgateway', TARGETS.pushgateway),
    target('django', TARGETS.django, APP),
    target('prometheus', TARGETS.prometheus),
  ],
  stock: [
    ...pushed,
    ...others,
    ...records,
    ...RUN_METRICS.flatMap((metric) =>
      parts(metric, definitionOf(metric).type).map((name) => stock(name, 'django')),
    ),
  ],
  runSeries: 0,
  jobs: { collect: job, probe: job, fold: job },
  rules: loadedRules,
  undelivered: 0,
  alertmanagers: ['http://10.0.0.3:9093/api/v2/alerts'],
  scrape: scrapeConfigs(CONFIGURATION),
  families: new Set([
    ...Object.keys(externalMetrics),
    ...RUN_METRICS.map((metric) => `${metric}_total`),
    ...RUN_METRICS,
  ]),
  gateway: undefined,
  mixedProcesses: false,
  withoutLabel: new Set(),
  labelAside: new Set(),
  latencyBounds: new Set([...THRESHOLDS, '+Inf']),
};

/** Before anything was pushed or counted: only the configuration can tell. */
export const silent: Evidence = { ...without(healthy, () => true), families: undefined };

/** The evidence without the series that are chosen. */
export function without(evidence: Evidence, gone: (series: Stock) => boolean): Evidence {
  return { ...evidence, stock: evidence.stock.filter((series) => !gone(series)) };
}

export function jobWith(
  evidence: Evidence,
  name: keyof Evidence['jobs'],
  state: Partial<Evidence['jobs']['fold']>,
): Evidence {
  return { ...evidence, jobs: { ...evidence.jobs, [name]: { ...evidence.jobs[name], ...state } } };
}

export function targetWith(job: string, change: object): Evidence {
  return {
    ...healthy,
    targets: healthy.targets.map((one) => (one.labels['job'] === job ? { ...one, ...change } : one)),
  };
}

/** A target of Django. */
export function djangoTarget(instance: string, app: string, health: string): Evidence['targets'][number] {
  const labels = { job: 'django', instance, app };
  return { labels, scrapePool: 'django', scrapeInterval: '15s', health, lastError: '' };
}

export function noTarget(job: string): Evidence {
  return { ...healthy, targets: healthy.targets.filter(({ labels }) => labels['job'] !== job) };
}

export function found({ findings }: Section, name: string): Finding {
  const finding = findings.find((one) => one.name === name);
  if (finding === undefined) throw new Error(`nothing was found of ${name}`);
  return finding;
}

/** Names of what is not as it should be, with what it is. */
export function unusual({ findings }: Section): readonly string[] {
  return findings.filter(({ status }) => status !== 'ok').map(({ name, status }) => `${status} ${name}`);
}

/** A Prometheus that gives every query one series, unless the test answers it. */
export function stubPrometheus(answer: (expr: string) => number[] | undefined = () => undefined): Prometheus {
  return {
    version: async () => '2.42.0',
    query: async (expr) => (answer(expr) ?? [1]).map((value) => ({ labels: {}, value })),
    rules: async () => loadedRules,
    targets: async () => healthy.targets,
    alertmanagers: async () => healthy.alertmanagers,
    configuration: async () => CONFIGURATION,
    families: async () => healthy.families,
    format: async (expr) => expr,
  };
}
