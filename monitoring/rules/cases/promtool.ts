import type { MonitoringConfig } from '../../../src/config/config';
import { annotationsOf } from '../annotations';
import type { Alert } from '../definition';
import { span } from '../promql';
import type { AlertCase, Firing } from './case';

/**
 * What `promtool test rules` reads, as JSON, which is YAML too: the cases of one alert that have the same time between
 * values.
 * @param rules path of the rule file.
 * @param groups names of its groups, in the order in which they are evaluated.
 */
export function promtoolTests(
  rules: string,
  groups: readonly string[],
  alert: Alert,
  alertCases: readonly AlertCase[],
  settings: MonitoringConfig,
): string {
  const every = Math.max(settings.scrapeIntervalSeconds, ...alertCases.map((one) => one.every));
  return JSON.stringify({
    rule_files: [rules],
    evaluation_interval: span(every),
    group_eval_order: groups,
    tests: alertCases.map((one) => ({
      name: `${alert.alert}: ${one.name}`,
      interval: span(one.every),
      input_series: Object.entries(one.series).map(([series, values]) => ({ series, values })),
      alert_rule_test: [
        {
          eval_time: one.at,
          alertname: alert.alert,
          exp_alerts: one.firing.map((firing) => ({
            exp_labels: { ...firing.labels, severity: alert.severity },
            exp_annotations: filled(alert, firing, settings),
          })),
        },
      ],
    })),
  });
}

/** The texts with their labels and value filled in, without asking Prometheus's own templates. */
function filled(alert: Alert, { labels, value }: Firing, settings: MonitoringConfig): Record<string, string> {
  return Object.fromEntries(
    Object.entries(annotationsOf(alert, settings)).map(([key, template]) => [
      key,
      template
        .replaceAll(
          /\{\{ \$labels\.(\w+) \}\}/g,
          (_match: string, name: string) => labels[name] ?? `no label ${name}`,
        )
        .replaceAll(/\{\{ [^}]*\$value \}\}/g, value),
    ]),
  );
}
