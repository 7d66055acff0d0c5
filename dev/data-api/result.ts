import type { Column, RawResult } from './backend';
import { type Decoded, decode, type ResultOptions } from './decoding';
import { badRequest, tooLarge } from './errors';
import type { Limits } from './limits';
import { ELEMENT_OF } from './types';

export interface ResultShape {
  readonly metadata: boolean;
  readonly formatted: boolean;
  readonly options: ResultOptions;
}

type TypeNames = ReadonlyMap<number, string>;

/** `java.sql.ResultSetMetaData.columnNullableUnknown`: neither backend knows. */
const NULLABLE_UNKNOWN = 2;
/** `java.sql.Types`: what the service's `type` is made of. */
const JDBC_TYPES: Readonly<Record<string, number>> = {
  bool: -7,
  bytea: -2,
  int2: 5,
  int4: 4,
  int8: -5,
  oid: -5,
  float4: 7,
  float8: 8,
  numeric: 2,
  text: 12,
  varchar: 12,
  name: 12,
  bpchar: 1,
  date: 91,
  time: 92,
  timetz: 92,
  timestamp: 93,
  timestamptz: 93,
};
const JDBC_ARRAY = 2003;
const JDBC_OTHER = 1111;
const SIGNED = new Set(['int2', 'int4', 'int8', 'float4', 'float8', 'numeric']);

function metadata({ name, typeOid }: Column, names: TypeNames): object {
  const typeName = names.get(typeOid) ?? String(typeOid);
  const isArray = typeName.startsWith('_');
  return {
    arrayBaseColumnType: isArray ? (JDBC_TYPES[typeName.slice(1)] ?? JDBC_OTHER) : 0,
    isAutoIncrement: false,
    isCaseSensitive: ['text', 'varchar', 'bpchar', 'name'].includes(typeName),
    isCurrency: false,
    isSigned: SIGNED.has(typeName),
    label: name,
    name,
    nullable: NULLABLE_UNKNOWN,
    precision: 0,
    scale: 0,
    schemaName: '',
    tableName: '',
    type: isArray ? JDBC_ARRAY : (JDBC_TYPES[typeName] ?? JDBC_OTHER),
    typeName,
  };
}

function field(decoded: Decoded): string {
  if (decoded.kind === 'null') return '{"isNull":true}';
  if (decoded.kind !== 'array') return `{"${decoded.kind}Value":${decoded.json}}`;
  if (decoded.of === 'blob') throw badRequest('An array of bytea cannot be returned');
  return `{"arrayValue":{"${decoded.of}Values":[${decoded.items.join(',')}]}}`;
}

function plain(decoded: Decoded): string {
  if (decoded.kind === 'null') return 'null';
  return decoded.kind === 'array' ? `[${decoded.items.join(',')}]` : decoded.json;
}

/** Row by row, so that a result far over the limit is not built first. */
function rowsAsJson(
  result: RawResult,
  names: TypeNames,
  shape: ResultShape,
  limit: number,
  rowLimit: number,
): string {
  if (result.cut) throw tooLarge();
  let json = '';
  for (const row of result.rows) {
    const values = result.columns.map(({ name, typeOid }, index) => {
      const decoded = decode(typeOid, row[index] ?? null, names.get(typeOid) ?? '', shape.options);
      return shape.formatted ? `${JSON.stringify(name)}:${plain(decoded)}` : field(decoded);
    });
    const text = shape.formatted ? `{${values.join(',')}}` : `[${values.join(',')}]`;
    if (Buffer.byteLength(text) > rowLimit) throw tooLarge();
    json += json === '' ? text : `,${text}`;
    if (json.length > limit) throw tooLarge();
  }
  return `[${json}]`;
}

/** Whether the answer needs names of types beyond those that this program knows. */
export function needsTypeNames(result: RawResult, shape: ResultShape): boolean {
  const builtIn = (oid: number) => oid < 10_000 && !ELEMENT_OF.has(oid);
  return shape.metadata || result.columns.some(({ typeOid }) => !builtIn(typeOid));
}

/**
 * The body of an answer to /Execute.
 * @throws BadRequestException over the limits, UnsupportedResultException for types that the service refuses.
 */
export function executeResponse(
  result: RawResult,
  names: TypeNames,
  shape: ResultShape,
  limits: Limits,
): string {
  const members = [`"numberOfRecordsUpdated":${result.affected}`, '"generatedFields":[]'];
  if (result.columns.length > 0 && shape.formatted) {
    const records = rowsAsJson(result, names, shape, limits.formattedBytes, limits.rowBytes);
    if (Buffer.byteLength(records) > limits.formattedBytes) throw tooLarge();
    return `{${[...members, `"formattedRecords":${JSON.stringify(records)}`].join(',')}}`;
  }
  if (result.columns.length > 0) {
    members.push(`"records":${rowsAsJson(result, names, shape, limits.responseBytes, limits.rowBytes)}`);
    if (shape.metadata) {
      members.push(
        `"columnMetadata":${JSON.stringify(result.columns.map((column) => metadata(column, names)))}`,
      );
    }
  }
  const body = `{${members.join(',')}}`;
  if (Buffer.byteLength(body) > limits.responseBytes) throw tooLarge();
  return body;
}
