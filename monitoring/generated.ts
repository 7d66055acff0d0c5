import { readFileSync } from 'node:fs';
import { dashboardFiles } from './dashboard/dashboard';
import { pythonDefinitions } from './python-definitions';
import { ruleFiles } from './rules/files';
import { sampleSql } from './sample-sql';

/** Every generated file that is committed: its path below the project's folder, and what it must hold. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['integrations/python/reviewmaps_monitoring/definitions.json', pythonDefinitions()],
    ['deploy/postgres/init/reviewmaps.sql', sampleSql()],
    ...ruleFiles(),
    ...dashboardFiles((path) => readFileSync(path, 'utf8')),
  ]);
}
