/** CloudWatch alarms of one function, over periods of one interval each. */

/** A single bad run heals by itself in the next one, so errors and throttles must recur: 3 of 5. */
const PERIODS = 5;
const BAD_PERIODS = 3;

function alarm(name, logicalName, settings, properties) {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmName: `${settings.service}-${settings.stage}-${name}`,
      Namespace: 'AWS/Lambda',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: `${logicalName}LambdaFunction` } }],
      Statistic: 'Sum',
      Period: settings.interval,
      EvaluationPeriods: PERIODS,
      ...(settings.alarmTopicArns.length === 0
        ? {}
        : { AlarmActions: settings.alarmTopicArns, OKActions: settings.alarmTopicArns }),
      ...properties,
    },
  };
}

/** Alarms by logical ID. A stage whose schedule is off has none on missing runs. */
module.exports = function alarms(functionName, logicalName, settings) {
  const recurring = {
    Threshold: 1,
    ComparisonOperator: 'GreaterThanOrEqualToThreshold',
    DatapointsToAlarm: BAD_PERIODS,
    TreatMissingData: 'notBreaching',
  };
  const all = {
    [`${logicalName}ErrorsAlarm`]: alarm(`${functionName}-errors`, logicalName, settings, {
      ...recurring,
      MetricName: 'Errors',
      AlarmDescription: `${functionName} keeps failing: its numbers are not reaching the Pushgateway. Its log says why.`,
    }),
    [`${logicalName}ThrottlesAlarm`]: alarm(`${functionName}-throttles`, logicalName, settings, {
      ...recurring,
      MetricName: 'Throttles',
      AlarmDescription: `${functionName} is not allowed to run: runs take longer than their interval, or the account is out of concurrency.`,
    }),
  };
  if (settings.scheduled) {
    all[`${logicalName}MissingAlarm`] = alarm(`${functionName}-missing`, logicalName, settings, {
      MetricName: 'Invocations',
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      DatapointsToAlarm: PERIODS,
      TreatMissingData: 'breaching',
      AlarmDescription: `${functionName} was not started for ${PERIODS} intervals: look at its schedule and at the schedule's role.`,
    });
  }
  return all;
};
