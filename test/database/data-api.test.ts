import {
  DatabaseErrorException,
  DatabaseResumingException,
  ExecuteStatementCommand,
  InternalServerErrorException,
} from '@aws-sdk/client-rds-data';
import { afterEach, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import type { Clock } from '../../src/clock';
import { createDataApiClient, createDataApiDatabase } from '../../src/database/data-api';
import type { Statement } from '../../src/database/database';
import { createLog } from '../../src/log';

const ADDRESS = { resourceArn: 'arn:cluster', secretArn: 'arn:secret', database: 'reviewmaps' };
const READ: Statement = { sql: 'SELECT count(*) AS n FROM campaign', idempotent: true };
const WRITE: Statement = { sql: 'INSERT INTO t VALUES (1)', idempotent: false };
const ONE = { columnMetadata: [{ label: 'n', typeName: 'int8' }], records: [[{ stringValue: '1' }]] };

const client = createDataApiClient({ region: 'ap-northeast-2' });
const service = mockClient(client);
const lines: Record<string, unknown>[] = [];
const slept: number[] = [];

const clock: Clock = {
  elapsed: () => 0,
  now: () => 0,
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    slept.push(ms);
  },
};
const log = createLog({ level: 'debug', now: () => 0, write: (line) => lines.push(JSON.parse(line)) });
const database = createDataApiDatabase({ client, address: ADDRESS, clock, log, random: () => 0.5 });

function run(statement: Statement, signal = new AbortController().signal) {
  return database.query(statement, signal);
}

function resuming() {
  return new DatabaseResumingException({ message: 'resuming', $metadata: { httpStatusCode: 400 } });
}

function broken() {
  return new InternalServerErrorException({ message: 'oops', $metadata: { httpStatusCode: 500 } });
}

afterEach(() => {
  service.reset();
  lines.length = 0;
  slept.length = 0;
});

describe('createDataApiDatabase', () => {
  it('sends the statement with its address, typed parameters and exact result types', async () => {
    service.on(ExecuteStatementCommand).resolves(ONE);
    const rows = await run({
      sql: 'SELECT count(*) AS n FROM campaign WHERE region = :region',
      parameters: { region: { type: 'text', value: '강남' } },
      idempotent: true,
    });
    expect(rows).toEqual([{ n: 1n }]);
    expect(service.call(0).args[0].input).toEqual({
      resourceArn: 'arn:cluster',
      secretArn: 'arn:secret',
      database: 'reviewmaps',
      sql: 'SELECT count(*) AS n FROM campaign WHERE region = :region',
      parameters: [{ name: 'region', value: { stringValue: '강남' } }],
      includeResultMetadata: true,
      resultSetOptions: { longReturnType: 'STRING', decimalReturnType: 'STRING' },
    });
  });

  it('sends nothing when a parameter cannot be sent', async () => {
    const statement: Statement = {
      sql: 'SELECT :p',
      parameters: { p: { type: 'float8', value: Number.NaN } },
      idempotent: true,
    };
    await expect(run(statement)).rejects.toThrow('parameter ":p" is NaN');
    expect(service.calls()).toHaveLength(0);
  });

  it("throws PostgreSQL's refusal with its SQLSTATE, at once", async () => {
    const message = 'ERROR: relation "t" does not exist; SQLState: 42P01';
    service
      .on(ExecuteStatementCommand)
      .rejects(new DatabaseErrorException({ message, $metadata: { httpStatusCode: 400 } }));
    await expect(run(READ)).rejects.toMatchObject({
      name: 'QueryError',
      message: 'relation "t" does not exist',
      sqlState: '42P01',
      retryable: false,
    });
    expect(service.calls()).toHaveLength(1);
  });

  it('waits for a waking cluster with any statement, and says so once', async () => {
    service
      .on(ExecuteStatementCommand)
      .rejectsOnce(resuming())
      .rejectsOnce(resuming())
      .rejectsOnce(resuming())
      .rejectsOnce(resuming())
      .resolves(ONE);
    expect(await run(WRITE)).toEqual([{ n: 1n }]);
    expect(slept).toEqual([1_500, 1_500, 1_500, 1_500]);
    expect(lines).toMatchObject([{ level: 'info', event: 'cluster is waking up', error: 'QueryError' }]);
  });

  it('sends an idempotent statement again after a failure of the service, and logs it', async () => {
    service.on(ExecuteStatementCommand).rejectsOnce(broken()).rejectsOnce(broken()).resolves(ONE);
    expect(await run(READ)).toEqual([{ n: 1n }]);
    expect(slept).toEqual([25, 50]);
    expect(lines).toMatchObject([
      { level: 'warn', event: 'statement is sent again', error: 'QueryError', delayMs: 25 },
      { level: 'warn', event: 'statement is sent again', error: 'QueryError', delayMs: 50 },
    ]);
  });

  it('sends a statement that is not idempotent once when it may have run', async () => {
    service.on(ExecuteStatementCommand).rejectsOnce(broken()).resolves(ONE);
    await expect(run(WRITE)).rejects.toMatchObject({
      name: 'QueryError',
      message: expect.stringContaining('the statement may have run'),
      retryable: true,
    });
    expect(service.calls()).toHaveLength(1);
  });

  it("rejects with the signal's reason while the SDK does not settle", async () => {
    const sent = Promise.withResolvers<void>();
    service.on(ExecuteStatementCommand).callsFake(() => {
      sent.resolve();
      return new Promise(() => {});
    });
    const controller = new AbortController();
    const waiting = run(READ, controller.signal);
    await sent.promise;
    const reason = new Error('the budget is spent');
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
  });
});

describe('createDataApiClient', () => {
  it('leaves every repeat to this adapter', async () => {
    const before = process.env.AWS_MAX_ATTEMPTS;
    process.env.AWS_MAX_ATTEMPTS = '5';
    try {
      expect(await createDataApiClient({ region: 'ap-northeast-2' }).config.maxAttempts()).toBe(1);
    } finally {
      if (before === undefined) delete process.env.AWS_MAX_ATTEMPTS;
      else process.env.AWS_MAX_ATTEMPTS = before;
    }
  });
});
