import type { MonitoringConfig } from '../../src/config/config';
import { SCRAPE_JOBS } from '../settings';
import { span } from './promql';

/** Where Prometheus finds what it scrapes: `host:port` each. */
export interface Targets {
  readonly django: string;
  readonly pushgateway: string;
  readonly prometheus: string;
  readonly alertmanager: string;
  /** Path or pattern of the rule files, as Prometheus sees it. */
  readonly rules: string;
}

/** The services of docker-compose.yml; Django runs on the host. */
export const COMPOSE_TARGETS: Targets = {
  django: 'host.docker.internal:8000',
  pushgateway: 'pushgateway:9091',
  prometheus: 'localhost:9090',
  alertmanager: 'alertmanager:9093',
  rules: '/etc/prometheus/rules/*.yml',
};

/** deploy/prometheus/prometheus.yml. Its comments are for whoever takes parts of it into a configuration of their own. */
export function prometheusYaml(settings: MonitoringConfig, targets: Targets): string {
  const interval = span(settings.scrapeIntervalSeconds);
  return `# Made by "npm run generate" from monitoring/rules/prometheus-config.ts. Do not edit.
global:
  scrape_interval: ${interval}
  scrape_timeout: ${span(Math.min(10, settings.scrapeIntervalSeconds))}
  evaluation_interval: ${interval}

rule_files:
  - ${JSON.stringify(targets.rules)}

alerting:
  alertmanagers:
    - static_configs:
        - targets: [${JSON.stringify(targets.alertmanager)}]

scrape_configs:
  - job_name: ${SCRAPE_JOBS.pushgateway}
    # The labels job and app are the pusher's. Without this they become exported_job, and nothing is found.
    honor_labels: true
    static_configs:
      - targets: [${JSON.stringify(targets.pushgateway)}]
    metric_relabel_configs:
      # Single runs of scrapers wait here for fold, which adds them up. Stored as well, they would count twice.
      - source_labels: [run]
        regex: .+
        action: drop

  - job_name: ${SCRAPE_JOBS.django}
    static_configs:
      - targets: [${JSON.stringify(targets.django)}]
        labels:
          # What the dashboard selects by. Pods that are discovered get it with a relabel_config.
          app: ${JSON.stringify(settings.app)}
    metric_relabel_configs:
      # The Python client puts _total behind every counter. Dashboards and rules know one name.
      - source_labels: [__name__]
        regex: (reviewmaps_naver_api_rate_limit_hits|reviewmaps_cleanup_deleted_rows)_total
        target_label: __name__
        replacement: $1

  # Failures of rules are counted here.
  - job_name: ${SCRAPE_JOBS.prometheus}
    static_configs:
      - targets: [${JSON.stringify(targets.prometheus)}]
`;
}
