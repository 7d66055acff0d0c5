import { readFileSync } from 'node:fs';
import { dashboardFiles } from '../../../monitoring/dashboard/dashboard';

/** What is generated for Grafana, by path. */
export const files: readonly (readonly [path: string, content: string])[] = dashboardFiles((path) =>
  readFileSync(path, 'utf8'),
);
