import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../servers/process';
import { Project } from './project';

const LIMIT_MS = 60_000;

/** What a developer's shell has, other than the addresses that the template knows. */
const SHELL = {
  DATABASE_NAME: 'local',
  PUSHGATEWAY_URL: 'http://127.0.0.1:9091',
  PUSHGATEWAY_USERNAME: 'someone',
  PUSHGATEWAY_PASSWORD: 'a-local-password',
  AWS_ENDPOINT_URL_RDS_DATA: 'http://127.0.0.1:1234',
  AWS_REGION: 'eu-central-1',
  LOG_LEVEL: 'debug',
} as const;

/** A handler that tells what it sees. */
const MIRROR = `
export async function handler(_event: unknown, context: { getRemainingTimeInMillis(): number }): Promise<object> {
  return { environment: { ...process.env }, remaining: context.getRemainingTimeInMillis() };
}
`;

interface Seen {
  readonly environment: Readonly<Record<string, string>>;
  readonly remaining: number;
}

/** Resolves with everything written so far as soon as all of the texts are in it. */
async function written(child: ChildProcess, texts: readonly string[]): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (texts.every((text) => output.includes(text))) resolve(output);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('close', (code) => reject(new Error(`ended with ${code}:\n${output}`)));
  });
}

describe('on a developer machine', () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.copy();
  });
  afterAll(async () => {
    await project.remove();
  });

  test.each(['collect', 'probe', 'fold'])(
    '"invoke local" runs the real %s',
    async (name) => {
      const { code, output } = await project.serverless(['invoke', 'local', '--function', name]);
      expect(code).not.toBe(0);
      expect(output).toContain('ConfigError');
      expect(output).toContain('DATABASE_CLUSTER_ARN');
    },
    LIMIT_MS,
  );

  test(
    '"offline" schedules all functions, which see the whole shell and never a deployed stage',
    async () => {
      for (const name of ['collect', 'probe', 'fold']) await project.write(`handlers/${name}.ts`, MIRROR);
      const port = await freePort();
      const args = ['offline', '--stage', 'prod', '--lambdaPort', String(port)];
      const { file, args: all, env } = project.command(args, SHELL);
      const offline = spawn(file, all, { cwd: project.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
      const ended = once(offline, 'close');
      try {
        await written(offline, [
          'Scheduling [collect] cron: [*/1 * * * *]',
          'Scheduling [probe] cron: [*/1 * * * *]',
          'Scheduling [fold] cron: [*/1 * * * *]',
        ]);
        const functions = `http://localhost:${port}/2015-03-31/functions`;
        const answer = await fetch(`${functions}/reviewmaps-monitoring-prod-probe/invocations`, {
          method: 'POST',
          body: '{}',
        });
        const seen: Seen = JSON.parse(await answer.text());
        expect(seen.environment).toMatchObject({ ...SHELL, STAGE: 'local' });
        // What was not given is missing, and not an empty text.
        expect(seen.environment).not.toHaveProperty('DATABASE_CLUSTER_ARN');
        expect(seen.environment).not.toHaveProperty('DJANGO_HEALTH_URL');
        expect(seen.remaining).toBeGreaterThan(40_000);
        expect(seen.remaining).toBeLessThanOrEqual(50_000);
      } finally {
        offline.kill('SIGINT');
        await ended;
      }
    },
    LIMIT_MS,
  );
});
