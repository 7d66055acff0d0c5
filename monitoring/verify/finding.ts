/**
 * What was found about one thing: it is as it should be; it has nothing yet and rightly so; it works with a drawback;
 * it is wrong; it was not looked at because something that it rests on is wrong.
 */
export type Status = 'ok' | 'empty' | 'warn' | 'fail' | 'skip';

export interface Finding {
  readonly name: string;
  readonly status: Status;
  /** What is there, or why nothing is: one line for a person, without secrets. */
  readonly text: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** Findings of one kind, in the order of the report. */
export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export const ok = (name: string, text: string): Finding => ({ name, status: 'ok', text });
export const empty = (name: string, text: string, fix?: string): Finding => found(name, 'empty', text, fix);
export const warn = (name: string, text: string, fix?: string): Finding => found(name, 'warn', text, fix);
export const fail = (name: string, text: string, fix?: string): Finding => found(name, 'fail', text, fix);
export const skip = (name: string, text: string): Finding => ({ name, status: 'skip', text });

function found(name: string, status: Status, text: string, fix: string | undefined): Finding {
  return { name, status, text, ...(fix === undefined ? {} : { fix }) };
}

/** `1 series`, `3 targets`: the word with an s where there is not exactly one. */
export function counted(count: number, word: string): string {
  return `${count} ${count === 1 || word.endsWith('s') ? word : `${word}s`}`;
}
