import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { PROJECT } from '../../deploy/tools';
import { findPostgres } from '../../servers/postgres';
import { findPushgateway } from '../../servers/pushgateway';

/** The Python package, with its tests and its requirements. */
export const PACKAGE = join(PROJECT, 'integrations', 'python');

const ENVIRONMENTS = join(PROJECT, '.cache', 'python');
/** What runs and the Django site need, with what these need themselves. */
const NEEDED = ['prometheus_client', 'Django', 'django-prometheus', 'asgiref', 'sqlparse'];
/** Milliseconds for pip on a slow network. */
const INSTALL_MS = 300_000;

const common = readFileSync(join(PACKAGE, 'requirements-newest.txt'), 'utf8')
  .split('\n')
  .filter((line) => NEEDED.some((name) => line.startsWith(`${name}==`)));

const SAME_RELEASES = `
import sys
from importlib.metadata import version
sys.exit(any(version(name) != wanted for name, wanted in (pin.split("==") for pin in sys.argv[1:])))
`;

function pythonOf(name: string): string {
  return join(ENVIRONMENTS, name, 'bin', 'python');
}

function isReady(name: string, pins: readonly string[]): boolean {
  const python = pythonOf(name);
  return existsSync(python) && spawnSync(python, ['-c', SAME_RELEASES, ...pins]).status === 0;
}

function execute(program: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: INSTALL_MS });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr}`);
}

/**
 * A Python that has the newest supported releases: the one that the package's own tests made, or one made here. Test
 * files run side by side, so each makes its own and the first one is kept.
 * @param name of the one that is made here
 * @param further releases that it needs besides, as `name==version`
 * @throws when they cannot be installed.
 */
export function python(name = 'e2e', further: readonly string[] = []): string {
  const pins = [...common, ...further];
  const found = ['newest', name].find((one) => isReady(one, pins));
  if (found !== undefined) return pythonOf(found);
  const own = `${name}-${process.pid}`;
  const folder = join(ENVIRONMENTS, own);
  mkdirSync(ENVIRONMENTS, { recursive: true });
  try {
    execute('python3', ['-m', 'venv', folder]);
    execute(pythonOf(own), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...pins]);
    if (isReady(name, pins)) return pythonOf(name);
    rmSync(join(ENVIRONMENTS, name), { recursive: true, force: true });
    renameSync(folder, join(ENVIRONMENTS, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return pythonOf(name);
}

const hasPython = spawnSync('python3', ['-c', 'import ensurepip, venv']).status === 0;
const hasServers = findPostgres() !== undefined && findPushgateway() !== undefined;

/** `describe` for what needs Python with venv: skipped by name where it is missing, a failure where CI is set. */
export const describePython = hasPython || process.env['CI'] ? describe : describe.skip;

/** The same for what needs PostgreSQL and a Pushgateway as well. */
export const describeRuns = (hasPython && hasServers) || process.env['CI'] ? describe : describe.skip;
