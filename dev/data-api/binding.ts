import type { BoundStatement, BoundValue } from './backend';
import { badRequest } from './errors';
import { findPlaceholders } from './placeholders';
import type { SqlParameter, TypeHint } from './request';
import { OID } from './types';

const HINTED: Readonly<Record<TypeHint, { typeOid: number; form: RegExp; written: string }>> = {
  DATE: { typeOid: OID.date, form: /^\d{4}-\d\d-\d\d$/, written: 'YYYY-MM-DD' },
  TIME: { typeOid: OID.time, form: /^\d\d:\d\d:\d\d(\.\d+)?$/, written: 'HH:MM:SS[.FFF]' },
  TIMESTAMP: {
    typeOid: OID.timestamp,
    form: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/,
    written: 'YYYY-MM-DD HH:MM:SS[.FFF]',
  },
  DECIMAL: { typeOid: OID.numeric, form: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, written: 'a number' },
  UUID: { typeOid: OID.uuid, form: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, written: 'a UUID' },
  JSON: { typeOid: OID.json, form: /^/, written: 'JSON' },
};
/** The server decides: the service gives a NULL without a hint no type. */
const UNKNOWN_TYPE = 0;
const INT8_MIN = -(2n ** 63n);
const INT8_MAX = 2n ** 63n - 1n;

function hinted({ name, value, typeHint }: SqlParameter, hint: TypeHint): BoundValue {
  const { typeOid, form, written } = HINTED[hint];
  if (value.isNull === true) return { typeOid, text: null };
  if (value.stringValue === undefined) {
    throw badRequest(`Parameter ${name}: typeHint ${typeHint} needs a stringValue`);
  }
  if (!form.test(value.stringValue)) {
    throw badRequest(`Parameter ${name}: typeHint ${typeHint} expects ${written}`);
  }
  return { typeOid, text: value.stringValue };
}

/** A parameter with the one type that its member stands for: nothing is inferred from where it is used. */
function boundValue(parameter: SqlParameter): BoundValue {
  const { name, value, typeHint } = parameter;
  if (value.arrayValue !== undefined) throw badRequest('Array parameters are not supported.');
  if (typeHint !== undefined) return hinted(parameter, typeHint);
  if (value.isNull === true) return { typeOid: UNKNOWN_TYPE, text: null };
  if (value.stringValue !== undefined) return { typeOid: OID.text, text: value.stringValue };
  if (value.longValue !== undefined) {
    const long = BigInt(value.longValue);
    if (long < INT8_MIN || long > INT8_MAX) throw badRequest(`Parameter ${name} is not a 64-bit integer`);
    return { typeOid: OID.int8, text: value.longValue };
  }
  if (value.doubleValue !== undefined) return { typeOid: OID.float8, text: String(value.doubleValue) };
  if (value.booleanValue !== undefined) return { typeOid: OID.bool, text: String(value.booleanValue) };
  if (value.blobValue !== undefined) {
    return { typeOid: OID.bytea, text: `\\x${Buffer.from(value.blobValue, 'base64').toString('hex')}` };
  }
  throw badRequest(`Parameter ${name} has no value`);
}

/**
 * A statement with `$n` for every `:name`, and the values in that order; a name used twice is one value.
 * @throws BadRequestException for a name without a parameter, and for values that the service refuses.
 */
export function bind(sql: string, parameters: readonly SqlParameter[]): BoundStatement {
  const given = new Map(parameters.map((parameter) => [parameter.name, boundValue(parameter)]));
  const values: BoundValue[] = [];
  const numbers = new Map<string, number>();
  let bound = '';
  let copied = 0;
  for (const { name, start, end } of findPlaceholders(sql)) {
    const value = given.get(name);
    if (value === undefined) throw badRequest(`Cannot find parameter: ${name}`);
    const number = numbers.get(name) ?? values.push(value);
    numbers.set(name, number);
    bound += `${sql.slice(copied, start)}$${number}`;
    copied = end;
  }
  return { sql: bound + sql.slice(copied), values };
}
