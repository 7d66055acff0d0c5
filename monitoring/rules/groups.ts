import type { MonitoringConfig } from '../../src/config/config';
import { alertingAlerts } from './alerts/alerting';
import { businessAlerts } from './alerts/business';
import { databaseAlerts } from './alerts/database';
import { foldAlerts } from './alerts/fold';
import { jobAlerts } from './alerts/jobs';
import { naverAlerts } from './alerts/naver';
import { pipelineAlerts } from './alerts/pipeline';
import { requestAlerts } from './alerts/requests';
import { serviceAlerts } from './alerts/services';
import { targetAlerts } from './alerts/targets';
import { type Alert, isAlert, type RuleGroup } from './definition';
import { seriesNames } from './names';
import { recordingGroups } from './recording';

/** Every rule, made from the settings: those of reviewmaps.config.ts, or shorter ones in a test. */
export function ruleGroups(settings: MonitoringConfig): readonly RuleGroup[] {
  return [
    ...recordingGroups(settings),
    { name: 'reviewmaps-services', rules: serviceAlerts(settings) },
    { name: 'reviewmaps-requests', rules: requestAlerts(settings) },
    { name: 'reviewmaps-naver', rules: naverAlerts(settings) },
    { name: 'reviewmaps-jobs', rules: jobAlerts(settings) },
    { name: 'reviewmaps-fold', rules: foldAlerts(settings) },
    {
      name: 'reviewmaps-pipeline',
      rules: [...pipelineAlerts(settings), ...targetAlerts(settings), ...alertingAlerts(settings)],
    },
    // They look back over hours and days at numbers that jobs make: once for each run is enough.
    {
      name: 'reviewmaps-business',
      intervalSeconds: settings.jobIntervalSeconds,
      rules: businessAlerts(settings),
    },
    {
      name: 'reviewmaps-database',
      intervalSeconds: settings.jobIntervalSeconds,
      rules: databaseAlerts(settings),
    },
  ];
}

export function alertsOf(groups: readonly RuleGroup[]): readonly Alert[] {
  return groups.flatMap(({ rules }) => rules.filter(isAlert));
}

/** The groups with one alert and the recording rules that it rests on: enough to test it, and far faster than all. */
export function groupsFor(alert: Alert, groups: readonly RuleGroup[]): readonly RuleGroup[] {
  const needed = new Set(seriesNames(alert.expr.text));
  const records = groups.flatMap(({ rules }) => rules.flatMap((rule) => (isAlert(rule) ? [] : [rule])));
  // From the last to the first: a recording rule rests only on those before it.
  for (const rule of records.toReversed()) {
    if (needed.has(rule.record)) for (const name of seriesNames(rule.expr.text)) needed.add(name);
  }
  return groups
    .map((group) => ({
      ...group,
      rules: group.rules.filter((rule) =>
        isAlert(rule) ? rule.alert === alert.alert : needed.has(rule.record),
      ),
    }))
    .filter(({ rules }) => rules.length > 0);
}
