import { QueryError } from '../errors';
import type { Cell, Row } from './database';

/**
 * Reads columns of a row with the type that the statement promises. What does not fit is a QueryError that
 * names the column: a number that cannot be trusted must not become a metric.
 */
function cell(row: Row, column: string): Cell {
  const value = row[column];
  if (value === undefined) {
    throw new QueryError(`the result has no column "${column}"; it has ${Object.keys(row).join(', ')}`);
  }
  return value;
}

function wrongType(column: string, value: Cell, wanted: string): QueryError {
  return new QueryError(
    `column "${column}" is ${value === null ? 'NULL' : typeof value}, expected ${wanted}`,
  );
}

export function text(row: Row, column: string): string {
  const value = cell(row, column);
  if (typeof value !== 'string') throw wrongType(column, value, 'text');
  return value;
}

export function flag(row: Row, column: string): boolean {
  const value = cell(row, column);
  if (typeof value !== 'boolean') throw wrongType(column, value, 'a boolean');
  return value;
}

/** A count or a size: a finite number, as a metric's value. Integers above 2^53 lose their last digits here, as they do in every Prometheus sample. */
export function quantity(row: Row, column: string): number {
  const value = quantityOrNull(row, column);
  if (value === null) throw wrongType(column, null, 'a number');
  return value;
}

export function quantityOrNull(row: Row, column: string): number | null {
  const value = cell(row, column);
  if (value === null) return null;
  const number = typeof value === 'string' ? Number(value === '' ? Number.NaN : value) : Number(value);
  if (typeof value === 'boolean' || !Number.isFinite(number))
    throw wrongType(column, value, 'a finite number');
  return number;
}

/** The one row of a statement that always gives exactly one. */
export function onlyRow(rows: readonly Row[]): Row {
  const [first] = rows;
  if (first === undefined || rows.length > 1) throw new QueryError(`expected one row, got ${rows.length}`);
  return first;
}
