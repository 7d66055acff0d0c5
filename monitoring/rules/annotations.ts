import type { MonitoringConfig } from '../../src/config/config';
import { DASHBOARD_UID } from '../settings';
import type { Alert } from './definition';
import { label } from './text';

export interface Annotations {
  readonly summary: string;
  readonly description: string;
  readonly summary_ko: string;
  readonly description_ko: string;
  readonly runbook_url: string;
  readonly dashboard: string;
}

/** What an alert tells people. The runbook's address follows from the name. */
export function annotationsOf(alert: Alert, settings: MonitoringConfig): Annotations {
  const dashboard = `${settings.grafanaUrl}/d/${DASHBOARD_UID}`;
  return {
    summary: alert.en.summary,
    description: alert.en.description,
    summary_ko: alert.ko.summary,
    description_ko: alert.ko.description,
    runbook_url: `${settings.runbooksUrl}/${alert.alert}.md`,
    dashboard: alert.labels.includes('app') ? `${dashboard}?var-application=${label('app')}` : dashboard,
  };
}
