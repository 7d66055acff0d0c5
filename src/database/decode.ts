import type { ColumnMetadata, ExecuteStatementCommandOutput, Field } from '@aws-sdk/client-rds-data';
import { QueryError } from '../errors';
import type { Cell, Row } from './database';

interface Column {
  readonly label: string;
  /** PostgreSQL's name of the type, as the RDS Data API reports it. */
  readonly type: string;
}

/**
 * The rows of an answer, each value by its column's type. A statement without a result gives none.
 * @throws QueryError that names the column when a value has no exact counterpart, when two columns have one
 *   name, or when this is no answer of the Data API at all
 */
export function decodeRows(output: Partial<ExecuteStatementCommandOutput>): Row[] {
  const { columnMetadata, records, numberOfRecordsUpdated, generatedFields } = output;
  if (columnMetadata === undefined) {
    const isAnswer = numberOfRecordsUpdated !== undefined || generatedFields !== undefined;
    if (isAnswer && (records === undefined || records.length === 0)) return [];
    throw new QueryError(
      'what answered is not the RDS Data API: the answer has no description of its columns; check AWS_ENDPOINT_URL_RDS_DATA',
    );
  }
  const columns = columnMetadata.map(toColumn);
  refuseDuplicates(columns);
  return (records ?? []).map((record) => decodeRow(columns, record));
}

function toColumn(metadata: ColumnMetadata): Column {
  return { label: metadata.label ?? metadata.name ?? '', type: (metadata.typeName ?? '').toLowerCase() };
}

function refuseDuplicates(columns: readonly Column[]): void {
  const seen = new Set<string>();
  for (const { label } of columns) {
    if (seen.has(label)) {
      throw new QueryError(`the result has two columns "${label}": give each its own name with AS`);
    }
    seen.add(label);
  }
}

function decodeRow(columns: readonly Column[], record: readonly Field[]): Row {
  if (record.length !== columns.length) {
    throw new QueryError(`a row has ${record.length} values for ${columns.length} columns`);
  }
  return Object.fromEntries(columns.map((column, index) => [column.label, decode(column, record[index])]));
}

function decode(column: Column, field: Field | undefined): Cell {
  if (field === undefined) throw new QueryError(`column "${column.label}" has no value at all`);
  if (field.isNull === true) return null;
  if (field.arrayValue !== undefined || field.blobValue !== undefined) {
    throw new QueryError(
      `column "${column.label}" has type ${column.type}, which is not read: cast it to text in the statement`,
    );
  }
  switch (column.type) {
    case 'int2':
    case 'int4':
    case 'int8':
    case 'oid':
    // A column with a sequence is reported by the name that declares one.
    case 'smallserial':
    case 'serial':
    case 'bigserial':
      return integer(column, field);
    case 'float4':
    case 'float8':
      return float(column, field);
    case 'bool':
      return boolean(column, field);
    case 'timestamptz':
      return `${timestamp(column, field)}Z`;
    case 'timestamp':
      return timestamp(column, field);
    default:
      return text(column, field);
  }
}

function unexpected(column: Column, field: Field): QueryError {
  const [kind, value] = Object.entries(field)[0] ?? ['nothing', ''];
  return new QueryError(
    `column "${column.label}" of type ${column.type} arrived as ${kind} ${String(value)}, which cannot be read exactly`,
  );
}

function integer(column: Column, field: Field): bigint {
  if (field.stringValue !== undefined && /^-?\d+$/.test(field.stringValue)) return BigInt(field.stringValue);
  // A number beyond 2^53 has already lost its last digits.
  if (Number.isSafeInteger(field.longValue)) return BigInt(field.longValue ?? 0);
  throw unexpected(column, field);
}

function float(column: Column, field: Field): number {
  const number = field.doubleValue ?? field.longValue;
  if (typeof number === 'number') return number;
  const written = field.stringValue?.trim();
  if (written === 'NaN') return Number.NaN;
  const parsed = written === undefined || written === '' ? Number.NaN : Number(written);
  if (Number.isNaN(parsed)) throw unexpected(column, field);
  return parsed;
}

function boolean(column: Column, field: Field): boolean {
  if (field.booleanValue === undefined) throw unexpected(column, field);
  return field.booleanValue;
}

function text(column: Column, field: Field): string {
  const value = field.stringValue ?? field.booleanValue ?? field.doubleValue ?? field.longValue;
  if (value === undefined) throw unexpected(column, field);
  return String(value);
}

/** `2026-11-03 04:05:06.789`, UTC for a timestamptz. An offset would only be correct if it is none. */
const TIMESTAMP = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:Z|\+00(?::?00)?)?$/;

/** Always with six digits of a second, so that values of one column sort as text. */
function timestamp(column: Column, field: Field): string {
  const [, date, time, fraction = ''] = TIMESTAMP.exec(field.stringValue ?? '') ?? [];
  if (date === undefined || time === undefined) throw unexpected(column, field);
  return `${date}T${time}.${fraction.padEnd(6, '0')}`;
}
