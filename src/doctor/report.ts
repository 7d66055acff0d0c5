import type { Fix } from './check';
import type { Result } from './run';

type Status = Result['status'];

const WORDS: Readonly<Record<Status, string>> = { ok: 'ok', warn: 'warn', fail: 'FAIL', skip: 'skip' };
const WIDEST_WORD = 4;

/** SGR parameters of the terminal (ECMA-48): green, yellow, bold red, dim. */
const COLOURS: Readonly<Record<Status, string>> = { ok: '32', warn: '33', fail: '1;31', skip: '2' };

const HOW: Readonly<Record<Fix['how'], string>> = { sql: 'SQL: ', command: 'run: ', change: '' };

interface Style {
  readonly colour: boolean;
  /** Characters of the longest name of a check. */
  readonly nameWidth: number;
}

/** A check as one line: its status, its name, what was found, and what to do about it. */
export function resultLine({ status, name, text, fixes }: Result, { colour, nameWidth }: Style): string {
  const word = WORDS[status].padEnd(WIDEST_WORD);
  const shown = colour ? `\u001b[${COLOURS[status]}m${word}\u001b[0m` : word;
  const remedy = fixes.map((fix) => ` → ${HOW[fix.how]}${fix.text}${fix.how === 'sql' ? ';' : ''}`).join('');
  return `${shown}  ${name.padEnd(nameWidth)}  ${`${text}${remedy}`.replace(/\s*\n\s*/g, ' ')}`;
}

type Counts = Readonly<Record<Status, number>>;

export function countsOf(results: readonly Result[]): Counts {
  const number = (status: Status) => results.filter((result) => result.status === status).length;
  return { ok: number('ok'), warn: number('warn'), fail: number('fail'), skip: number('skip') };
}

/** The closing line. `seconds` is the time that all checks took together. */
export function countsLine(counts: Counts, seconds: number): string {
  const { ok, warn, fail, skip } = counts;
  const warnings = `${warn} ${warn === 1 ? 'warning' : 'warnings'}`;
  return `${ok} ok, ${warnings}, ${fail} failed, ${skip} skipped, in ${seconds.toFixed(1)} s`;
}

/** The results for a program, as JSON text. */
export function resultsJson(results: readonly Result[], seconds: number): string {
  const counts = countsOf(results);
  const milliseconds = (key: string, value: unknown) =>
    key === 'seconds' && typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value;
  return JSON.stringify({ ok: counts.fail === 0, seconds, counts, checks: results }, milliseconds, 2);
}

/** Takes secrets out of what others said: a proxy's error page may repeat the header that it was sent. */
export function withoutSecrets(result: Result, secrets: readonly string[]): Result {
  const hide = (text: string) =>
    secrets.filter((secret) => secret !== '').reduce((safe, secret) => safe.replaceAll(secret, '***'), text);
  const fixes = result.fixes.map((fix) => ({ ...fix, text: hide(fix.text) }));
  return { ...result, text: hide(result.text), fixes };
}
