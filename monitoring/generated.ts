import { readFileSync } from 'node:fs';
import { dashboardFiles } from './dashboard/dashboard';
import { UIDS } from './dashboard/variables';
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

/** Folders in which generated files come and go. Files of other hands may stand beside them: those are let be. */
export const GENERATED_FOLDERS: readonly string[] = [
  'deploy/grafana/dashboards',
  'deploy/prometheus/rules',
  'docs/runbooks',
];

const UIDS_OF_DASHBOARDS: ReadonlySet<unknown> = new Set(Object.values(UIDS));

/** Whether a file of those folders says of itself that it was generated: in its first line, a dashboard by its uid. */
export function isGenerated(path: string, text: string): boolean {
  if (!path.endsWith('.json')) return /^(#|<!--) Made by "npm run generate"/.test(text);
  try {
    const dashboard: unknown = JSON.parse(text);
    return (
      typeof dashboard === 'object' &&
      dashboard !== null &&
      'uid' in dashboard &&
      UIDS_OF_DASHBOARDS.has(dashboard.uid)
    );
  } catch {
    return false;
  }
}
