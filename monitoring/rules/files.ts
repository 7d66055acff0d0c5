import { settings } from '../settings';
import { alertmanagerYaml } from './alertmanager-config';
import { alertsOf, ruleGroups } from './groups';
import { COMPOSE_TARGETS, prometheusYaml } from './prometheus-config';
import { runbookIndex, runbookPage } from './runbook';
import { problemsOf } from './validate';
import { rulesYaml } from './yaml';

/**
 * What `npm run generate` writes of the rules: path and content.
 * @throws Error with every problem of the definitions.
 */
export function ruleFiles(): readonly (readonly [path: string, content: string])[] {
  const groups = ruleGroups(settings);
  const problems = problemsOf(groups, settings);
  if (problems.length > 0) throw new Error(`the rules are wrong:\n${problems.join('\n')}`);
  const alerts = alertsOf(groups);
  return [
    ['deploy/prometheus/rules/reviewmaps.yml', rulesYaml(groups, settings)],
    ['deploy/prometheus/prometheus.yml', prometheusYaml(settings, COMPOSE_TARGETS)],
    ['deploy/alertmanager/alertmanager.yml', alertmanagerYaml(alerts, settings.app)],
    ['docs/runbooks/README.md', runbookIndex(alerts)],
    ...alerts.map((alert) => [`docs/runbooks/${alert.alert}.md`, runbookPage(alert)] as const),
  ];
}
