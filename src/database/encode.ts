import type { Field, SqlParameter } from '@aws-sdk/client-rds-data';
import { QueryError } from '../errors';
import type { Parameter, Statement } from './database';

const INT8_BITS = 64;

/**
 * Parameters as the RDS Data API takes them, each with its type: text, int8, float8 and bool arrive as those.
 * A NULL has no type on the wire, so a statement casts it where PostgreSQL cannot tell (`:p::timestamptz`).
 * @throws QueryError for a number that PostgreSQL or JSON cannot hold
 */
export function encodeParameters(parameters: Statement['parameters'] = {}): SqlParameter[] {
  return Object.entries(parameters).map(([name, parameter]) => ({ name, value: encode(name, parameter) }));
}

function encode(name: string, parameter: Parameter): Field {
  if (parameter.value === null) return { isNull: true };
  switch (parameter.type) {
    case 'text':
      return { stringValue: parameter.value };
    case 'bool':
      return { booleanValue: parameter.value };
    case 'float8':
      if (!Number.isFinite(parameter.value)) {
        throw new QueryError(
          `parameter ":${name}" is ${parameter.value}, which JSON cannot carry: pass it as text and cast it in the statement (:${name}::float8)`,
        );
      }
      return { doubleValue: parameter.value };
    case 'int8':
      return encodeInt8(name, parameter.value);
  }
}

function encodeInt8(name: string, value: bigint): Field {
  if (BigInt.asIntN(INT8_BITS, value) !== value) {
    throw new QueryError(
      `parameter ":${name}" is ${value}, which is outside int8: pass it as text and cast it in the statement (:${name}::numeric)`,
    );
  }
  const number = Number(value);
  // The SDK types a long as a number, which has 53 bits. It writes a member that it does not know as it is,
  // a bigint with all its digits.
  return Number.isSafeInteger(number) ? { longValue: number } : { $unknown: ['longValue', value] };
}
