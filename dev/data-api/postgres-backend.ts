import { Client, Pool, type PoolClient, Query } from 'pg';
import type { Backend, BoundStatement, RawResult, RunOptions, Session, Transaction } from './backend';

/** Connections at most; a transaction holds one. */
const POOL_SIZE = 20;
const CONNECT_LIMIT_MS = 10_000;
const TOUCHING = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
/** What the text form of values depends on. */
const SESSION_SETTINGS = '-c TimeZone=UTC -c DateStyle=ISO,MDY -c bytea_output=hex -c extra_float_digits=1';

/** One extended-protocol query that keeps text as it came, and stops keeping rows past the limit. */
function query(client: PoolClient, { sql, values }: BoundStatement, maxBytes: number): Promise<RawResult> {
  const config = {
    text: sql,
    values: values.map(({ text }) => text),
    rowMode: 'array',
    // Also without parameters: the simple protocol would take several statements.
    queryMode: 'extended',
    // The driver sends the list as the parameters' types, and asks its method how to read each column.
    types: Object.assign(
      values.map(({ typeOid }) => typeOid),
      { getTypeParser: () => (text: string) => text },
    ),
  };
  return new Promise((resolve, reject) => {
    const rows: (string | null)[][] = [];
    let bytes = 0;
    const running = client.query(new Query<(string | null)[]>(config));
    running.on('row', (row) => {
      bytes += row.reduce((sum, value) => sum + (value?.length ?? 0), 0);
      if (bytes <= maxBytes) rows.push(row);
    });
    running.on('error', reject);
    running.on('end', ({ fields, command, rowCount }) => {
      const columns = fields.map(({ name, dataTypeID }) => ({ name, typeOid: dataTypeID }));
      resolve({
        columns,
        rows,
        affected: TOUCHING.has(command) ? (rowCount ?? 0) : 0,
        cut: bytes > maxBytes,
      });
    });
  });
}

/**
 * A real PostgreSQL.
 * @param url postgres:// address, as libpq takes it.
 * @throws what the driver throws when it cannot be reached.
 */
export async function connectPostgres(url: string): Promise<Backend> {
  const settings = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    application_name: 'rds-data-api',
    options: SESSION_SETTINGS,
  };
  const pool = new Pool({ ...settings, max: POOL_SIZE });
  const processIds = new WeakMap<PoolClient, number>();
  // A connection that breaks also fails the query that runs on it; idle ones are replaced.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));

  /** Through a connection of its own: the pool may have none left. */
  async function cancel(processId: number): Promise<void> {
    const canceller = new Client(settings);
    canceller.on('error', () => undefined);
    try {
      await canceller.connect();
      await canceller.query('SELECT pg_cancel_backend($1)', [processId]);
    } catch {
      // The statement then ends by itself; its caller has had its answer.
    } finally {
      await canceller.end().catch(() => undefined);
    }
  }

  async function run(
    client: PoolClient,
    processId: number,
    statement: BoundStatement,
    { signal, maxBytes }: RunOptions,
  ): Promise<RawResult> {
    signal.throwIfAborted();
    let cancelling: Promise<void> | undefined;
    const onAbort = () => {
      cancelling = cancel(processId);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await query(client, statement, maxBytes);
    } catch (thrown) {
      signal.throwIfAborted();
      throw thrown;
    } finally {
      signal.removeEventListener('abort', onAbort);
      // A cancellation that is still on its way would hit the next statement of this connection.
      await cancelling;
    }
  }

  async function askProcessId(client: PoolClient): Promise<number> {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const processId = rows[0]?.pid ?? 0;
    processIds.set(client, processId);
    return processId;
  }

  async function connect(signal: AbortSignal): Promise<{ client: PoolClient; session: Session }> {
    signal.throwIfAborted();
    const client = await pool.connect();
    try {
      const processId = processIds.get(client) ?? (await askProcessId(client));
      return { client, session: { run: (statement, options) => run(client, processId, statement, options) } };
    } catch (thrown) {
      client.release(true);
      throw thrown;
    }
  }

  /** Settings, temporary tables and advisory locks end with the call. A session that cannot be reset is closed. */
  async function giveBack(client: PoolClient): Promise<void> {
    await client.query('DISCARD ALL').then(
      () => client.release(),
      () => client.release(true),
    );
  }

  async function begin(signal: AbortSignal): Promise<Transaction> {
    const { client, session } = await connect(signal);
    const end = async (statement: 'COMMIT' | 'ROLLBACK') => {
      try {
        // A failed transaction answers COMMIT with ROLLBACK, without an error: ask first.
        if (statement === 'COMMIT') await client.query('SELECT 1');
        await client.query(statement);
      } catch (thrown) {
        await client.query('ROLLBACK').catch(() => undefined);
        throw thrown;
      } finally {
        await giveBack(client);
      }
    };
    try {
      await client.query('BEGIN');
    } catch (thrown) {
      client.release(true);
      throw thrown;
    }
    return { ...session, commit: () => end('COMMIT'), rollback: () => end('ROLLBACK') };
  }

  try {
    const { rows } = await pool.query<{ name: string }>('SELECT current_database() AS name');
    return {
      database: rows[0]?.name ?? '',
      session: async (work, signal) => {
        const { client, session } = await connect(signal);
        try {
          return await work(session);
        } finally {
          // Not awaited: the answer need not wait for the clean-up, the next call does.
          void giveBack(client);
        }
      },
      begin,
      close: () => pool.end(),
    };
  } catch (thrown) {
    await pool.end();
    throw thrown;
  }
}
