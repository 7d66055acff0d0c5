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

/** Folders in which generated files come and go. Files of other hands may stand beside them: those lack the mark. */
export const GENERATED_FOLDERS: readonly string[] = [
  'deploy/grafana/dashboards',
  'deploy/prometheus/rules',
  'docs/runbooks',
];

/** What every generated file of those folders says of itself; a dashboard says it in its description. */
export const GENERATED_MARK = /Made by "npm run generate"|monitoring\/dashboard/;
