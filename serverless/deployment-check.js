/** Refuses to deploy functions that could not work, with a sentence for each thing that is missing or wrong. */
const { paramOf, probeVariables, problems: problemsOfProgram } = require('./user-config.js');

const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+-[A-Za-z0-9]{6}$/;
const SECRET_SHAPE = 'the whole ARN of a Secrets Manager secret, with the six characters at its end';
const URL_SHAPE = 'an http or https address that the function can reach, so not one of this machine';

/**
 * What each variable must look like in a deployed function: stricter than the program, which also runs on a
 * developer's machine. `needed` ones must be there.
 */
const RULES = [
  {
    name: 'DATABASE_CLUSTER_ARN',
    param: 'databaseClusterArn',
    needed: true,
    valid: (value) => /^arn:aws[a-z-]*:rds:[a-z0-9-]+:\d{12}:cluster:[a-zA-Z0-9-]+$/.test(value),
    shape: 'the ARN of the Aurora cluster',
  },
  {
    name: 'DATABASE_SECRET_ARN',
    param: 'databaseSecretArn',
    needed: true,
    valid: (value) => SECRET_ARN.test(value),
    shape: SECRET_SHAPE,
  },
  {
    name: 'DATABASE_NAME',
    param: 'databaseName',
    needed: true,
    valid: () => true,
    shape: 'the name of the database',
  },
  { name: 'PUSHGATEWAY_URL', param: 'pushgatewayUrl', needed: true, valid: isReachable, shape: URL_SHAPE },
  {
    name: 'PUSHGATEWAY_SECRET_ARN',
    param: 'pushgatewaySecretArn',
    needed: false,
    valid: (value) => SECRET_ARN.test(value),
    shape: SECRET_SHAPE,
  },
  {
    name: 'PUSHGATEWAY_CA',
    param: 'pushgatewayCa',
    needed: false,
    valid: (value) => value.includes('-----BEGIN CERTIFICATE-----'),
    shape: 'the text of the certificate; a path leads nowhere in a deployed function',
  },
];

function isReachable(value) {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return /^https?:$/.test(protocol) && !/^(localhost|127\..*|0\.0\.0\.0|\[::1?\])$/.test(hostname);
}

/** Without the addresses that its configuration names, probe refuses to run. */
function probeRules() {
  return probeVariables().map((name) => ({
    name,
    param: paramOf(name),
    needed: true,
    valid: isReachable,
    shape: URL_SHAPE,
  }));
}

/** The sentences for one function's variables: what is wrong for a deployment, then what the program refuses. */
function problemsOf([functionName, environment]) {
  const rules = functionName === 'probe' ? [...RULES, ...probeRules()] : RULES;
  const broken = rules.filter(({ name, needed, valid }) =>
    environment[name] === undefined ? needed : !valid(environment[name]),
  );
  return [
    ...broken.map(({ name, param, shape }) => {
      const value = environment[name];
      const fault = value === undefined ? 'is not set' : `is ${JSON.stringify(value)}`;
      return `${name} ${fault}. Set the variable ${name} or --param="${param}=…" to ${shape}.`;
    }),
    ...problemsOfProgram(environment, functionName).filter(
      (problem) => !broken.some(({ name }) => problem.startsWith(`${name} `)),
    ),
  ];
}

module.exports = class DeploymentCheck {
  constructor(serverless, options) {
    this.serverless = serverless;
    this.options = options;
    this.hooks = {
      // The template is what counts: with --package it was made earlier, from other variables.
      'before:deploy:deploy': () => this.check(this.packagedEnvironments()),
      'before:deploy:function:initialize': () => this.check([this.configuredEnvironment()]),
    };
  }

  /** Pairs of a function's name and its variables. */
  packagedEnvironments() {
    const { service } = this.serverless;
    const { naming } = this.serverless.getProvider('aws');
    const { Resources } = service.provider.compiledCloudFormationTemplate;
    return service.getAllFunctions().map((name) => {
      const { Properties } = Resources[naming.getLambdaLogicalId(name)];
      return [name, Properties.Environment?.Variables ?? {}];
    });
  }

  configuredEnvironment() {
    const { service } = this.serverless;
    const name = this.options.function;
    return [name, { ...service.provider.environment, ...service.getFunction(name).environment }];
  }

  check(environments) {
    const problems = [...new Set(environments.flatMap(problemsOf))];
    if (problems.length === 0) return;
    throw new this.serverless.classes.Error(
      `Nothing was deployed:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
      'DEPLOYMENT_CHECK',
    );
  }
};
