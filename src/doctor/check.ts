import type { Clock } from '../clock';
import type { Config } from '../config/config';
import type { Database } from '../database/database';
import type { Gateway } from '../pushgateway/gateway';

/** What to do about a finding: statements to run as an administrator, commands for a shell, or advice in words. */
export interface Fix {
  readonly how: 'sql' | 'command' | 'change';
  readonly text: string;
}

/** What a check found: works, works with a drawback, or does not work. */
export interface Finding {
  readonly status: 'ok' | 'warn' | 'fail';
  /** One line for a person, without secrets. */
  readonly text: string;
  /** In the order in which to apply them. */
  readonly fixes: readonly Fix[];
}

export interface CheckContext {
  readonly config: Config;
  readonly database: Database;
  readonly gateway: Gateway;
  readonly clock: Clock;
  /** Version of this project, from package.json, and of Node.js. */
  readonly build: { readonly version: string; readonly node: string };
  /** Aborts when the check's own limit or that of all checks is over. */
  readonly signal: AbortSignal;
}

/** One question about an installation. It only reads, except for the scratch groups at the gateway. */
export interface Check {
  /** Unique; what other checks and the report call it. */
  readonly name: string;
  /** Names of checks before this one without which its answer would mean nothing: if one failed, it is skipped. */
  readonly needs?: readonly string[];
  /** Milliseconds, if the usual limit does not fit. */
  readonly limitMs?: number;
  /** What to do when its limit ends it; without one, that the database is asked what it waits for. */
  readonly whenSilent?: string;
  /** What it throws counts as failed, with the error's sentence. */
  run(context: CheckContext): Promise<Finding>;
}

export function ok(text: string): Finding {
  return { status: 'ok', text, fixes: [] };
}

export function warn(text: string, ...fixes: readonly Fix[]): Finding {
  return { status: 'warn', text, fixes };
}

export function fail(text: string, ...fixes: readonly Fix[]): Finding {
  return { status: 'fail', text, fixes };
}

export const sql = (text: string): Fix => ({ how: 'sql', text });
export const command = (text: string): Fix => ({ how: 'command', text });
export const change = (text: string): Fix => ({ how: 'change', text });

/** A word as a POSIX shell reads it. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
