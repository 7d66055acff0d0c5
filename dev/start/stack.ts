import { systemClock } from '../../src/clock';
import { createDataApiClient, createDataApiDatabase } from '../../src/database/data-api';
import { migrate } from '../../src/ledger/migrate';
import { environmentOf, type Ready, type Report } from '../data-api/report';
import type { Children } from './children';
import { type ChosenGateway, chooseGateway, failing } from './gateway';
import { startHealthServer } from './health';
import { type Offline, startOffline } from './offline';
import type { StartOptions } from './options';
import { program } from './program';

/** Everything that runs on this machine, ready to be used. */
export interface LocalStack {
  readonly gateway: ChosenGateway;
  readonly dataApiUrl: string;
  readonly healthUrl: string;
  readonly offline: Offline;
  /** The environment that the functions run in. */
  readonly environment: NodeJS.ProcessEnv;
  /** Resolves with a sentence when something that must run has ended. */
  readonly broken: Promise<string>;
  close(): void;
}

interface StackOptions {
  readonly options: StartOptions;
  readonly children: Children;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: (sentence: string) => void;
  readonly onLogLine: (line: string) => void;
}

/** Milliseconds for installing the ledger. */
const MIGRATE_LIMIT_MS = 30_000;

/** Starts the parts side by side: the slow ones are the database and serverless offline. @throws Error with a sentence. */
export async function startStack({
  options,
  children,
  env,
  progress,
  onLogLine,
}: StackOptions): Promise<LocalStack> {
  const { ports } = options;
  const given = env['DJANGO_HEALTH_URL'];
  const health = given === undefined || given === '' ? await startHealthServer(ports.health) : undefined;
  const healthUrl = health?.url ?? given ?? '';
  const gateway = await chooseGateway(children, env, ports.gateway);
  progress(`${gateway.what}: ${gateway.url}`);
  // What the functions are told is known before the database answers.
  const settings = {
    ...environmentOf(expectedReady(ports.dataApi)),
    PUSHGATEWAY_URL: gateway.url,
    DJANGO_HEALTH_URL: healthUrl,
    STAGE: 'local',
  };
  progress('starting the database and serverless offline side by side');
  const [dataApi, offline] = await Promise.all([
    startDatabase(children, env, ports.dataApi, progress),
    startOffline({
      children,
      env: { ...env, ...settings },
      ports,
      schedules: !options.once,
      onLine: onLogLine,
    }).then((started) => {
      progress('serverless offline is ready');
      return started;
    }),
  ]);
  return {
    gateway,
    dataApiUrl: dataApi.ready.url,
    healthUrl,
    offline,
    environment: { ...env, ...settings },
    broken: Promise.race([gateway.ended, dataApi.ended, offline.ended]),
    close: () => health?.close(),
  };
}

interface StartedDatabase {
  readonly ready: Ready;
  readonly ended: Promise<string>;
}

function expectedReady(port: number): Ready {
  return {
    url: `http://127.0.0.1:${port}`,
    database: 'postgres',
    resourceArn: 'arn:aws:rds:ap-northeast-2:123456789012:cluster:reviewmaps-local',
    secretArn: 'arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:reviewmaps-local',
  };
}

async function startDatabase(
  children: Children,
  env: NodeJS.ProcessEnv,
  port: number,
  progress: (sentence: string) => void,
): Promise<StartedDatabase> {
  const child = children.start(
    'the local Data API endpoint',
    ...program('dev/data-api/main.ts', ['--port', String(port)]),
    { env, ipc: true },
  );
  const ready = Promise.withResolvers<Ready>();
  child.process.on('message', (report: Report) => {
    if ('progress' in report) progress(report.progress);
    else if ('ready' in report) ready.resolve(report.ready);
    else ready.reject(new Error(report.failed));
  });
  const answer = await Promise.race([ready.promise, failing(child.ended)]);
  await installLedger(answer);
  progress('the ledger is installed');
  return { ready: answer, ended: child.ended };
}

async function installLedger({ url, database, resourceArn, secretArn }: Ready): Promise<void> {
  const client = createDataApiClient({
    region: 'ap-northeast-2',
    endpoint: url,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const address = { resourceArn, secretArn, database };
  await migrate(
    createDataApiDatabase({ client, address, clock: systemClock }),
    AbortSignal.timeout(MIGRATE_LIMIT_MS),
  );
  client.destroy();
}
