import { execSync } from 'node:child_process';
import { describe } from '@jest/globals';

/**
 * A `describe` for what needs an installed program: skipped by name without it, except in CI, where it fails.
 * @param command answers with exit 0 when it is there.
 */
export function describeTool(name: string, command: string): (title: string, tests: () => void) => void {
  const block = answers(command) || process.env['CI'] ? describe : describe.skip;
  return (title, tests) => block(`${title} (needs ${name})`, tests);
}

function answers(command: string): boolean {
  try {
    execSync(command, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
