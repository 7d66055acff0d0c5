import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMPLETE, type Environment, Project, run } from './project';
import { withTool } from './tools';

const LIMIT_MS = 60_000;

const VARIANTS: { name: string; args: readonly string[]; environment: Environment }[] = [
  { name: 'nothing set', args: [], environment: {} },
  { name: 'what a deployment needs', args: ['--stage', 'prod'], environment: COMPLETE },
  {
    name: 'every option',
    args: [
      '--param',
      'xray=true',
      '--param',
      'reservedConcurrency=off',
      '--param',
      'scheduleRate=rate(1 hour)',
    ],
    environment: {
      ...COMPLETE,
      VPC_SUBNET_IDS: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
      VPC_SECURITY_GROUP_IDS: 'sg-0123456789abcdef0',
      ALARM_TOPIC_ARNS: 'arn:aws:sns:ap-northeast-2:111122223333:alarms',
      SECRETS_KMS_KEY_ARNS:
        'arn:aws:kms:ap-northeast-2:111122223333:key/00000000-0000-0000-0000-000000000000',
    },
  },
];

describe('cfn-lint', () => {
  withTool('cfn-lint', (cfnLint) => {
    let project: Project;
    beforeAll(async () => {
      project = await Project.copy();
    });
    afterAll(async () => {
      await project.remove();
    });

    test.each(VARIANTS)(
      'finds nothing in the template with $name',
      async ({ args, environment }) => {
        await project.package(args, environment);
        const finished = await run(
          cfnLint,
          ['--template', project.packaged('cloudformation-template-update-stack.json')],
          { cwd: project.folder, env: { PATH: process.env['PATH'] ?? '', HOME: project.folder } },
        );
        expect(finished).toEqual({ code: 0, output: '' });
      },
      LIMIT_MS,
    );
  });
});
