import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { asApplication } from '../e2e/reviewmaps';
import { describePostgres, type Stack, startStack } from './stack';

const LIMIT_MS = 40_000;
jest.setTimeout(LIMIT_MS);

describePostgres('connections of the tests (needs initdb)', () => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack();
  }, LIMIT_MS);

  afterAll(async () => {
    await stack?.stop();
  }, LIMIT_MS);

  test('fail their statement when the server crashes, and no test with it', async () => {
    const failing = expect(
      asApplication(stack.postgres.url, 'select pg_sleep(60) as broken'),
    ).rejects.toThrow('Connection terminated unexpectedly');
    const atWork = "select 1 from pg_stat_activity where query like '% as broken' and state = 'active'";
    while ((await stack.rows(atWork)).length === 0);
    await stack.postgres.crash();
    await failing;
  });
});
