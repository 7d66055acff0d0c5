import type { MonitoringConfig } from '../../src/config/config';
import { annotationsOf } from './annotations';
import { type Alert, isAlert, type RecordingRule, type RuleGroup } from './definition';
import { span } from './promql';

/** Writes the rules as Prometheus reads them. Texts are JSON strings, which YAML reads as they are. */
export function rulesYaml(groups: readonly RuleGroup[], settings: MonitoringConfig): string {
  return [
    '# Made by "npm run generate" from monitoring/rules. Thresholds: reviewmaps.config.ts. Do not edit.',
    '# Needs Prometheus 2.42 or newer (keep_firing_for).',
    'groups:',
    ...groups.flatMap((group) => groupLines(group, settings)),
    '',
  ].join('\n');
}

const text = (value: string): string => JSON.stringify(value);

function groupLines({ name, intervalSeconds, rules }: RuleGroup, settings: MonitoringConfig): string[] {
  return [
    `  - name: ${name}`,
    ...(intervalSeconds === undefined ? [] : [`    interval: ${span(intervalSeconds)}`]),
    '    rules:',
    ...rules.flatMap((rule) => (isAlert(rule) ? alertLines(rule, settings) : recordLines(rule))),
  ];
}

function recordLines({ record, about, expr }: RecordingRule): string[] {
  return [`      # ${about}`, `      - record: ${record}`, ...expression(expr.text)];
}

function alertLines(alert: Alert, settings: MonitoringConfig): string[] {
  const { keepFiringSeconds } = alert;
  return [
    `      - alert: ${alert.alert}`,
    ...expression(alert.expr.text),
    `        for: ${span(alert.forSeconds)}`,
    ...(keepFiringSeconds === undefined ? [] : [`        keep_firing_for: ${span(keepFiringSeconds)}`]),
    '        labels:',
    `          severity: ${alert.severity}`,
    '        annotations:',
    ...Object.entries(annotationsOf(alert, settings)).map(
      ([key, value]) => `          ${key}: ${text(value)}`,
    ),
  ];
}

function expression(expr: string): string[] {
  const lines = expr.split('\n');
  return lines.length === 1 && !expr.includes('"')
    ? [`        expr: ${text(expr)}`]
    : ['        expr: |-', ...lines.map((line) => `          ${line}`)];
}
