import { describe, expect, it } from '@jest/globals';
import { bind } from '../../../dev/data-api/binding';
import type { SqlParameter } from '../../../dev/data-api/request';

const one = (value: SqlParameter['value'], typeHint?: SqlParameter['typeHint']) =>
  bind('SELECT :p', [{ name: 'p', value, ...(typeHint === undefined ? {} : { typeHint }) }]).values;

describe('bind', () => {
  it('numbers names in order of appearance and sends a repeated one once', () => {
    const text = (name: string) => ({ name, value: { stringValue: name } });
    expect(bind('SELECT :b, :a, :b::text', [text('a'), text('b'), text('unused')])).toEqual({
      sql: 'SELECT $1, $2, $1::text',
      values: [
        { typeOid: 25, text: 'b' },
        { typeOid: 25, text: 'a' },
      ],
    });
  });

  it.each([
    ['text', { stringValue: "it's" }, { typeOid: 25, text: "it's" }],
    ['int8', { longValue: '9007199254740993' }, { typeOid: 20, text: '9007199254740993' }],
    ['float8', { doubleValue: 1.5 }, { typeOid: 701, text: '1.5' }],
    ['float8 that is no number', { doubleValue: 'NaN' as const }, { typeOid: 701, text: 'NaN' }],
    ['bool', { booleanValue: false }, { typeOid: 16, text: 'false' }],
    ['bytea', { blobValue: 'AAH/' }, { typeOid: 17, text: '\\x0001ff' }],
    ['NULL of no type', { isNull: true }, { typeOid: 0, text: null }],
  ])('binds %s', (_, value, expected) => {
    expect(one(value)).toEqual([expected]);
  });

  it.each([
    ['UUID', '0190cd3a-0000-7000-8000-000000000001', 2950],
    ['JSON', '{"a": 1}', 114],
    ['DATE', '2026-01-31', 1082],
    ['TIME', '23:59:59.123', 1083],
    ['TIMESTAMP', '2026-01-31 23:59:59', 1114],
    ['DECIMAL', '-12.50', 1700],
  ] as const)('binds a string with the hint %s as that type, NULL too', (hint, stringValue, typeOid) => {
    expect(one({ stringValue }, hint)).toEqual([{ typeOid, text: stringValue }]);
    expect(one({ isNull: true }, hint)).toEqual([{ typeOid, text: null }]);
  });

  it.each([
    ['a timestamp with a T', { stringValue: '2026-01-31T00:00:00Z' }, 'TIMESTAMP'],
    ['a date that is none', { stringValue: 'tomorrow' }, 'DATE'],
    ['a UUID that is none', { stringValue: 'x' }, 'UUID'],
    ['a hint on a long', { longValue: '1' }, 'DECIMAL'],
    ['an array', { arrayValue: { longValues: [1] } }, undefined],
    ['a value without a member', {}, undefined],
    ['a long of more than 64 bits', { longValue: '9223372036854775808' }, undefined],
  ] as const)('refuses %s', (_, value, hint) => {
    expect(() => one(value, hint)).toThrow(expect.objectContaining({ name: 'BadRequestException' }));
  });

  it('refuses a statement whose parameter is missing, and names it', () => {
    expect(() => bind('SELECT :here, :gone', [{ name: 'here', value: { isNull: true } }])).toThrow(
      'Cannot find parameter: gone',
    );
  });
});
