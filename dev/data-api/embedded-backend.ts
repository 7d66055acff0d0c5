import { PGlite } from '@electric-sql/pglite';
import type { Backend, BoundStatement, RawResult, RunOptions, Session } from './backend';
import { createQueue } from './queue';

const CLEAN_UP_LIMIT_MS = 60_000;

/**
 * PostgreSQL compiled to WebAssembly, in this process. It is one session: calls wait for each other and for an
 * open transaction. A running statement blocks the process and cannot be cancelled; one that waits can.
 * Takes 4 to 6 s to start.
 */
export async function startEmbedded(): Promise<Backend> {
  const database = await PGlite.create();
  const queue = createQueue();
  const keys = (table: object) => Object.keys(table);
  const parsers = Object.fromEntries(keys(database.parsers).map((oid) => [oid, (text: string) => text]));
  const serializers = Object.fromEntries(keys(database.serializers).map((oid) => [oid, String]));

  async function run({ sql, values }: BoundStatement, { signal, maxBytes }: RunOptions): Promise<RawResult> {
    signal.throwIfAborted();
    const result = await database.query<(string | null)[]>(
      sql,
      values.map(({ text }) => text),
      { rowMode: 'array', parsers, serializers, paramTypes: values.map(({ typeOid }) => typeOid) },
    );
    const columns = result.fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID }));
    let bytes = 0;
    for (const row of result.rows) for (const value of row) bytes += value?.length ?? 0;
    const cut = bytes > maxBytes;
    return { columns, rows: cut ? [] : result.rows, affected: result.affectedRows ?? 0, cut };
  }

  /** Ends what the call left open, so that the next one starts afresh. */
  async function reset(): Promise<void> {
    await database.query('DISCARD ALL').catch(async () => {
      await database.query('ROLLBACK');
      await database.query('DISCARD ALL');
    });
  }

  const session: Session = { run };
  return {
    database: 'postgres',
    async session(work, signal) {
      const leave = await queue.enter(signal);
      try {
        return await work(session);
      } finally {
        await reset().finally(leave);
      }
    },
    async begin(signal) {
      const leave = await queue.enter(signal);
      const end = async (statement: 'COMMIT' | 'ROLLBACK') => {
        try {
          // A failed transaction answers COMMIT with ROLLBACK, without an error: ask first.
          if (statement === 'COMMIT') await database.query('SELECT 1');
          await database.query(statement);
        } catch (thrown) {
          await database.query('ROLLBACK');
          throw thrown;
        } finally {
          await reset().finally(leave);
        }
      };
      try {
        await database.query('BEGIN');
      } catch (thrown) {
        leave();
        throw thrown;
      }
      return { run, commit: () => end('COMMIT'), rollback: () => end('ROLLBACK') };
    },
    async close() {
      const leave = await queue.enter(AbortSignal.timeout(CLEAN_UP_LIMIT_MS));
      await database.close().finally(leave);
    },
  };
}
