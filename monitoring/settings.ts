import userConfig from '../reviewmaps.config';
import type { MonitoringConfig } from '../src/config/config';
import { parseMonitoring } from '../src/config/parse';

/** The thresholds of this installation: their one home is reviewmaps.config.ts, section `monitoring`. */
export const settings: MonitoringConfig = parseMonitoring(userConfig);

/** The dashboard's uid, which alerts link to. */
export const DASHBOARD_UID = 'reviewmaps-django';

/** Matches the views that users ask for: neither scrapes of /metrics nor health checks. */
export function servedViews({ ignoredViews }: Pick<MonitoringConfig, 'ignoredViews'>): string {
  return `view!~${JSON.stringify(ignoredViews.join('|'))}`;
}

/** The labels `job` under which Prometheus scrapes; the rules and the scrape configuration agree on them. */
export const SCRAPE_JOBS = {
  django: 'django',
  pushgateway: 'pushgateway',
  prometheus: 'prometheus',
} as const;
