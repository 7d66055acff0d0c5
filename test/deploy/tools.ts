import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from '@jest/globals';

export const PROJECT = join(__dirname, '..', '..');

/** Where .ci/run puts what test/deploy/requirements.txt names; PYTHON_TOOLS points elsewhere. */
const VIRTUAL_ENVIRONMENT = process.env['PYTHON_TOOLS'] ?? join(PROJECT, '.cache', 'venv');

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Path of a program from the virtual environment, or else from the PATH. */
function findTool(name: string): string | undefined {
  const folders = [join(VIRTUAL_ENVIRONMENT, 'bin'), ...(process.env['PATH'] ?? '').split(delimiter)];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** In CI everything must be there. Elsewhere a suite whose tool is missing is skipped, and its name says why. */
const REQUIRED = process.env['CI'] !== undefined && process.env['CI'] !== '' && process.env['CI'] !== 'false';

/**
 * Declares tests that need a program; `declare` receives its path.
 * Where it is missing there is one skipped test, or in CI one that fails.
 */
export function withTool(name: string, declare: (path: string) => void): void {
  const path = findTool(name);
  if (path !== undefined) {
    declare(path);
    return;
  }
  const missing = `needs ${name}: install test/deploy/requirements.txt into .cache/venv, or set PYTHON_TOOLS`;
  if (REQUIRED) {
    test(missing, () => {
      throw new Error(missing);
    });
  } else {
    test.skip(missing, () => undefined);
  }
}
