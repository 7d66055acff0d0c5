import { expect } from '@jest/globals';
import type { Status } from '../../../monitoring/verify/finding';
import { command, type Finished } from '../command';

/** A secret that no output may have. */
export const PASSWORD = 'correct-horse+battery/staple=';

interface Report {
  readonly ok: boolean;
  readonly counts: Readonly<Record<Status, number>>;
  readonly sections: readonly {
    readonly title: string;
    readonly findings: readonly { readonly name: string; readonly status: Status; readonly text: string }[];
  }[];
}

export function reportOf({ stdout, stderr }: Finished): Report {
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

export const failsOf = ({ sections }: Report) =>
  sections.flatMap(({ findings }) =>
    findings.flatMap(({ name, status }) => (status === 'fail' ? [name] : [])),
  );

/** A person reads this: sentences, no stack trace, no undefined. */
export function expectSentences(text: string): void {
  expect(text).not.toMatch(/^\s+at .+:\d+/m);
  expect(text).not.toMatch(/\bundefined\b|\bNaN\b|\[object /);
}

export const verify = (args: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
  command('verify.ts', args, variables);
