import type { TableRef } from '../config/config';

/** An identifier as SQL reads it. Configuration refuses quotes in names; doubling them keeps this safe without that. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A table as SQL reads it: with its schema if one was written, otherwise found on the search path. */
export function qualified(ref: Pick<TableRef, 'schema' | 'table'>): string {
  return ref.schema === undefined ? quoted(ref.table) : `${quoted(ref.schema)}.${quoted(ref.table)}`;
}
