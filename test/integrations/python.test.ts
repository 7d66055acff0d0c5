import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

/**
 * The Python package's own tests, with the newest and the oldest releases that it supports. They make virtual
 * environments from PyPI, which nobody expects of `npm test` on a laptop: there they run once the environments exist.
 */

const LIMIT_MS = 600_000;
const RUNNER = 'integrations/python/run_tests.py';
const SETS = ['newest', 'oldest'] as const;

const hasPython = spawnSync('python3', ['--version']).status === 0;

async function runSet(set: string): Promise<{ code: number | null; output: string }> {
  const child = spawn('python3', [RUNNER, set], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      output += text;
    });
  }
  const [code]: (number | null)[] = await once(child, 'close');
  return { code: code ?? null, output };
}

describe.each(SETS)(
  `the Python package with the %s releases (needs python3: run "python3 ${RUNNER}" once)`,
  (set) => {
    const ready = hasPython && existsSync(`.cache/python/${set}/requirements.sha256`);
    (ready || process.env['CI'] ? it : it.skip)(
      'passes its tests',
      async () => {
        const { code, output } = await runSet(set);
        expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
        expect(output).toMatch(/Ran \d{2,} tests/);
      },
      LIMIT_MS,
    );
  },
);
