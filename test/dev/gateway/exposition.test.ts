import { describe, expect, it } from '@jest/globals';
import { type Family, parseExposition } from '../../../dev/gateway/exposition';
import { formatNumber, parseNumber } from '../../../dev/gateway/go-number';
import { renderText } from '../../../dev/gateway/text';

function parse(...lines: readonly string[]): readonly Family[] {
  return parseExposition(lines.map((line) => `${line}\n`).join(''));
}

describe('parseExposition', () => {
  it('reads an empty body, blank lines and comments as nothing', () => {
    expect(parse()).toEqual([]);
    expect(parse('', '  ', '# just a comment', '#HELP', '# TYPE unused gauge')).toEqual([]);
  });

  it('reads names, labels with blanks and a trailing comma, and types', () => {
    const [family] = parse('# TYPE a:b counter', '  a:b { k = "1" , l="2", }   4');
    expect(family).toMatchObject({ name: 'a:b', type: 'counter' });
    expect(family?.metrics).toMatchObject([{ labels: { k: '1', l: '2' }, value: 4, hasTimestamp: false }]);
  });

  it('unescapes label values and help', () => {
    const [family] = parse('# HELP g a\\\\b\\nc', 'g{k="q\\"b\\\\n\\n"} 1');
    expect(family?.help).toBe('a\\b\nc');
    expect(family?.metrics[0]?.labels).toEqual({ k: 'q"b\\n\n' });
  });

  it('keeps labels that an object would treat in its own way', () => {
    const [family] = parse('g{__proto__="1",constructor="2"} 1');
    expect(Object.entries(family?.metrics[0]?.labels ?? {})).toEqual([
      ['__proto__', '1'],
      ['constructor', '2'],
    ]);
  });

  it('puts the lines of a histogram together by their other labels', () => {
    const [family] = parse(
      '# TYPE h histogram',
      'h_bucket{k="1",le="1.0"} 2',
      'h_sum{k="1"} 3',
      'h_bucket{le="+Inf",k="1"} 4',
      'h_count{k="1"} 4',
      'h_count{k="2"} 9',
    );
    expect(family?.metrics).toHaveLength(2);
    expect(family?.metrics[0]).toMatchObject({ labels: { k: '1' }, sum: 3, count: 4 });
    expect([...(family?.metrics[0]?.parts ?? [])]).toEqual([
      ['1', 2],
      ['+Inf', 4],
    ]);
  });

  it('takes a name that only looks like a part for a family of its own', () => {
    expect(parse('# TYPE h gauge', 'h 1', 'h_count 2').map(({ name }) => name)).toEqual(['h', 'h_count']);
  });

  it('notices a timestamp', () => {
    expect(parse('g 1 1700000000000')[0]?.metrics[0]?.hasTimestamp).toBe(true);
  });

  it.each([
    ['a 1 2 3', 'spurious string after timestamp: " 3"'],
    ['a', 'expected float as value, got ""'],
    ['a 1   ', 'expected integer as timestamp, got ""'],
    ['a{', 'invalid label name for metric "a"'],
    ['a{b', "expected '=' after label name, found ''"],
    ['a{b="c"', 'unexpected end of label value "c"'],
    ['a{__name__="b"} 1', 'label name "__name__" is reserved'],
  ])('refuses %p', (line, message) => {
    expect(() => parse('ok 1', line)).toThrow(`text format parsing error in line 2: ${message}`);
  });
});

describe('renderText', () => {
  it('gives back what was read, in the canonical form', () => {
    const text = [
      '# HELP g With \\\\ and \\n.',
      '# TYPE g gauge',
      'g{a="\\"",b="\\\\\\n"} 1.5',
      '# TYPE h histogram',
      'h_bucket{le="0.1"} 1',
      'h_bucket{le="+Inf"} 2',
      'h_sum 1',
      'h_count 2',
      '',
    ].join('\n');
    expect(renderText(parseExposition(text))).toBe(text);
  });
});

describe('numbers as Go writes them', () => {
  it.each([
    [0, '0'],
    [-0, '-0'],
    [123456, '123456'],
    [999999.5, '999999.5'],
    [1e6, '1e+06'],
    [1234567, '1.234567e+06'],
    [12345678.9, '1.23456789e+07'],
    [0.0001, '0.0001'],
    [0.00001234, '1.234e-05'],
    [-2e300, '-2e+300'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ])('%p is %p, and read back the same', (value, text) => {
    expect(formatNumber(value)).toBe(text);
    expect(parseNumber(text)).toBe(value);
  });

  it.each(['', '-nan', '0x10', '1_000', '1e999', 'one', '1\r', '--1'])('refuses %p', (text) => {
    expect(parseNumber(text)).toBeUndefined();
  });
});
