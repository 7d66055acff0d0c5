import { settings } from '../settings';

/**
 * Grafana's data source for the compose stack. `timeInterval` is what $__rate_interval is made from: it has to be the
 * scrape interval, or rates are over too few scrapes.
 */
export function datasourceYaml(): string {
  return `# Made by "npm run generate" from monitoring/dashboard/provisioning.ts. Do not edit.
apiVersion: 1

datasources:
  - name: Prometheus
    uid: prometheus
    type: prometheus
    access: proxy
    url: http://prometheus:9090
    isDefault: true
    editable: false
    jsonData:
      httpMethod: POST
      # The scrape interval: $__rate_interval is at least four of them.
      timeInterval: ${settings.scrapeIntervalSeconds}s
`;
}

/** Tells Grafana to show the dashboards of a folder, and that files are their only source. */
export function providerYaml(): string {
  return `# Made by "npm run generate" from monitoring/dashboard/provisioning.ts. Do not edit.
apiVersion: 1

providers:
  - name: reviewmaps
    folder: ReviewMaps
    type: file
    disableDeletion: true
    allowUiUpdates: false
    updateIntervalSeconds: 30
    options:
      # deploy/grafana/dashboards is mounted here.
      path: /var/lib/grafana/dashboards
`;
}
