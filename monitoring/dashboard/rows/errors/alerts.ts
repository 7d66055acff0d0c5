import { settings } from '../../../settings';
import type { Column, Panel, Thresholds } from '../../definition';

/**
 * Alerts about the gateway or Prometheus itself belong to no application. The watchdog, which always fires, has the
 * severity none: while it does, no other alert means that there is nothing to tell.
 */
const WATCHDOG = 'ALERTS{alertstate="firing",severity="none",app=~"$application|"}';
const FIRING = 'ALERTS{alertstate="firing",severity!="none",app=~"$application|"}';

const FIRING_COLUMNS: readonly Column[] = [
  { field: 'severity', title: { ko: '심각도', en: 'Severity' }, width: 90 },
  {
    field: 'alertname',
    title: { ko: '알림', en: 'Alert' },
    link: {
      title: { ko: '런북 열기', en: 'Open its runbook' },
      url: `${settings.runbooksUrl}/\${__value.raw}.md`,
    },
  },
  { field: 'app', title: { ko: '애플리케이션', en: 'Application' }, width: 180 },
  { field: { query: 0, unit: 'locale' }, title: { ko: '개수', en: 'Number' }, width: 70 },
];

const WARNING: Thresholds = { base: 'green', steps: [{ from: 1, colour: 'orange' }] };

/** Alerts that fire. */
export const alerts: readonly Panel[] = [
  {
    title: { ko: '발생 중인 알림 수', en: 'Alerts by severity' },
    description: {
      ko: '지금 발생 중인 알림의 수를 심각도별로 보여 줍니다. 없으면 0이고, 알림 규칙이 평가되지 않으면 비어 있습니다.',
      en: 'Alerts that fire now, by severity. 0 when none does, empty when no alert rules are evaluated.',
    },
    view: { kind: 'stat', ownThresholds: [{ legend: 'warning', thresholds: WARNING }] },
    unit: 'locale',
    // Alerts of the gateway have no application, so the zero belongs to none either.
    queries: [
      {
        expr: `sum by (severity) (${FIRING}) or on () label_replace(0 * max(${WATCHDOG}), "severity", "none", "", "")`,
        legend: '{{severity}}',
        zero: true,
      },
    ],
    width: 4,
    height: 8,
    decimals: 0,
    thresholds: { base: 'green', steps: [{ from: 1, colour: 'red' }] },
  },
  {
    title: { ko: '발생 중인 알림', en: 'Firing alerts' },
    description: {
      ko: '지금 발생 중인 알림의 이름과 심각도를 심각한 것부터 보여 줍니다. 이름을 누르면 할 일이 적힌 런북이 열립니다.',
      en: 'Names and severities of the alerts that fire now, critical ones first. A click on the name opens the runbook, which says what to do.',
    },
    view: { kind: 'table', columns: FIRING_COLUMNS, sortBy: 0, ascending: true },
    unit: 'locale',
    queries: [{ expr: `sum by (severity, alertname, app) (${FIRING})`, legend: '{{alertname}}' }],
    width: 12,
    height: 8,
    empty: {
      ko: '발생 중인 알림이 없거나 알림 규칙이 평가되지 않고 있습니다.',
      en: 'No alert fires, or no alert rules are evaluated.',
    },
  },
];
