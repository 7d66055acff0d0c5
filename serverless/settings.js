/** The parameters of serverless.yml, read and checked once for everything that is built from them. */
const Refusal = require('./refusal.js');

const RATE = /^rate\((\d+) (minute|hour|day)s?\)$/;
const SECONDS = { minute: 60, hour: 3600, day: 86_400 };

/**
 * Seconds between two runs. The alarms' periods are as long, so it can be no cron expression, and no more
 * than a day: CloudWatch looks back over a week at most.
 */
function intervalSeconds(rate) {
  const match = RATE.exec(rate);
  const seconds = match === null ? 0 : Number(match[1]) * SECONDS[match[2]];
  if (seconds < SECONDS.minute || seconds > SECONDS.day) {
    throw new Refusal(
      `scheduleRate is "${rate}"; write rate(1 minute), rate(5 minutes), rate(1 hour) …, a day at most.`,
    );
  }
  return seconds;
}

function list(text) {
  return String(text)
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function yesOrNo(name, value) {
  if (!['true', 'false'].includes(String(value)))
    throw new Refusal(`${name} is "${value}"; write true or false.`);
  return String(value) === 'true';
}

/** Undefined stands for `off`. */
function reservation(value) {
  if (value === false || value === 'off') return undefined;
  if (!/^[1-9]\d*$/.test(String(value))) {
    throw new Refusal(`reservedConcurrency is "${value}"; write 1, a larger number, or off.`);
  }
  return Number(value);
}

function vpc(subnets, securityGroups) {
  if (subnets.length === 0 && securityGroups.length === 0) return undefined;
  if (subnets.length === 0 || securityGroups.length === 0) {
    throw new Refusal('vpcSubnetIds and vpcSecurityGroupIds belong together: give both, or neither.');
  }
  return { SubnetIds: subnets, SecurityGroupIds: securityGroups };
}

/**
 * @param variables what the framework hands to a configuration file
 * @throws Refusal with a sentence that names the parameter and what it may be
 */
module.exports = async function settings({ resolveVariable, resolveConfigurationProperty }) {
  const param = (name) => resolveVariable(`param:${name}`);
  return {
    service: await resolveConfigurationProperty(['service']),
    stage: await resolveVariable('sls:stage'),
    functions: Object.keys(await resolveConfigurationProperty(['functions'])),
    databaseClusterArn: await param('databaseClusterArn'),
    databaseSecretArn: await param('databaseSecretArn'),
    pushgatewaySecretArn: await param('pushgatewaySecretArn'),
    interval: intervalSeconds(await param('scheduleRate')),
    scheduled: yesOrNo('scheduleEnabled', await param('scheduleEnabled')),
    reservedConcurrency: reservation(await param('reservedConcurrency')),
    xray: yesOrNo('xray', await param('xray')),
    vpc: vpc(list(await param('vpcSubnetIds')), list(await param('vpcSecurityGroupIds'))),
    alarmTopicArns: list(await param('alarmTopicArns')),
    secretsKmsKeyArns: list(await param('secretsKmsKeyArns')),
  };
};
