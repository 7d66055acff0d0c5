import { describe, expect, it } from '@jest/globals';
import { change, command, shellWord, sql } from '../../src/doctor/check';
import { countsLine, countsOf, resultLine, resultsJson, withoutSecrets } from '../../src/doctor/report';
import type { Result } from '../../src/doctor/run';

const result = (changes: Partial<Result> = {}): Result => ({
  name: 'index',
  status: 'warn',
  text: 'none',
  fixes: [],
  seconds: 0.1234567,
  ...changes,
});
const PLAIN = { colour: false, nameWidth: 8 };

describe('resultLine', () => {
  it('is one aligned line with what to do, in the order of the fixes', () => {
    const fixes = [change('think first'), sql('create index on a (b)'), command('npm run migrate')];
    expect(resultLine(result({ fixes }), PLAIN)).toBe(
      'warn  index     none → think first → SQL: create index on a (b); → run: npm run migrate',
    );
    expect(resultLine(result({ status: 'ok', name: 'longname' }), PLAIN)).toBe('ok    longname  none');
    expect(resultLine(result({ status: 'fail' }), PLAIN)).toMatch(/^FAIL {2}index/);
  });

  it('stays one line when an error has several', () => {
    expect(resultLine(result({ text: 'first\n  second' }), PLAIN)).toBe('warn  index     first second');
  });

  it('colours only the status, and only when asked', () => {
    expect(resultLine(result({ status: 'ok' }), { ...PLAIN, colour: true })).toBe(
      '\u001b[32mok  \u001b[0m  index     none',
    );
    expect(resultLine(result(), PLAIN)).not.toContain('\u001b');
  });
});

describe('the end of the report', () => {
  const results = [
    result(),
    result({ status: 'fail' }),
    result({ status: 'ok' }),
    result({ status: 'skip' }),
  ];

  it('counts every status', () => {
    expect(countsLine(countsOf(results), 3.21)).toBe('1 ok, 1 warning, 1 failed, 1 skipped, in 3.2 s');
    expect(countsLine(countsOf([]), 0)).toBe('0 ok, 0 warnings, 0 failed, 0 skipped, in 0.0 s');
  });

  it('is a whole for a program: ok unless a check failed', () => {
    expect(JSON.parse(resultsJson(results, 1))).toMatchObject({
      ok: false,
      counts: { ok: 1, warn: 1, fail: 1, skip: 1 },
      checks: [{ name: 'index', status: 'warn', seconds: 0.123 }, {}, {}, {}],
    });
    expect(JSON.parse(resultsJson([result()], 1))).toMatchObject({ ok: true });
  });
});

describe('withoutSecrets', () => {
  it('hides them in the text and in what to do', () => {
    const leaky = result({ text: 'sent hunter2', fixes: [command('curl -u a:hunter2 x')] });
    expect(JSON.stringify(withoutSecrets(leaky, ['', 'hunter2']))).not.toContain('hunter2');
    expect(withoutSecrets(leaky, ['hunter2']).text).toBe('sent ***');
  });
});

describe('shellWord', () => {
  it('quotes what a shell would not take as one word', () => {
    expect(shellWord('reader')).toBe('reader');
    expect(shellWord("o'neil role")).toBe("'o'\\''neil role'");
  });
});
