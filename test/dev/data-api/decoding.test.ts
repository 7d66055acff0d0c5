import { describe, expect, it } from '@jest/globals';
import { decode } from '../../../dev/data-api/decoding';

const options = { decimalReturnType: 'STRING', longReturnType: 'LONG' } as const;
const asNumbers = { decimalReturnType: 'DOUBLE_OR_LONG', longReturnType: 'LONG' } as const;
const asStrings = { decimalReturnType: 'STRING', longReturnType: 'STRING' } as const;
const errorNamed = (name: string) => expect.objectContaining({ name });

describe('decode', () => {
  it.each([
    ['int8 with every digit', 20, '9223372036854775807', 'long', '9223372036854775807'],
    ['int4', 23, '-5', 'long', '-5'],
    ['oid', 26, '4294967295', 'long', '4294967295'],
    ['float8', 701, '1e+20', 'double', '1e+20'],
    ['float8 that is no number', 701, '-Infinity', 'double', '"-Infinity"'],
    ['numeric', 1700, '1.50', 'string', '"1.50"'],
    ['bool', 16, 'f', 'boolean', 'false'],
    ['bytea', 17, '\\x0001ff', 'blob', '"AAH/"'],
    ['text', 25, '강남 "맛집"', 'string', '"강남 \\"맛집\\""'],
    [
      'timestamptz without its offset',
      1184,
      '2026-01-31 23:59:59.12+00',
      'string',
      '"2026-01-31 23:59:59.12"',
    ],
    [
      'timestamptz of another zone in UTC',
      1184,
      '2026-01-01 08:00:00.5+09',
      'string',
      '"2025-12-31 23:00:00.5"',
    ],
    [
      'timestamptz of a zone with minutes',
      1184,
      '2026-01-01 00:00:00-03:30',
      'string',
      '"2026-01-01 03:30:00"',
    ],
    ['timestamp', 1114, '2026-01-31 23:59:59', 'string', '"2026-01-31 23:59:59"'],
    ['date', 1082, '2026-01-31', 'string', '"2026-01-31"'],
    ['uuid', 2950, 'a', 'string', '"a"'],
    ['an enum', 99_999, 'open', 'string', '"open"'],
  ])('gives %s', (_, oid, text, kind, json) => {
    expect(decode(oid, text, '', options)).toEqual({ kind, json });
  });

  it('follows the options for int8 and numeric', () => {
    expect(decode(20, '12', '', asStrings)).toEqual({ kind: 'string', json: '"12"' });
    expect(decode(23, '12', '', asStrings)).toEqual({ kind: 'long', json: '12' });
    expect(decode(1700, '12', '', asNumbers)).toEqual({ kind: 'long', json: '12' });
    expect(decode(1700, '1.5', '', asNumbers)).toEqual({ kind: 'double', json: '1.5' });
    expect(decode(1700, 'NaN', '', asNumbers)).toEqual({ kind: 'double', json: '"NaN"' });
  });

  it('keeps NULL apart from an empty text', () => {
    expect(decode(25, null, '', options)).toEqual({ kind: 'null' });
    expect(decode(25, '', '', options)).toEqual({ kind: 'string', json: '""' });
  });

  it.each([
    ['int8[]', 1016, '{1,NULL,3}', 'long', ['1', 'null', '3']],
    [
      'text[]',
      1009,
      '{a,"b,\\"c\\\\",NULL,"NULL",""}',
      'string',
      ['"a"', '"b,\\"c\\\\"', 'null', '"NULL"', '""'],
    ],
    ['timestamptz[]', 1185, '{"2026-01-01 00:00:00+00"}', 'string', ['"2026-01-01 00:00:00"']],
    ['bool[]', 1000, '{t,f}', 'boolean', ['true', 'false']],
    ['an empty float8[]', 1022, '{}', 'double', []],
    ['an int4[] with its own bounds', 1007, '[0:1]={7,8}', 'long', ['7', '8']],
  ])('gives %s', (_, oid, text, of, items) => {
    expect(decode(oid, text, '', options)).toEqual({ kind: 'array', of, items });
  });

  it('reads an array of a type that it does not know by its name', () => {
    expect(decode(99_998, '{open,"on hold"}', '_state', options)).toEqual({
      kind: 'array',
      of: 'string',
      items: ['"open"', '"on hold"'],
    });
  });

  it.each([
    ['interval', 1186, '1 day'],
    ['regclass', 2205, 'campaign'],
    ['"char"', 18, 'x'],
    ['xml', 142, '<a/>'],
    ['a NULL interval', 1186, null],
    ['an array of two dimensions', 1007, '{{1,2},{3,4}}'],
  ])('refuses %s as the service does', (_, oid, text) => {
    expect(() => decode(oid, text, '', options)).toThrow(errorNamed('UnsupportedResultException'));
  });

  it.each([
    ['timestamptz', 1184, 'infinity'],
    ['timestamp', 1114, '-infinity'],
  ])('fails for an infinite %s', (_, oid, text) => {
    expect(() => decode(oid, text, '', options)).toThrow(errorNamed('InternalFailure'));
  });
});
