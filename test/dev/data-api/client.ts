import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';

type Extra = Partial<ExecuteStatementCommandInput>;

const arns = { resourceArn: 'arn:aws:rds:x:1:cluster:c', secretArn: 'arn:aws:secretsmanager:x:1:secret:s' };

/** The real SDK pointed at an endpoint; nothing is sent twice. */
export function createClient(url: string) {
  const sdk = new RDSDataClient({
    endpoint: url,
    region: 'ap-northeast-2',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  return {
    sdk,
    arns,
    execute: (sql: string, extra: Extra = {}, abortSignal?: AbortSignal) =>
      sdk.send(new ExecuteStatementCommand({ ...arns, sql, ...extra }), abortSignal ? { abortSignal } : {}),
    /** The one value of a statement that gives one, as its field. */
    value: async (sql: string, extra: Extra = {}) => {
      const { records } = await sdk.send(new ExecuteStatementCommand({ ...arns, sql, ...extra }));
      return records?.[0]?.[0];
    },
    begin: async () => {
      const { transactionId } = await sdk.send(new BeginTransactionCommand(arns));
      return String(transactionId);
    },
    commit: (transactionId: string) => sdk.send(new CommitTransactionCommand({ ...arns, transactionId })),
    rollback: (transactionId: string) => sdk.send(new RollbackTransactionCommand({ ...arns, transactionId })),
    /** A call as bytes, to see what JavaScript's numbers would hide. */
    raw: async (path: string, body: string) => {
      const response = await fetch(`${url}${path}`, { method: 'POST', body });
      return {
        status: response.status,
        errorType: response.headers.get('x-amzn-errortype'),
        text: await response.text(),
      };
    },
  };
}

export type Client = ReturnType<typeof createClient>;
