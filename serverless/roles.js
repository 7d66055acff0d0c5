/** IAM roles: one for each function, one for the schedules, each with the actions and ARNs that it needs. */

const VPC_ACTIONS = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];
const XRAY_ACTIONS = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];

function allow(Sid, Action, Resource) {
  return { Sid, Effect: 'Allow', Action, Resource };
}

function role(service, policyName, statements, condition) {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: [service] },
            Action: ['sts:AssumeRole'],
            ...(condition === undefined ? {} : { Condition: condition }),
          },
        ],
      },
      Policies: [
        { PolicyName: policyName, PolicyDocument: { Version: '2012-10-17', Statement: statements } },
      ],
    },
  };
}

/** @param logicalName the function's name as logical IDs begin with it, such as `Collect` */
function functionRole(logicalName, settings) {
  const secrets = [settings.databaseSecretArn, settings.pushgatewaySecretArn].filter((arn) => arn !== '');
  const statements = [
    allow(
      'WriteLogs',
      ['logs:CreateLogStream', 'logs:PutLogEvents'],
      [{ 'Fn::GetAtt': [`${logicalName}LogGroup`, 'Arn'] }],
    ),
  ];
  if (settings.databaseClusterArn !== '') {
    statements.push(allow('QueryDatabase', ['rds-data:ExecuteStatement'], [settings.databaseClusterArn]));
  }
  if (secrets.length > 0) statements.push(allow('ReadSecrets', ['secretsmanager:GetSecretValue'], secrets));
  if (settings.secretsKmsKeyArns.length > 0) {
    statements.push(allow('DecryptSecrets', ['kms:Decrypt'], settings.secretsKmsKeyArns));
  }
  // Neither service lets these actions be limited to a resource.
  if (settings.vpc !== undefined) statements.push(allow('JoinVpc', VPC_ACTIONS, ['*']));
  if (settings.xray) statements.push(allow('SendTraces', XRAY_ACTIONS, ['*']));
  return role('lambda.amazonaws.com', 'run', statements);
}

function schedulerRole(logicalNames) {
  const functions = logicalNames.map((name) => ({ 'Fn::GetAtt': [`${name}LambdaFunction`, 'Arn'] }));
  return role('scheduler.amazonaws.com', 'invoke', [allow('Invoke', ['lambda:InvokeFunction'], functions)], {
    // Schedules of other accounts must not borrow this role.
    StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
  });
}

module.exports = { functionRole, schedulerRole };
