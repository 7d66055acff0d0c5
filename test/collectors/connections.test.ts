import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connectionsCollector } from '../../src/collectors/connections';
import { connectTo } from '../servers/postgres';
import { describePostgres, type Stack, startStack } from '../servers/stack';
import { collectorContext, databaseOf, values } from './context';

const LIMIT_MS = 60_000;
const METRIC = 'reviewmaps_database_connections';

describe('the connections collector', () => {
  it('reports a state that it does not know, beside those that it does', async () => {
    const database = databaseOf([{ state: 'starting', n: 2n, maximum: 100n, role: 'r', allowed: true }]);
    const { samples } = await connectionsCollector.collect(collectorContext(database).context);
    expect(values(samples, METRIC)).toMatchObject({
      starting: 2,
      active: 0,
      'idle in transaction (aborted)': 0,
    });
  });
});

describePostgres('the connections collector on PostgreSQL (needs initdb)', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ max_connections: '37' }, 'monitor');
  }, LIMIT_MS);
  afterAll(async () => {
    await stack?.stop();
  }, LIMIT_MS);

  it('fails with what to grant when the role cannot see the others, rather than give a small number', async () => {
    await expect(connectionsCollector.collect(collectorContext(stack.database).context)).rejects.toThrow(
      'the role monitor cannot see other sessions: run "grant pg_read_all_stats to monitor"',
    );
  });

  it('counts client connections by state, all databases, and the maximum', async () => {
    await stack.sql.query('grant pg_read_all_stats to monitor');
    const open = await Promise.all([1, 2].map(() => connectTo(stack.postgres.url)));
    for (const client of open) await client.query('begin');
    try {
      const { samples } = await connectionsCollector.collect(collectorContext(stack.database).context);
      expect(values(samples, METRIC)).toMatchObject({ 'idle in transaction': 2, active: 1 });
      expect(samples.find(({ metric }) => metric === 'reviewmaps_database_connections_max')?.value).toBe(37);
    } finally {
      for (const client of open) await client.end();
    }
  });
});
