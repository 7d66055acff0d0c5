import { createRequire } from 'node:module';
import type { JobReport } from '../../src/jobs/job';
import type { JobName } from '../../src/metrics/catalog';
import type { Child, Children } from './children';
import { failing } from './gateway';
import type { Ports } from './options';

/** serverless-offline with the deployed handlers. */
export interface Offline {
  readonly ended: Promise<string>;
  /** Calls a function as AWS does, and gives what its handler returned. @throws Error with what it threw. */
  invoke(job: JobName): Promise<JobReport>;
}

interface OfflineOptions {
  readonly children: Children;
  readonly env: NodeJS.ProcessEnv;
  readonly ports: Ports;
  /** False: the functions run only when they are invoked. */
  readonly schedules: boolean;
  readonly onLine: (line: string) => void;
}

/** What serverless-offline prints for each function that it exposes: its key, and the name that AWS would know. */
const EXPOSED = /^\s+\* (\w+): (\S+)$/;
export const JOBS: readonly JobName[] = ['collect', 'probe', 'fold'];

/** Resolves when every function can be invoked. */
export async function startOffline({
  children,
  env,
  ports,
  schedules,
  onLine,
}: OfflineOptions): Promise<Offline> {
  const names = new Map<string, string>();
  const ready = Promise.withResolvers<void>();
  const serverless = createRequire(__filename).resolve('serverless/bin/serverless.js');
  const args = [
    serverless,
    'offline',
    '--lambdaPort',
    String(ports.lambda),
    '--httpPort',
    String(ports.http),
  ];
  if (!schedules) args.push('--param', 'scheduleEnabled=false');
  const child: Child = children.start('serverless offline', process.execPath, args, {
    env: { ...env, SLS_TELEMETRY_DISABLED: '1', SLS_NOTIFICATIONS_MODE: 'off' },
    onLine: (line) => {
      const [, key, name] = EXPOSED.exec(line) ?? [];
      if (key !== undefined && name !== undefined) names.set(key, name);
      if (JOBS.every((job) => names.has(job))) ready.resolve();
      onLine(line);
    },
  });
  await Promise.race([ready.promise, failing(child.ended)]);
  return {
    ended: child.ended,
    invoke: async (job) => {
      const url = `http://127.0.0.1:${ports.lambda}/2015-03-31/functions/${names.get(job)}/invocations`;
      const answer = await fetch(url, { method: 'POST', body: '{}' });
      const text = await answer.text();
      const result: unknown = JSON.parse(text);
      if (!isReport(result))
        throw new Error(`${job} failed: ${thrownMessage(result) ?? text.slice(0, 1_000)}`);
      return result;
    },
  };
}

function isReport(value: unknown): value is JobReport {
  return (
    typeof value === 'object' && value !== null && 'job' in value && 'parts' in value && 'series' in value
  );
}

/** What Lambda answers when a handler throws. */
function thrownMessage(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('errorMessage' in value)) return undefined;
  return String(value.errorMessage);
}
