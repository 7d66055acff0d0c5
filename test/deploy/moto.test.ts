import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Moto, startMoto } from '../servers/moto';
import { COMPLETE, type Finished, Project, run } from './project';
import { withTool } from './tools';

const LIMIT_MS = 90_000;
const REGION = 'ap-northeast-2';
const PREFIX = 'reviewmaps-monitoring-ci-';

/** What read-account.py prints. */
interface Account {
  readonly stacks: Readonly<Record<string, string>>;
  readonly functions: Readonly<Record<string, DeployedFunction>>;
  /** Statements by role and policy. */
  readonly roles: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Days by name. */
  readonly logGroups: Readonly<Record<string, number | null>>;
  readonly buckets: readonly string[];
}

interface DeployedFunction {
  readonly runtime: string;
  readonly handler: string;
  readonly memory: number;
  readonly timeout: number;
  readonly role: string;
  readonly codeSha256: string;
  readonly environment: Readonly<Record<string, string>>;
}

describe('a deployment to an AWS API', () => {
  withTool('moto_server', (program) => {
    let project: Project;
    let moto: Moto;

    beforeAll(async () => {
      [project, moto] = await Promise.all([Project.copy(), startMoto(program)]);
    }, LIMIT_MS);
    afterAll(async () => {
      await moto.stop();
      await project.remove();
    });

    function account(): Record<string, string> {
      return {
        AWS_ENDPOINT_URL: moto.url,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_DEFAULT_REGION: REGION,
        // Milliseconds between two looks at the stack; the default is 5 seconds.
        SLS_AWS_MONITORING_FREQUENCY: '250',
      };
    }

    async function serverless(...args: string[]): Promise<Finished> {
      return project.serverless([...args, '--stage', 'ci'], { ...COMPLETE, ...account() });
    }

    async function readAccount(): Promise<Account> {
      const finished = await run(
        join(dirname(program), 'python'),
        [join(__dirname, 'read-account.py'), PREFIX],
        {
          cwd: project.folder,
          env: { PATH: process.env['PATH'] ?? '', ...account() },
        },
      );
      if (finished.code !== 0) throw new Error(finished.output);
      const read: Account = JSON.parse(finished.output);
      return read;
    }

    async function sha256(name: string): Promise<string> {
      return createHash('sha256')
        .update(await readFile(project.packaged(name)))
        .digest('base64');
    }

    test(
      'creates the functions with their code, roles and log groups',
      async () => {
        expect(await serverless('deploy')).toMatchObject({ code: 0 });
        const { stacks, functions, roles, logGroups, buckets } = await readAccount();
        // The framework creates the stack with its bucket alone, then updates it.
        expect(stacks).toEqual({ 'reviewmaps-monitoring-ci': 'UPDATE_COMPLETE' });
        expect(Object.keys(functions).sort()).toEqual([
          `${PREFIX}collect`,
          `${PREFIX}fold`,
          `${PREFIX}probe`,
        ]);
        expect(logGroups).toEqual({
          [`/aws/lambda/${PREFIX}collect`]: 30,
          [`/aws/lambda/${PREFIX}fold`]: 30,
          [`/aws/lambda/${PREFIX}probe`]: 30,
        });
        expect(buckets).toHaveLength(1);
        expect(Object.keys(roles)).toHaveLength(4);
        for (const name of ['collect', 'probe', 'fold']) {
          const deployed = functions[`${PREFIX}${name}`];
          expect(deployed).toMatchObject({
            runtime: 'nodejs24.x',
            handler: `handlers/${name}.handler`,
            memory: 256,
            timeout: 50,
            codeSha256: await sha256(`${name}.zip`),
            environment: { STAGE: 'ci', DATABASE_CLUSTER_ARN: COMPLETE.DATABASE_CLUSTER_ARN },
          });
          expect(roles[deployed?.role ?? '']).toMatchObject({
            run: [
              {
                Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
                Resource: [expect.stringContaining(`:log-group:/aws/lambda/${PREFIX}${name}`)],
              },
              { Action: ['rds-data:ExecuteStatement'], Resource: [COMPLETE.DATABASE_CLUSTER_ARN] },
              {
                Action: ['secretsmanager:GetSecretValue'],
                Resource: [COMPLETE.DATABASE_SECRET_ARN, COMPLETE.PUSHGATEWAY_SECRET_ARN],
              },
            ],
          });
        }
        expect(new Set(Object.values(functions).map(({ role }) => role)).size).toBe(3);
        // What only probe needs reaches only probe.
        const django = Object.entries(functions).filter(
          ([, { environment }]) => 'DJANGO_HEALTH_URL' in environment,
        );
        expect(django.map(([name]) => name)).toEqual([`${PREFIX}probe`]);
      },
      LIMIT_MS,
    );

    test(
      'changes what changed and nothing else, when it is deployed again',
      async () => {
        const before = await readAccount();
        expect(
          await serverless('deploy', '--param', 'databaseName=other', '--param', 'logLevel=debug'),
        ).toMatchObject({ code: 0 });
        const after = await readAccount();
        expect(after.stacks).toEqual({ 'reviewmaps-monitoring-ci': 'UPDATE_COMPLETE' });
        expect(after.functions[`${PREFIX}probe`]?.environment).toMatchObject({
          LOG_LEVEL: 'debug',
          DATABASE_NAME: 'other',
          STAGE: 'ci',
        });
        for (const [name, { codeSha256 }] of Object.entries(before.functions)) {
          expect(after.functions[name]?.codeSha256).toBe(codeSha256);
        }
        expect(Object.keys(after.functions)).toEqual(Object.keys(before.functions));
        expect(Object.keys(after.roles)).toEqual(Object.keys(before.roles));
      },
      LIMIT_MS,
    );

    // The server runs no code: that the function is found and answers is what can be seen here.
    // The code itself runs from the archive in package.test.ts, and by `invoke local` in local.test.ts.
    test(
      'can be invoked and asked about',
      async () => {
        for (const name of ['collect', 'probe', 'fold']) {
          await moto.answerInvocation(`{"answered":"by the deployed ${name}"}`, REGION);
          expect(await serverless('invoke', '--function', name)).toMatchObject({
            code: 0,
            output: expect.stringContaining(`by the deployed ${name}`),
          });
        }
        const info = await serverless('info');
        expect(info).toMatchObject({
          code: 0,
          output: expect.stringContaining('stack: reviewmaps-monitoring-ci'),
        });
      },
      LIMIT_MS,
    );

    test(
      'leaves nothing behind when it is removed',
      async () => {
        expect(await serverless('remove')).toMatchObject({ code: 0 });
        // This server keeps log groups whose stack is gone; CloudFormation removes them.
        expect({ ...(await readAccount()), logGroups: 'not asked' }).toEqual({
          stacks: {},
          functions: {},
          roles: {},
          logGroups: 'not asked',
          buckets: [],
        });
      },
      LIMIT_MS,
    );
  });
});
