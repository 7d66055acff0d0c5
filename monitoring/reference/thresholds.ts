import type { MonitoringConfig } from '../../src/config/config';
import { isAlert, type RecordingRule } from '../rules/definition';
import { ruleGroups } from '../rules/groups';
import { inWords, percent } from '../rules/text';
import { settings } from '../settings';

/** The settings of the section `monitoring`, and which rules each of them changes: found by changing it. */

type Threshold = Exclude<keyof MonitoringConfig, 'app' | 'runbooksUrl' | 'grafanaUrl'>;

interface Setting {
  /** In reviewmaps.config.ts. */
  readonly key: `monitoring.${string}`;
  readonly kind: 'duration' | 'runs' | 'share' | 'number' | 'bytes' | 'list';
}

const table: Readonly<Record<Threshold, Setting>> = {
  jobIntervalSeconds: { key: 'monitoring.jobInterval', kind: 'duration' },
  scrapeIntervalSeconds: { key: 'monitoring.scrapeInterval', kind: 'duration' },
  jobs: { key: 'monitoring.jobs', kind: 'list' },
  staleAfterSeconds: { key: 'monitoring.staleAfterRuns', kind: 'runs' },
  serviceDownForSeconds: { key: 'monitoring.services.downFor', kind: 'duration' },
  probeSlowSeconds: { key: 'monitoring.services.probeSlow', kind: 'duration' },
  certificateWarnSeconds: { key: 'monitoring.services.certificateWarning', kind: 'duration' },
  slowRequestSeconds: { key: 'monitoring.requests.slow', kind: 'duration' },
  errorRatio: { key: 'monitoring.requests.errorRatio', kind: 'share' },
  leastRequestRate: { key: 'monitoring.requests.floor', kind: 'number' },
  leastRequestErrors: { key: 'monitoring.requests.leastErrors', kind: 'number' },
  leastSlowRequests: { key: 'monitoring.requests.leastSlow', kind: 'number' },
  connectionErrorsPerMinute: { key: 'monitoring.requests.connectionErrors', kind: 'number' },
  ignoredViews: { key: 'monitoring.requests.ignoredViews', kind: 'list' },
  naverDailyQuota: { key: 'monitoring.naver.dailyQuota', kind: 'number' },
  naverQuotaWarnRatio: { key: 'monitoring.naver.quotaWarning', kind: 'share' },
  scraperSuccessWithinSeconds: { key: 'monitoring.scrapers.successWithin', kind: 'duration' },
  scraperFailingWithinSeconds: { key: 'monitoring.scrapers.failingWithin', kind: 'duration' },
  campaignDropRatio: { key: 'monitoring.campaigns.dropTo', kind: 'share' },
  campaignsLeast: { key: 'monitoring.campaigns.least', kind: 'number' },
  campaignsLeastInRegion: { key: 'monitoring.campaigns.leastInRegion', kind: 'number' },
  connectionsWarnRatio: { key: 'monitoring.database.connectionsWarning', kind: 'share' },
  tableGrowthRatio: { key: 'monitoring.database.growthPerDay', kind: 'share' },
  tableGrowthLeastBytes: { key: 'monitoring.database.growthLeastBytes', kind: 'bytes' },
  cleanupWithinSeconds: { key: 'monitoring.database.cleanupWithin', kind: 'duration' },
};

interface Tuned {
  readonly key: string;
  /** As it is now, in words. */
  readonly value: string;
  readonly alerts: readonly string[];
  readonly records: readonly string[];
}

/** Every setting, its value, and the rules that say something else when it is another. */
export function thresholds(): readonly Tuned[] {
  return Object.keys(table)
    .filter(isThreshold)
    .map((name) => {
      const changed = changedBy(name);
      return {
        key: table[name].key,
        value: inText(name),
        alerts: changed.filter((rule) => !rule.includes(':')),
        records: changed.filter((rule) => rule.includes(':')),
      };
    });
}

function isThreshold(name: string): name is Threshold {
  return Object.hasOwn(table, name);
}

/** Names of alerts and recording rules whose expression or time to hold depends on the setting. */
function changedBy(name: Threshold): readonly string[] {
  const before = signatures(settings);
  const after = signatures({ ...settings, ...another(name) });
  return [...before].filter(([rule, text]) => after.get(rule) !== text).map(([rule]) => rule);
}

function another(name: Threshold): Partial<MonitoringConfig> {
  if (name === 'jobs') return { jobs: ['probe'] };
  if (name === 'ignoredViews') return { ignoredViews: [...settings.ignoredViews, 'another'] };
  const double = { [name]: settings[name] * 2 };
  // The configuration has it as a number of intervals.
  return name === 'jobIntervalSeconds'
    ? { ...double, staleAfterSeconds: settings.staleAfterSeconds * 2 }
    : double;
}

function signatures(config: MonitoringConfig): ReadonlyMap<string, string> {
  const rules = ruleGroups(config).flatMap((group) => group.rules);
  return new Map(
    rules.map((rule) =>
      isAlert(rule)
        ? [rule.alert, `${rule.expr.text} for ${rule.forSeconds}, ${rule.keepFiringSeconds}`]
        : recorded(rule),
    ),
  );
}

function recorded({ record, expr }: RecordingRule): [name: string, text: string] {
  return [record, expr.text];
}

function inText(name: Threshold): string {
  const value = settings[name];
  if (typeof value === 'object') return value.map((one) => `\`${one}\``).join(', ');
  switch (table[name].kind) {
    case 'duration':
      return inWords(value).en;
    case 'runs':
      return `${value / settings.jobIntervalSeconds} (${inWords(value).en})`;
    case 'share':
      return percent(value);
    case 'bytes':
      return `${value.toLocaleString('en-US')} bytes`;
    case 'number':
    case 'list':
      return value.toLocaleString('en-US');
  }
}
