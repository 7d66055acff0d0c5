/** The variables of the deployed functions. One that was not given is left out rather than set to nothing. */
const Refusal = require('./refusal.js');
const { paramOf, probeVariables } = require('./user-config.js');

const EVERY_FUNCTION = {
  DATABASE_CLUSTER_ARN: 'param:databaseClusterArn',
  DATABASE_SECRET_ARN: 'param:databaseSecretArn',
  DATABASE_NAME: 'param:databaseName',
  PUSHGATEWAY_URL: 'param:pushgatewayUrl',
  PUSHGATEWAY_SECRET_ARN: 'param:pushgatewaySecretArn',
  PUSHGATEWAY_CA: 'param:pushgatewayCa',
  LOG_LEVEL: 'param:logLevel',
  STAGE: 'sls:stage',
};

/** The addresses of all http probes, whatever the configuration calls them. */
function probeAddresses() {
  return Object.fromEntries(
    probeVariables().map((name) => [name, `param:${paramOf(name)}, env:${name}, ''`]),
  );
}

/** A template is readable to many: a password in an address would be, too. */
function refuseCredentials(name, value) {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(value)) {
    throw new Refusal(
      `${name} has credentials in it, which would be written into the template. Take them out of the address; ` +
        'those of the Pushgateway belong into a secret that PUSHGATEWAY_SECRET_ARN names.',
    );
  }
}

function reader(sources) {
  return async ({ resolveVariable }) => {
    const environment = {};
    for (const [name, source] of Object.entries(sources())) {
      const value = String(await resolveVariable(source)).trim();
      refuseCredentials(name, value);
      if (value !== '') environment[name] = value;
    }
    return environment;
  };
}

module.exports = { everyFunction: reader(() => EVERY_FUNCTION), probe: reader(probeAddresses) };
