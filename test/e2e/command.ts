import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT } from '../deploy/tools';
import { type Environment, NODE } from './bundle';

const TSX = join(PROJECT, 'node_modules', 'tsx', 'dist', 'cli.mjs');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one of the project's commands as npm does, to its end. */
export function command(file: string, args: readonly string[], environment: Environment): Promise<Finished> {
  return finished(NODE, [TSX, join('commands', file), ...args], environment);
}

/** Runs a program in the project's folder to its end, with `input` on its standard input. */
export function finished(
  program: string,
  args: readonly string[],
  environment: Environment,
  input = '',
): Promise<Finished> {
  const child = spawn(program, args, {
    cwd: PROJECT,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.stderr += chunk;
  });
  // Who ends before it has read everything is no failure of the writer.
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...text }));
  });
}
