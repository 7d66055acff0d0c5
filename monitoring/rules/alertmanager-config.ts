import { GROUP_JOBS } from '../../src/jobs/job';
import type { Alert } from './definition';

/** deploy/alertmanager/alertmanager.yml: who hears of what, and what follows from something else and is held back. */

/** A cause, and what it makes fire besides. Labels in `equal` must be the same on both. */
interface Inhibition {
  readonly why: string;
  readonly cause: readonly [string, ...string[]];
  readonly causeLabels?: Readonly<Record<string, string>>;
  readonly effects: readonly string[];
  readonly effectLabels?: Readonly<Record<string, string>>;
  readonly equal: readonly string[];
}

/** A critical alert is never held back by a lesser one: whoever is called must not depend on what someone may read later. */
export const inhibitions: readonly Inhibition[] = [
  {
    why: 'Without the gateway there is nothing of any job.',
    cause: ['ReviewMapsGatewayDown'],
    effects: ['ReviewMapsMetricsAbsent', 'ReviewMapsProbeStale', 'ReviewMapsJobStale'],
    equal: [],
  },
  {
    why: 'What a job said last is not news while it says nothing new.',
    cause: ['ReviewMapsProbeStale', 'ReviewMapsJobStale', 'ReviewMapsMetricsAbsent'],
    effects: [
      'ReviewMapsJobFailing',
      'ReviewMapsCollectorFailing',
      'ReviewMapsLedgerUnavailable',
      'ReviewMapsFoldStepFailing',
      'ReviewMapsFoldBehind',
    ],
    equal: ['app', 'job'],
  },
  {
    why: 'What collect counted last stands still while it is dead.',
    cause: ['ReviewMapsJobStale'],
    causeLabels: { job: GROUP_JOBS.collect },
    effects: [
      'ReviewMapsCampaignsDropped',
      'ReviewMapsRegionEmpty',
      'ReviewMapsConnectionsNearMax',
      'ReviewMapsTableGrowth',
      'ReviewMapsTableMissing',
      'ReviewMapsCleanupStalled',
    ],
    equal: ['app'],
  },
  {
    why: 'Whether a scraper has succeeded since is not known while fold is dead.',
    cause: ['ReviewMapsJobStale'],
    causeLabels: { job: GROUP_JOBS.fold },
    effects: ['ReviewMapsScraperNotSucceeding'],
    equal: ['app'],
  },
  {
    why: 'What the probe measured last stands still while it is dead.',
    cause: ['ReviewMapsProbeStale'],
    effects: ['ReviewMapsProbeSlow'],
    equal: ['app'],
  },
  {
    why: 'The part that fails says more than the job that it is a part of.',
    cause: ['ReviewMapsCollectorFailing', 'ReviewMapsLedgerUnavailable', 'ReviewMapsFoldStepFailing'],
    effects: ['ReviewMapsJobFailing'],
    equal: ['app', 'job'],
  },
  {
    why: 'Jobs cannot count without the database.',
    cause: ['ReviewMapsServiceDown'],
    causeLabels: { service: 'database' },
    effects: [
      'ReviewMapsJobFailing',
      'ReviewMapsCollectorFailing',
      'ReviewMapsLedgerUnavailable',
      'ReviewMapsFoldStepFailing',
      'ReviewMapsFoldBehind',
      'ReviewMapsDatabaseConnectionErrors',
      'ReviewMapsScraperFailing',
    ],
    equal: ['app'],
  },
  {
    why: 'Whether campaigns are fresh is asked of the database.',
    cause: ['ReviewMapsServiceDown'],
    causeLabels: { service: 'database' },
    effects: ['ReviewMapsServiceDown'],
    effectLabels: { service: 'scraper' },
    equal: ['app'],
  },
  {
    why: 'Who is down answers badly, slowly or not at all.',
    cause: ['ReviewMapsServiceDown'],
    causeLabels: { service: 'django' },
    effects: ['ReviewMapsHighErrorRatio', 'ReviewMapsHighLatency', 'ReviewMapsTargetDown'],
    equal: ['app'],
  },
  {
    why: 'The same service.',
    cause: ['ReviewMapsServiceDown'],
    effects: ['ReviewMapsProbeSlow', 'ReviewMapsCertificateExpiring'],
    equal: ['app', 'service'],
  },
  {
    why: 'A limit that is reached was nearly reached.',
    cause: ['ReviewMapsNaverRateLimited'],
    effects: ['ReviewMapsNaverQuotaNearlyUsed'],
    equal: ['app'],
  },
  {
    why: 'When all campaigns go, each region need not say so.',
    cause: ['ReviewMapsCampaignsDropped'],
    effects: ['ReviewMapsRegionEmpty'],
    equal: ['app'],
  },
];

/** @param app of the production stage */
export function alertmanagerYaml(alerts: readonly Alert[], app: string): string {
  const watchdog = alerts.filter(({ severity }) => severity === 'none').map(({ alert }) => alert);
  return `# Made by "npm run generate" from monitoring/rules/alertmanager-config.ts: an example to start from.
# Before use: the addresses below, and the files in /etc/alertmanager/secrets with the addresses of Slack's webhooks.
route:
  receiver: team
  group_by: [app, severity, alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
  routes:
    # Always fires. Whoever gets it calls when it stops coming, so it is repeated often.
    - matchers: ['alertname =~ "${watchdog.join('|')}"']
      receiver: heartbeat
      group_wait: 0s
      group_interval: 1m
      repeat_interval: 1m
    # Each alert for itself, after a moment: with none, effects that fire together with their cause call someone
    # before the cause has arrived and holds them back. Other stages than production wake nobody, and what belongs to
    # no application, such as the gateway, does.
    - matchers: ['severity = "critical"', 'app =~ "${app.replaceAll('.', '[.]')}|"']
      receiver: on-call
      group_by: ['...']
      group_wait: 10s
      group_interval: 1m
      repeat_interval: 1h
    # Together.
    - matchers: ['severity =~ "critical|warning"']
      receiver: team
      group_by: [app]
      group_wait: 1m
      group_interval: 15m
      repeat_interval: 12h

receivers:
  - name: on-call
    slack_configs:
      - api_url_file: /etc/alertmanager/secrets/slack-on-call
        send_resolved: true
        title: '{{ template "reviewmaps.title" . }}'
        text: '{{ template "reviewmaps.text" . }}'
  - name: team
    slack_configs:
      - api_url_file: /etc/alertmanager/secrets/slack-team
        send_resolved: true
        title: '{{ template "reviewmaps.title" . }}'
        text: '{{ template "reviewmaps.text" . }}'
  - name: heartbeat
    webhook_configs:
      - url: https://deadman.reviewmaps.example/reviewmaps
        send_resolved: false

templates:
  - /etc/alertmanager/templates/*.tmpl

inhibit_rules:
${inhibitions.map(inhibition).join('')}`;
}

function inhibition({ why, cause, causeLabels, effects, effectLabels, equal }: Inhibition): string {
  return `  # ${why}
  - source_matchers: ${matchers(cause, causeLabels)}
    target_matchers: ${matchers(effects, effectLabels)}
    equal: [${equal.join(', ')}]
`;
}

function matchers(alerts: readonly string[], labels: Readonly<Record<string, string>> = {}): string {
  const list = [
    `alertname =~ "${alerts.join('|')}"`,
    ...Object.entries(labels).map(([name, value]) => `${name} = "${value}"`),
  ];
  return `[${list.map((one) => `'${one}'`).join(', ')}]`;
}
