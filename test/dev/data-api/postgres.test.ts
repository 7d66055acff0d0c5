import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client as PgClient } from 'pg';
import type { Backend } from '../../../dev/data-api/backend';
import { connectPostgres } from '../../../dev/data-api/postgres-backend';
import { type DataApi, startDataApi } from '../../../dev/data-api/server';
import { connectTo, findPostgres, type Postgres, startPostgres } from '../../servers/postgres';
import { type Client, createClient } from './client';
import { dataApiContract } from './contract';

const missing = findPostgres() === undefined && process.env['CI'] === undefined;

(missing ? describe.skip : describe)('the endpoint in front of a PostgreSQL server', () => {
  let postgres: Postgres;
  let direct: PgClient;
  let backend: Backend;
  let api: DataApi;
  let client: Client;

  beforeAll(async () => {
    postgres = await startPostgres();
    direct = await connectTo(postgres.url);
    backend = await connectPostgres(postgres.url);
    api = await startDataApi({ backend });
    client = createClient(api.url);
  }, 60_000);

  afterAll(async () => {
    await api.close();
    await backend.close();
    await direct.end();
    await postgres.stop();
  });

  /** Waits until a query of the endpoint's that contains the text runs, or no longer does. */
  async function untilRunning(text: string, expected: boolean): Promise<void> {
    for (;;) {
      const { rows } = await direct.query(
        "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE $1",
        [`%${text}%`],
      );
      if (rows.length > 0 === expected) return;
    }
  }

  /** An endpoint beside the common one, with limits that a test can wait for. */
  async function withLimits<T>(
    limits: { statementMs?: number; transactionIdleMs?: number },
    work: (client: Client) => Promise<T>,
  ): Promise<T> {
    const short = await startDataApi({ backend, limits });
    try {
      return await work(createClient(short.url));
    } finally {
      await short.close();
    }
  }

  describe('keeps the contract:', () => dataApiContract(() => client));

  it('answers calls side by side', async () => {
    await direct.query('SELECT pg_advisory_lock(1)');
    const calls = Array.from({ length: 5 }, (_, call) =>
      client.execute(`SELECT pg_advisory_xact_lock_shared(1) /* call ${call} */`),
    );
    // All of them wait at the same time: none is kept back until another one is answered.
    for (const call of calls.keys()) await untilRunning(`/* call ${call} */`, true);
    await direct.query('SELECT pg_advisory_unlock(1)');
    await Promise.all(calls);
  });

  it('cancels a statement that is out of time', async () => {
    await withLimits({ statementMs: 300 }, async ({ execute }) => {
      await expect(execute('SELECT pg_sleep(60) /* late */')).rejects.toMatchObject({
        name: 'StatementTimeoutException',
        $metadata: { httpStatusCode: 400 },
      });
    });
    await untilRunning('/* late */', false);
  });

  it('lets a statement continue after its time when it is told to', async () => {
    await client.execute('CREATE TABLE continued (id int)');
    await withLimits({ statementMs: 200 }, async ({ execute }) => {
      const sql = 'INSERT INTO continued SELECT 1 FROM pg_sleep(0.6)';
      await expect(execute(sql, { continueAfterTimeout: true })).rejects.toThrow(/timed out/);
      await untilRunning('INSERT INTO continued', false);
    });
    expect(await client.value('SELECT count(*) FROM continued')).toEqual({ longValue: 1 });
  });

  it('cancels the statement of a client that went away', async () => {
    const leave = new AbortController();
    const call = client.execute('SELECT pg_sleep(60) /* left */', {}, leave.signal);
    await untilRunning('/* left */', true);
    leave.abort();
    await expect(call).rejects.toMatchObject({ name: 'AbortError' });
    await untilRunning('/* left */', false);
    expect(await client.value('SELECT 1')).toEqual({ longValue: 1 });
  });

  it('refuses a second statement while a transaction runs one', async () => {
    const transactionId = await client.begin();
    await direct.query('SELECT pg_advisory_lock(1)');
    const slow = client.execute('SELECT pg_advisory_xact_lock(1) /* slow */', { transactionId });
    await untilRunning('/* slow */', true);
    for (const second of [client.execute('SELECT 1', { transactionId }), client.commit(transactionId)]) {
      await expect(second).rejects.toMatchObject({ name: 'BadRequestException' });
    }
    await direct.query('SELECT pg_advisory_unlock(1)');
    await slow;
    expect(await client.rollback(transactionId)).toMatchObject({ transactionStatus: 'Rollback Complete' });
  });

  it('rolls back a transaction that is idle for too long', async () => {
    await client.execute('CREATE TABLE forgotten (id int)');
    await withLimits({ transactionIdleMs: 200 }, async ({ begin, execute, commit }) => {
      const transactionId = await begin();
      await execute('INSERT INTO forgotten VALUES (1)', { transactionId });
      // Waits for the lock that the transaction holds until it is rolled back.
      await client.execute('DROP TABLE forgotten');
      await expect(commit(transactionId)).rejects.toMatchObject({ name: 'TransactionNotFoundException' });
    });
  });

  it('rolls back what is open when it is closed', async () => {
    await client.execute('CREATE TABLE abandoned (id int)');
    await withLimits({}, async ({ begin, execute }) => {
      await execute('INSERT INTO abandoned VALUES (1)', { transactionId: await begin() });
    });
    expect(await client.value('SELECT count(*) FROM abandoned')).toEqual({ longValue: 0 });
  });

  it('gives the NULL of no type the type that the server infers', async () => {
    const parameters = [{ name: 'p', value: { isNull: true } }];
    expect(await client.value('SELECT coalesce(:p, 5)', { parameters })).toEqual({ longValue: 5 });
    await expect(client.execute('SELECT 1 WHERE :p IS NULL', { parameters })).rejects.toThrow(/42P18/);
  });

  it('says that the database is unavailable while it is, and serves it again after', async () => {
    await postgres.crash();
    await expect(client.execute('SELECT 1')).rejects.toMatchObject({
      name: 'DatabaseUnavailableException',
      $metadata: { httpStatusCode: 504 },
    });
    await postgres.start();
    expect(await client.value('SELECT 1')).toEqual({ longValue: 1 });
  });
});
