/** What a client of this endpoint needs to know. */
export interface Ready {
  readonly url: string;
  readonly database: string;
  readonly resourceArn: string;
  readonly secretArn: string;
}

/** What the command tells the process that started it with an IPC channel. */
export type Report = { readonly progress: string } | { readonly ready: Ready } | { readonly failed: string };

const REGION = 'ap-northeast-2';
/** The account that AWS uses in its documentation. Any ARN is accepted. */
const ACCOUNT = '123456789012';

export function readyAt(url: string, database: string): Ready {
  return {
    url,
    database,
    resourceArn: `arn:aws:rds:${REGION}:${ACCOUNT}:cluster:reviewmaps-local`,
    secretArn: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:reviewmaps-local`,
  };
}

/** The environment that points the SDK and this project at the endpoint; the credentials are dummies. */
export function environmentOf(ready: Ready): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_RDS_DATA: ready.url,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    DATABASE_CLUSTER_ARN: ready.resourceArn,
    DATABASE_SECRET_ARN: ready.secretArn,
    DATABASE_NAME: ready.database,
  };
}

/** To a parent process if there is one, else to the terminal: what to copy on stdout, the rest on stderr. */
export function tell(report: Report): void {
  if (process.send !== undefined) {
    if (process.connected) process.send(report);
  } else if ('ready' in report) {
    const lines = Object.entries(environmentOf(report.ready)).map(
      ([name, value]) => `export ${name}=${value}`,
    );
    process.stdout.write(`${lines.join('\n')}\n`);
  } else {
    process.stderr.write(`${'progress' in report ? report.progress : report.failed}\n`);
  }
}
