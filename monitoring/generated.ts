import { readFileSync } from 'node:fs';
import { dashboardFiles } from './dashboard/dashboard';
import { pythonDefinitions } from './python-definitions';
import { referencePage } from './reference/page';
import { ruleFiles } from './rules/files';
import { sampleSql } from './sample-sql';

const REFERENCE = 'docs/metrics.md';

/** Every generated file that is committed: its path below the project's folder, and what it must hold. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const read = (path: string) => readFileSync(path, 'utf8');
  return new Map([
    ['integrations/python/reviewmaps_monitoring/definitions.json', pythonDefinitions()],
    ['deploy/postgres/init/reviewmaps.sql', sampleSql()],
    ...ruleFiles(),
    ...dashboardFiles(read),
    [REFERENCE, referencePage(read(REFERENCE))],
  ]);
}

/**
 * Folders that hold generated files and nothing else: what is in them and not generated is removed. Others have files
 * of other hands beside generated ones (deploy/alertmanager, docs), or are open for some (deploy/postgres/init and
 * deploy/grafana/provisioning, which an installation may add to).
 */
export const GENERATED_FOLDERS: readonly string[] = [
  'deploy/grafana/dashboards',
  'deploy/prometheus/rules',
  'docs/runbooks',
];
