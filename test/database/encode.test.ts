import { describe, expect, it } from '@jest/globals';
import { encodeParameters } from '../../src/database/encode';
import { QueryError } from '../../src/errors';

describe('encodeParameters', () => {
  it('states the type of every value', () => {
    expect(
      encodeParameters({
        region: { type: 'text', value: "강남구 'O''Brien'" },
        id: { type: 'int8', value: 42n },
        ratio: { type: 'float8', value: 0.25 },
        active: { type: 'bool', value: false },
      }),
    ).toEqual([
      { name: 'region', value: { stringValue: "강남구 'O''Brien'" } },
      { name: 'id', value: { longValue: 42 } },
      { name: 'ratio', value: { doubleValue: 0.25 } },
      { name: 'active', value: { booleanValue: false } },
    ]);
  });

  it('has none for a statement without parameters', () => {
    expect(encodeParameters()).toEqual([]);
  });

  it.each(['text', 'int8', 'float8', 'bool'] as const)('sends NULL for a %s that is null', (type) => {
    expect(encodeParameters({ p: { type, value: null } })).toEqual([{ name: 'p', value: { isNull: true } }]);
  });

  it.each([2n ** 63n, -(2n ** 63n) - 1n])('refuses %s, which int8 does not hold', (value) => {
    expect(() => encodeParameters({ p: { type: 'int8', value } })).toThrow(
      new QueryError(
        `parameter ":p" is ${value}, which is outside int8: pass it as text and cast it in the statement (:p::numeric)`,
      ),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %s', (value) => {
    expect(() => encodeParameters({ p: { type: 'float8', value } })).toThrow(
      `parameter ":p" is ${value}, which JSON cannot carry: pass it as text and cast it in the statement (:p::float8)`,
    );
  });
});
