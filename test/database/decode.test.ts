import type { Field } from '@aws-sdk/client-rds-data';
import { describe, expect, it } from '@jest/globals';
import type { Cell } from '../../src/database/database';
import { decodeRows } from '../../src/database/decode';
import { QueryError } from '../../src/errors';

function decodeOne(typeName: string, field: Field): Cell | undefined {
  return decodeRows({ columnMetadata: [{ label: 'x', typeName }], records: [[field]] })[0]?.['x'];
}

describe('decodeRows', () => {
  it.each<[string, Field, Cell]>([
    ['int2', { longValue: -7 }, -7n],
    ['int4', { stringValue: '2147483647' }, 2147483647n],
    ['int8', { stringValue: '9223372036854775807' }, 9223372036854775807n],
    ['int8', { stringValue: '-9223372036854775808' }, -9223372036854775808n],
    ['int8', { longValue: 0 }, 0n],
    ['oid', { longValue: 16384 }, 16384n],
    ['bigserial', { stringValue: '9007199254740993' }, 9007199254740993n],
    ['serial', { longValue: 3 }, 3n],
    ['float8', { doubleValue: 0.1 }, 0.1],
    ['float4', { doubleValue: 0 }, 0],
    ['float8', { stringValue: 'Infinity' }, Number.POSITIVE_INFINITY],
    ['float8', { stringValue: 'NaN' }, Number.NaN],
    ['float8', { doubleValue: Number.NaN }, Number.NaN],
    ['numeric', { stringValue: '123456789012345678901234567890.10' }, '123456789012345678901234567890.10'],
    ['bool', { booleanValue: false }, false],
    ['timestamptz', { stringValue: '2026-11-03 04:05:06.000789' }, '2026-11-03T04:05:06.000789Z'],
    ['timestamptz', { stringValue: '2026-11-03 04:05:06' }, '2026-11-03T04:05:06.000000Z'],
    ['timestamptz', { stringValue: '2026-11-03 04:05:06.7+00' }, '2026-11-03T04:05:06.700000Z'],
    ['timestamp', { stringValue: '2026-11-03 04:05:06.7' }, '2026-11-03T04:05:06.700000'],
    ['date', { stringValue: '2026-11-03' }, '2026-11-03'],
    ['text', { stringValue: '' }, ''],
    ['varchar', { stringValue: '서울 "강남"' }, '서울 "강남"'],
    ['int8', { isNull: true }, null],
    ['timestamptz', { isNull: true }, null],
    ['_text', { isNull: true }, null],
  ])('reads %s %j', (typeName, field, expected) => {
    expect(decodeOne(typeName, field)).toBe(expected);
  });

  it('gives rows in order with every column by its label', () => {
    const rows = decodeRows({
      columnMetadata: [
        { label: 'region', name: 'r', typeName: 'text' },
        { name: 'campaigns', typeName: 'int8' },
      ],
      records: [
        [{ stringValue: 'b' }, { stringValue: '2' }],
        [{ isNull: true }, { stringValue: '1' }],
      ],
    });
    expect(rows).toEqual([
      { region: 'b', campaigns: 2n },
      { region: null, campaigns: 1n },
    ]);
  });

  it('gives no rows for a result without any, and for a statement without a result', () => {
    expect(decodeRows({ columnMetadata: [{ label: 'x', typeName: 'int8' }], records: [] })).toEqual([]);
    expect(decodeRows({ numberOfRecordsUpdated: 0, generatedFields: [] })).toEqual([]);
  });

  it.each<[string, Field]>([
    ['int8', { longValue: 2 ** 53 }],
    ['int8', { stringValue: '' }],
    ['int8', { stringValue: '1.5' }],
    ['float8', { stringValue: '' }],
    ['float8', { stringValue: 'many' }],
    ['bool', { stringValue: 't' }],
    ['timestamptz', { stringValue: 'infinity' }],
    ['timestamptz', { stringValue: '2026-11-03 04:05:06+09' }],
    ['timestamptz', { stringValue: '0044-03-15 12:00:00 BC' }],
  ])('refuses %s %j, naming the column', (typeName, field) => {
    expect(() => decodeOne(typeName, field)).toThrow(QueryError);
    expect(() => decodeOne(typeName, field)).toThrow(`column "x" of type ${typeName} arrived as `);
  });

  it.each<[string, Field]>([
    ['_int8', { arrayValue: { longValues: [1] } }],
    ['bytea', { blobValue: new Uint8Array([1]) }],
  ])('asks for a cast of %s', (typeName, field) => {
    expect(() => decodeOne(typeName, field)).toThrow(
      `column "x" has type ${typeName}, which is not read: cast it to text in the statement`,
    );
  });

  it('refuses two columns of one name', () => {
    const columnMetadata = [
      { label: 'count', typeName: 'int8' },
      { label: 'count', typeName: 'int8' },
    ];
    expect(() => decodeRows({ columnMetadata, records: [] })).toThrow(
      'the result has two columns "count": give each its own name with AS',
    );
  });

  it('refuses a row that does not fit the columns', () => {
    const columnMetadata = [{ label: 'x', typeName: 'int8' }];
    expect(() => decodeRows({ columnMetadata, records: [[]] })).toThrow('a row has 0 values for 1 columns');
  });

  it.each([{}, { records: [[{ longValue: 1 }]], numberOfRecordsUpdated: 0 }])(
    'refuses %j, which does not describe its columns',
    (output) => {
      expect(() => decodeRows(output)).toThrow('check AWS_ENDPOINT_URL_RDS_DATA');
    },
  );
});
