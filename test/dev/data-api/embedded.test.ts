import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, createClient } from './client';
import { type Command, startCommand } from './command';
import { dataApiContract } from './contract';

describe('the endpoint with the embedded database', () => {
  let command: Command;
  let client: Client;

  beforeAll(async () => {
    command = startCommand(['--port', '0', '--no-sample']);
    client = createClient((await command.ready).url);
  }, 60_000);

  afterAll(async () => {
    expect(await command.stop()).toBe(0);
  });

  describe('keeps the contract:', () => dataApiContract(() => client));

  it('makes other calls wait for an open transaction', async () => {
    const transactionId = await client.begin();
    let answered = false;
    const beside = client.value('SELECT 1').then((value) => {
      answered = true;
      return value;
    });
    await client.execute('SELECT 1', { transactionId });
    await client.execute('SELECT 1', { transactionId });
    expect(answered).toBe(false);
    await client.rollback(transactionId);
    expect(await beside).toEqual({ longValue: 1 });
  });

  it('gives up waiting for a client that went away', async () => {
    const transactionId = await client.begin();
    const leave = new AbortController();
    const left = client.execute('CREATE TABLE left_behind (id int)', {}, leave.signal);
    await client.execute('SELECT 1', { transactionId });
    leave.abort();
    await expect(left).rejects.toMatchObject({ name: 'AbortError' });
    await client.execute('SELECT 1', { transactionId });
    await client.rollback(transactionId);
    expect(await client.value("SELECT to_regclass('left_behind') IS NULL")).toEqual({ booleanValue: true });
  });
});
