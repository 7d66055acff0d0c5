import type { Finding, Section, Status } from './finding';

const WORDS: Readonly<Record<Status, string>> = {
  ok: 'ok',
  empty: 'empty',
  warn: 'warn',
  fail: 'FAIL',
  skip: 'skip',
};
const WIDEST_WORD = 5;

/** SGR parameters of the terminal (ECMA-48): green, blue, yellow, bold red, dim. */
const COLOURS: Readonly<Record<Status, string>> = {
  ok: '32',
  empty: '34',
  warn: '33',
  fail: '1;31',
  skip: '2',
};

/** A section as lines: its title, then each finding as status, name, what was found, and what to do. */
export function sectionLines({ title, findings }: Section, colour: boolean): readonly string[] {
  const width = Math.max(...findings.map(({ name }) => name.length), 0);
  return [title, ...findings.map((finding) => `  ${findingLine(finding, width, colour)}`)];
}

function findingLine({ status, name, text, fix }: Finding, width: number, colour: boolean): string {
  const word = WORDS[status].padEnd(WIDEST_WORD);
  const shown = colour ? `\u001b[${COLOURS[status]}m${word}\u001b[0m` : word;
  const line = `${text}${fix === undefined ? '' : ` → ${fix}`}`.replaceAll(/\s*\n\s*/g, ' ');
  return `${shown}  ${name.padEnd(width)}  ${line}`;
}

export type Counts = Readonly<Record<Status, number>>;

export function countsOf(sections: readonly Section[]): Counts {
  const findings = sections.flatMap((section) => section.findings);
  const number = (status: Status) => findings.filter((finding) => finding.status === status).length;
  return {
    ok: number('ok'),
    empty: number('empty'),
    warn: number('warn'),
    fail: number('fail'),
    skip: number('skip'),
  };
}

/** What is wrong once more, since it stands far above by then, and the closing line. */
export function closingLines(
  sections: readonly Section[],
  seconds: number,
  colour: boolean,
): readonly string[] {
  const { ok, empty, warn, fail, skip } = countsOf(sections);
  const wrong = sections.flatMap(({ title, findings }) =>
    findings
      .filter(({ status }) => status === 'fail')
      .map((finding) => ({ ...finding, name: `${title}: ${finding.name}` })),
  );
  const warnings = `${warn} ${warn === 1 ? 'warning' : 'warnings'}`;
  return [
    ...(wrong.length === 0 ? [] : sectionLines({ title: 'What is wrong', findings: wrong }, colour)),
    ...(wrong.length === 0 ? [] : ['']),
    `${ok} ok, ${empty} empty, ${warnings}, ${fail} wrong, ${skip} skipped, in ${seconds.toFixed(1)} s`,
  ];
}

/** The findings for a program, as JSON text. */
export function reportJson(sections: readonly Section[], seconds: number): string {
  const counts = countsOf(sections);
  return JSON.stringify(
    { ok: counts.fail === 0, seconds: Number(seconds.toFixed(3)), counts, sections },
    null,
    2,
  );
}
