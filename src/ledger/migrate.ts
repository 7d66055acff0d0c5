import type { Database } from '../database/database';
import { quoted } from '../database/identifier';
import { quantity } from '../database/read';
import { LedgerError, QueryError } from '../errors';
import { SCHEMA } from './call';
import { migrations } from './migrations';

/** What a migration did: the version that was there before (0 for none) and the names of what was applied. */
export interface MigrationResult {
  readonly from: number;
  readonly to: number;
  readonly applied: readonly string[];
}

/** The installed version of the ledger; 0 when there is none. Throws QueryError. */
export async function installedVersion(database: Database, signal: AbortSignal): Promise<number> {
  try {
    const rows = await database.query(
      { sql: `select coalesce(max(version), 0) as version from ${SCHEMA}.migration`, idempotent: true },
      signal,
    );
    return rows[0] === undefined ? 0 : quantity(rows[0], 'version');
  } catch (thrown) {
    // invalid_schema_name, undefined_table: nothing is installed.
    if (thrown instanceof QueryError && (thrown.sqlState === '3F000' || thrown.sqlState === '42P01'))
      return 0;
    throw thrown;
  }
}

/**
 * Brings the ledger to the newest version. Each migration is one statement (a PL/pgSQL block), so it is applied whole
 * or not at all, and running it again, or twice at once, changes nothing.
 * @throws LedgerError when the installed ledger is newer than this program; QueryError.
 */
export async function migrate(database: Database, signal: AbortSignal): Promise<MigrationResult> {
  const from = await installedVersion(database, signal);
  if (from > migrations.length) {
    throw new LedgerError(
      `the ledger has version ${from}, this program knows ${migrations.length}: use the newer program`,
    );
  }
  const pending = migrations.filter(({ version }) => version > from);
  for (const { version, sql } of pending) {
    await database.query({ sql: block(version, sql), idempotent: true }, signal).catch(explain);
  }
  return { from, to: migrations.length, applied: pending.map(({ version, name }) => `${version} ${name}`) };
}

/** insufficient_privilege */
const FORBIDDEN = '42501';

function explain(thrown: unknown): never {
  if (!(thrown instanceof QueryError) || thrown.sqlState !== FORBIDDEN) throw thrown;
  throw new LedgerError(
    `the database role may not install the ledger (${thrown.message}): use the secret of a role that may create schemas, and let the scheduled functions' role use the ledger with --grant-to`,
    { cause: thrown, sqlState: thrown.sqlState },
  );
}

function block(version: number, sql: string): string {
  return `do $migration$ begin
    perform pg_advisory_xact_lock(hashtextextended('${SCHEMA} migration', 0));
    if to_regnamespace('${SCHEMA}') is null then
      create schema ${SCHEMA};
    end if;
    create table if not exists ${SCHEMA}.migration (
      version integer primary key, applied_at timestamptz not null default clock_timestamp());
    if exists (select from ${SCHEMA}.migration m where m.version = ${version}) then
      return;
    end if;
    ${sql}
    insert into ${SCHEMA}.migration (version) values (${version});
  end $migration$`;
}

/** Lets another role use the ledger: what the scheduled functions log in with, when a more powerful role migrates. */
export async function grantLedger(database: Database, role: string, signal: AbortSignal): Promise<void> {
  const grantee = quoted(role);
  const grants = [
    `grant usage on schema ${SCHEMA} to ${grantee}`,
    `grant select, insert, update, delete on all tables in schema ${SCHEMA} to ${grantee}`,
    `grant execute on all functions in schema ${SCHEMA} to ${grantee}`,
  ];
  for (const sql of grants) {
    await database.query({ sql, idempotent: true }, signal).catch((thrown: unknown) => {
      if (!(thrown instanceof QueryError)) throw thrown;
      throw new LedgerError(
        `the ledger is installed, but the role ${role} could not be given its use (${thrown.message}): check the role's name, and run the command again`,
        { cause: thrown, sqlState: thrown.sqlState },
      );
    });
  }
}
