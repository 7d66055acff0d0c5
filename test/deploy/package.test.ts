import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMPLETE, Project, type Resource, run, type Template } from './project';
import { extractZip, readZip } from './zip';

const LIMIT_MS = 90_000;
/** Bytes of a function's archive. What a function loads at its cold start grows with it. */
const LARGEST_ARCHIVE = 256 * 1024;

const FUNCTIONS = [
  { name: 'collect', id: 'Collect' },
  { name: 'probe', id: 'Probe' },
  { name: 'fold', id: 'Fold' },
] as const;

const DESCRIPTIONS = {
  collect: 'Counts campaigns, tables, cleanup and connections, and pushes the numbers.',
  probe: 'Asks each service whether it is up, and pushes the answers.',
  fold: 'Adds what scraper runs pushed to the totals, and publishes them.',
} as const;

let project: Project;
/** Packaged with nothing set. */
let bare: Template;
/** Packaged for prod, with everything set that is needed. */
let complete: Template;
/** Packaged with every option. */
let optional: Template;

beforeAll(async () => {
  project = await Project.copy();
  optional = await project.package(
    [
      ...['--param', 'scheduleRate=rate(5 minutes)', '--param', 'scheduleEnabled=false'],
      ...['--param', 'reservedConcurrency=off', '--param', 'logRetentionDays=7', '--param', 'xray=true'],
    ],
    {
      ...COMPLETE,
      PUSHGATEWAY_SECRET_ARN: '',
      VPC_SUBNET_IDS: 'subnet-0123456789abcdef0, subnet-0123456789abcdef1',
      VPC_SECURITY_GROUP_IDS: 'sg-0123456789abcdef0',
      ALARM_TOPIC_ARNS: 'arn:aws:sns:ap-northeast-2:111122223333:alarms',
      SECRETS_KMS_KEY_ARNS:
        'arn:aws:kms:ap-northeast-2:111122223333:key/00000000-0000-0000-0000-000000000000',
    },
  );
  bare = await project.package();
  complete = await project.package(['--stage', 'prod'], {
    ...COMPLETE,
    PUSHGATEWAY_USERNAME: 'a-local-user',
    PUSHGATEWAY_PASSWORD: 'a-local-password',
    PUSHGATEWAY_TOKEN: 'a-local-token',
  });
}, LIMIT_MS);

afterAll(async () => {
  await project.remove();
});

function resource(template: Template, id: string): Resource {
  const found = template.Resources[id];
  if (found === undefined) throw new Error(`${id} is not in the template`);
  return found;
}

function properties(template: Template, id: string): Readonly<Record<string, unknown>> {
  return resource(template, id).Properties;
}

function ofType(template: Template, type: string): string[] {
  return Object.entries(template.Resources)
    .filter(([, { Type }]) => Type === type)
    .map(([id]) => id)
    .sort();
}

function allow(Sid: string, Action: readonly string[], Resource: readonly unknown[]): object {
  return { Sid, Effect: 'Allow', Action, Resource };
}

function policies(PolicyName: string, ...Statement: object[]): object[] {
  return [{ PolicyName, PolicyDocument: { Version: '2012-10-17', Statement } }];
}

function trust(service: string, more: object = {}): object {
  return {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: [service] }, Action: ['sts:AssumeRole'], ...more }],
  };
}

function writeLogs(id: string): object {
  return allow(
    'WriteLogs',
    ['logs:CreateLogStream', 'logs:PutLogEvents'],
    [{ 'Fn::GetAtt': [`${id}LogGroup`, 'Arn'] }],
  );
}

describe('the template', () => {
  test('has only the functions, their roles, schedules, alarms and log groups, and the bucket of the deployment', () => {
    const types = Object.values(complete.Resources).map(({ Type }) => Type);
    expect(
      Object.fromEntries(
        [...new Set(types)].sort().map((type) => [type, types.filter((t) => t === type).length]),
      ),
    ).toEqual({
      'AWS::CloudWatch::Alarm': 9,
      'AWS::IAM::Role': 4,
      'AWS::Lambda::EventInvokeConfig': 3,
      'AWS::Lambda::Function': 3,
      'AWS::Logs::LogGroup': 3,
      'AWS::S3::Bucket': 1,
      'AWS::S3::BucketPolicy': 1,
      'AWS::Scheduler::Schedule': 3,
    });
  });

  test('needs no variable to be packaged, and then names no database, no secret and no gateway', () => {
    for (const { id } of FUNCTIONS) {
      expect(properties(bare, `${id}LambdaFunction`)['Environment']).toEqual({
        Variables: { LOG_LEVEL: 'info', STAGE: 'dev' },
      });
      expect(properties(bare, `${id}Role`)['Policies']).toEqual(policies('run', writeLogs(id)));
    }
    expect(ofType(bare, 'AWS::Scheduler::Schedule')).toEqual([
      'CollectSchedulerSchedule1',
      'FoldSchedulerSchedule1',
      'ProbeSchedulerSchedule1',
    ]);
  });

  test.each(FUNCTIONS)('$name has exactly these properties', ({ name, id }) => {
    const { Code, Environment, ...rest } = properties(complete, `${id}LambdaFunction`);
    expect(rest).toEqual({
      FunctionName: `reviewmaps-monitoring-prod-${name}`,
      Description: DESCRIPTIONS[name],
      Handler: `handlers/${name}.handler`,
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 256,
      Timeout: 50,
      ReservedConcurrentExecutions: 1,
      Role: { 'Fn::Sub': `\${${id}Role.Arn}` },
    });
    expect(Code).toMatchObject({ S3Key: expect.stringMatching(new RegExp(`/${name}\\.zip$`)) });
    expect(Environment).toEqual({
      Variables: {
        DATABASE_CLUSTER_ARN: COMPLETE.DATABASE_CLUSTER_ARN,
        DATABASE_SECRET_ARN: COMPLETE.DATABASE_SECRET_ARN,
        DATABASE_NAME: COMPLETE.DATABASE_NAME,
        PUSHGATEWAY_URL: COMPLETE.PUSHGATEWAY_URL,
        PUSHGATEWAY_SECRET_ARN: COMPLETE.PUSHGATEWAY_SECRET_ARN,
        LOG_LEVEL: 'info',
        STAGE: 'prod',
        ...(name === 'probe' ? { DJANGO_HEALTH_URL: COMPLETE.DJANGO_HEALTH_URL } : {}),
      },
    });
  });

  test.each(FUNCTIONS)(
    'the role of $name may write its log, query the cluster and read the two secrets',
    ({ id }) => {
      expect(properties(complete, `${id}Role`)).toEqual({
        AssumeRolePolicyDocument: trust('lambda.amazonaws.com'),
        Policies: policies(
          'run',
          writeLogs(id),
          allow('QueryDatabase', ['rds-data:ExecuteStatement'], [COMPLETE.DATABASE_CLUSTER_ARN]),
          allow(
            'ReadSecrets',
            ['secretsmanager:GetSecretValue'],
            [COMPLETE.DATABASE_SECRET_ARN, COMPLETE.PUSHGATEWAY_SECRET_ARN],
          ),
        ),
      });
    },
  );

  test('the role of the schedules may invoke the three functions, for this account only', () => {
    expect(properties(complete, 'SchedulerRole')).toEqual({
      AssumeRolePolicyDocument: trust('scheduler.amazonaws.com', {
        Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
      }),
      Policies: policies(
        'invoke',
        allow(
          'Invoke',
          ['lambda:InvokeFunction'],
          [
            { 'Fn::GetAtt': ['CollectLambdaFunction', 'Arn'] },
            { 'Fn::GetAtt': ['ProbeLambdaFunction', 'Arn'] },
            { 'Fn::GetAtt': ['FoldLambdaFunction', 'Arn'] },
          ],
        ),
      ),
    });
  });

  test.each(FUNCTIONS)(
    '$name is due every minute, and an event that is a minute old is dropped',
    ({ id }) => {
      expect(properties(complete, `${id}SchedulerSchedule1`)).toMatchObject({
        ScheduleExpression: 'rate(1 minute)',
        State: 'ENABLED',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: {
          Arn: { 'Fn::GetAtt': [`${id}LambdaFunction`, 'Arn'] },
          RoleArn: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] },
          RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 },
        },
      });
      expect(properties(complete, `${id}LambdaEvConf`)).toMatchObject({
        FunctionName: { Ref: `${id}LambdaFunction` },
        Qualifier: '$LATEST',
        MaximumEventAgeInSeconds: 60,
        MaximumRetryAttempts: 0,
      });
    },
  );

  test.each(FUNCTIONS)('the log of $name is kept for 30 days', ({ name, id }) => {
    expect(properties(complete, `${id}LogGroup`)).toEqual({
      LogGroupName: `/aws/lambda/reviewmaps-monitoring-prod-${name}`,
      RetentionInDays: 30,
    });
  });

  test.each(FUNCTIONS)('alarms tell when $name fails, is throttled or is not started', ({ name, id }) => {
    const common = {
      Namespace: 'AWS/Lambda',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: `${id}LambdaFunction` } }],
      Statistic: 'Sum',
      Threshold: 1,
      Period: 60,
      EvaluationPeriods: 5,
      AlarmDescription: expect.any(String),
    };
    const recurring = {
      ...common,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      DatapointsToAlarm: 3,
      TreatMissingData: 'notBreaching',
    };
    expect(properties(complete, `${id}ErrorsAlarm`)).toEqual({
      ...recurring,
      MetricName: 'Errors',
      AlarmName: `reviewmaps-monitoring-prod-${name}-errors`,
    });
    expect(properties(complete, `${id}ThrottlesAlarm`)).toEqual({
      ...recurring,
      MetricName: 'Throttles',
      AlarmName: `reviewmaps-monitoring-prod-${name}-throttles`,
    });
    expect(properties(complete, `${id}MissingAlarm`)).toEqual({
      ...common,
      MetricName: 'Invocations',
      AlarmName: `reviewmaps-monitoring-prod-${name}-missing`,
      ComparisonOperator: 'LessThanThreshold',
      DatapointsToAlarm: 5,
      TreatMissingData: 'breaching',
    });
  });

  test('holds no secret, and neither does anything else that packaging wrote', async () => {
    const files = await readdir(project.packaged(''));
    expect(files).toEqual(
      expect.arrayContaining(['serverless-state.json', 'collect.zip', 'probe.zip', 'fold.zip']),
    );
    for (const file of files) {
      const contents = file.endsWith('.zip')
        ? [...(await readZip(project.packaged(file))).values()]
        : [await readFile(project.packaged(file))];
      for (const content of contents) expect(content.toString('latin1')).not.toContain('a-local-');
    }
    const template = await readFile(project.packaged('cloudformation-template-update-stack.json'), 'utf8');
    expect(template).not.toMatch(/PUSHGATEWAY_(USERNAME|PASSWORD|TOKEN)/);
  });
});

describe('the options of a stage', () => {
  test.each(FUNCTIONS)('reach $name', ({ id }) => {
    const lambda = properties(optional, `${id}LambdaFunction`);
    expect(lambda).not.toHaveProperty('ReservedConcurrentExecutions');
    expect(lambda['TracingConfig']).toEqual({ Mode: 'Active' });
    expect(lambda['VpcConfig']).toEqual({
      SubnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      SecurityGroupIds: ['sg-0123456789abcdef0'],
    });
    expect(properties(optional, `${id}SchedulerSchedule1`)).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      State: 'DISABLED',
    });
    expect(properties(optional, `${id}LogGroup`)['RetentionInDays']).toBe(7);
  });

  test.each(FUNCTIONS)('give $name the permissions that go with them', ({ id }) => {
    expect(properties(optional, `${id}Role`)['Policies']).toEqual(
      policies(
        'run',
        writeLogs(id),
        allow('QueryDatabase', ['rds-data:ExecuteStatement'], [COMPLETE.DATABASE_CLUSTER_ARN]),
        allow('ReadSecrets', ['secretsmanager:GetSecretValue'], [COMPLETE.DATABASE_SECRET_ARN]),
        allow(
          'DecryptSecrets',
          ['kms:Decrypt'],
          ['arn:aws:kms:ap-northeast-2:111122223333:key/00000000-0000-0000-0000-000000000000'],
        ),
        allow(
          'JoinVpc',
          [
            'ec2:AssignPrivateIpAddresses',
            'ec2:CreateNetworkInterface',
            'ec2:DeleteNetworkInterface',
            'ec2:DescribeNetworkInterfaces',
            'ec2:DescribeSubnets',
            'ec2:UnassignPrivateIpAddresses',
          ],
          ['*'],
        ),
        allow('SendTraces', ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], ['*']),
      ),
    );
  });

  test('make the alarms follow the interval, tell the topic, and leave out the one on missing runs', () => {
    const topic = ['arn:aws:sns:ap-northeast-2:111122223333:alarms'];
    expect(ofType(optional, 'AWS::CloudWatch::Alarm')).toEqual([
      'CollectErrorsAlarm',
      'CollectThrottlesAlarm',
      'FoldErrorsAlarm',
      'FoldThrottlesAlarm',
      'ProbeErrorsAlarm',
      'ProbeThrottlesAlarm',
    ]);
    for (const alarm of ofType(optional, 'AWS::CloudWatch::Alarm')) {
      expect(properties(optional, alarm)).toMatchObject({
        Period: 300,
        EvaluationPeriods: 5,
        AlarmActions: topic,
        OKActions: topic,
      });
    }
  });

  test.each([
    ['scheduleRate=cron(0 0 * * ? *)', 'scheduleRate is "cron(0 0 * * ? *)"; write rate(1 minute)'],
    ['reservedConcurrency=none', 'reservedConcurrency is "none"; write 1, a larger number, or off.'],
    ['vpcSubnetIds=subnet-0123456789abcdef0', 'vpcSubnetIds and vpcSecurityGroupIds belong together'],
    ['pushgatewayUrl=https://user:word@example.com', 'PUSHGATEWAY_URL has credentials in it'],
  ])(
    '%s is refused with a sentence, and no stack below it',
    async (param, sentence) => {
      const { code, output } = await project.serverless(['package', '--param', param]);
      expect(code).toBe(1);
      expect(output).toContain(sentence);
      expect(output).not.toMatch(/^ +at /m);
    },
    LIMIT_MS,
  );
});

describe('the archive', () => {
  test.each(FUNCTIONS)('of $name is one minified file and small', async ({ name }) => {
    const path = project.packaged(`${name}.zip`);
    const files = await readZip(path);
    expect([...files.keys()]).toEqual([`handlers/${name}.js`]);
    expect((await stat(path)).size).toBeLessThan(LARGEST_ARCHIVE);
    const source = files.get(`handlers/${name}.js`)?.toString('utf8') ?? '';
    // Unminified bundles name each module's file in a comment, and have short lines.
    expect(source).not.toMatch(/^\/\/ \S+\.ts$/m);
    expect(source.length / source.split('\n').length).toBeGreaterThan(200);
  });

  test.each(FUNCTIONS)(
    'of $name runs in plain Node, away from the project, and its errors keep their names',
    async ({ name }) => {
      const folder = await mkdtemp(join(tmpdir(), 'reviewmaps-bundle-'));
      try {
        await extractZip(project.packaged(`${name}.zip`), folder);
        const script = `
          const context = { awsRequestId: 'r', functionName: 'f', getRemainingTimeInMillis: () => 5000 };
          Promise.resolve().then(() => require('./handlers/${name}.js').handler({}, context)).then(
            () => console.log('resolved'),
            (error) => console.log('rejected with ' + error.name + ': ' + error.message));`;
        const { output } = await run(process.execPath, ['-e', script], { cwd: folder, env: {} });
        expect(output).toContain('rejected with ConfigError: ');
        expect(output).toContain('DATABASE_CLUSTER_ARN');
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    LIMIT_MS,
  );
});
