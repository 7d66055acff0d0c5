import { arrayElements } from './arrays';
import { unsupportedResult } from './errors';
import type { ExecuteRequest } from './request';
import { localTimestamp, utcTimestamp } from './timestamps';
import { ELEMENT_OF, OID, UNSUPPORTED } from './types';

type Kind = 'boolean' | 'long' | 'double' | 'string' | 'blob';

/** A value as JSON text, so that no integer passes through a JavaScript number. */
export type Decoded =
  | { readonly kind: 'null' }
  | { readonly kind: Kind; readonly json: string }
  | { readonly kind: 'array'; readonly of: Kind; readonly items: readonly string[] };

export type ResultOptions = ExecuteRequest['resultSetOptions'];
type Scalar = { readonly kind: Kind; readonly json: string };

const string = (text: string): Scalar => ({ kind: 'string', json: JSON.stringify(text) });
const long = (digits: string): Scalar => ({ kind: 'long', json: digits });

/** NaN and infinities are strings in AWS's JSON protocols. PostgreSQL's other numbers are JSON as they are. */
const double = (text: string): Scalar => ({
  kind: 'double',
  json: /^-?\d/.test(text) ? text : JSON.stringify(text),
});

const INT64_DIGITS = 18;

function decimal(text: string, options: ResultOptions): Scalar {
  if (options.decimalReturnType !== 'DOUBLE_OR_LONG') return string(text);
  return /^-?\d+$/.test(text) && text.length <= INT64_DIGITS ? long(text) : double(text);
}

function scalar(typeOid: number, text: string, options: ResultOptions): Scalar {
  switch (typeOid) {
    case OID.bool:
      return { kind: 'boolean', json: text === 't' ? 'true' : 'false' };
    case OID.int8:
      return options.longReturnType === 'STRING' ? string(text) : long(text);
    case OID.int2:
    case OID.int4:
    case OID.oid:
      return long(text);
    case OID.float4:
    case OID.float8:
      return double(text);
    case OID.numeric:
      return decimal(text, options);
    case OID.bytea:
      return {
        kind: 'blob',
        json: JSON.stringify(Buffer.from(text.slice(2), 'hex').toString('base64')),
      };
    case OID.timestamptz:
      return string(utcTimestamp(text));
    case OID.timestamp:
    case OID.date:
      return string(localTimestamp(text));
    default:
      return string(text);
  }
}

/** The kind of an array's elements when there is none to look at. */
function kindOf(elementOid: number, options: ResultOptions): Kind {
  return scalar(elementOid, elementOid === OID.bytea ? '\\x' : '0', options).kind;
}

/**
 * A value of a result.
 * @throws UnsupportedResultException for the types that the service refuses; also for NULL, since it looks at the column.
 */
export function decode(
  typeOid: number,
  text: string | null,
  typeName: string,
  options: ResultOptions,
): Decoded {
  const refused = UNSUPPORTED.get(typeOid);
  if (refused !== undefined)
    throw unsupportedResult(`The result contains the unsupported data type ${refused}.`);
  if (text === null) return { kind: 'null' };
  const elementOid = ELEMENT_OF.get(typeOid) ?? (typeName.startsWith('_') ? OID.text : undefined);
  if (elementOid === undefined) return scalar(typeOid, text, options);
  const elements = arrayElements(text);
  return {
    kind: 'array',
    of: kindOf(elementOid, options),
    items: elements.map((element) => (element === null ? 'null' : scalar(elementOid, element, options).json)),
  };
}
