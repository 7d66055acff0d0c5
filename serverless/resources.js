/** What the template has beside the framework's own resources, and what is added to those. */
const alarms = require('./alarms.js');
const { functionRole, schedulerRole } = require('./roles.js');
const readSettings = require('./settings.js');

/** An event that Scheduler could not hand over within a minute is dropped: the next one is due. */
const RETRY_POLICY = { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 0 };

/** Properties that a function has only where they are asked for. */
function optionalProperties(settings) {
  return {
    ...(settings.reservedConcurrency === undefined
      ? {}
      : { ReservedConcurrentExecutions: settings.reservedConcurrency }),
    ...(settings.vpc === undefined ? {} : { VpcConfig: settings.vpc }),
    ...(settings.xray ? { TracingConfig: { Mode: 'Active' } } : {}),
  };
}

/** The framework generates these; extending one that it does not generate is an error. */
function extensions(logicalName, settings) {
  return {
    [`${logicalName}LambdaFunction`]: { Properties: optionalProperties(settings) },
    [`${logicalName}SchedulerSchedule1`]: {
      Properties: {
        Target: {
          Arn: { 'Fn::GetAtt': [`${logicalName}LambdaFunction`, 'Arn'] },
          RoleArn: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] },
          RetryPolicy: RETRY_POLICY,
        },
      },
    },
  };
}

module.exports = async function resources(variables) {
  const settings = await readSettings(variables);
  const logicalNames = settings.functions.map((name) => name[0].toUpperCase() + name.slice(1));
  const each = (build) =>
    Object.assign(
      {},
      ...logicalNames.map((logicalName, index) => build(logicalName, settings.functions[index])),
    );
  return {
    Description: 'Scheduled functions that compute metrics of ReviewMaps and push them to a Pushgateway',
    Resources: {
      SchedulerRole: schedulerRole(logicalNames),
      ...each((logicalName, name) => ({
        [`${logicalName}Role`]: functionRole(logicalName, settings),
        ...alarms(name, logicalName, settings),
      })),
    },
    extensions: each((logicalName) => extensions(logicalName, settings)),
  };
};
