import { join } from 'node:path';

/** The folder that package.json is in. */
const ROOT = join(__dirname, '..', '..');

/** Command and arguments that run a TypeScript program of this project. */
export function program(file: string, args: readonly string[]): [string, string[]] {
  return [process.execPath, ['--import', 'tsx', join(ROOT, file), ...args]];
}
