/** What the deployment has to know of reviewmaps.config.ts, read and checked by the program's own code. */
const { require: load } = require('tsx/cjs/api');
const { safeParse } = require('valibot');
const Refusal = require('./refusal.js');

function userConfig() {
  try {
    return load('../reviewmaps.config.ts', __filename).default;
  } catch (error) {
    throw new Refusal(`reviewmaps.config.ts cannot be read: ${error.message}`);
  }
}

/**
 * What a function would refuse to run with, one sentence each.
 * @param functionName each function is named after its job
 */
function problems(environment, functionName) {
  const { parse } = load('../src/config/parse.ts', __filename);
  try {
    parse(environment, userConfig(), functionName);
    return [];
  } catch (error) {
    if (error.name !== 'ConfigError') throw error;
    return error.problems;
  }
}

/**
 * Names of the variables with the addresses of the http probes, each once.
 * @throws Refusal with what is wrong with the configuration
 */
function probeVariables() {
  const { userConfig: schema } = load('../src/config/schema.ts', __filename);
  const checked = safeParse(schema, userConfig());
  if (!checked.success) {
    const wrong = problems({}, 'probe').filter((problem) => problem.startsWith('reviewmaps.config.ts'));
    throw new Refusal(wrong.join('\n'));
  }
  const probes = Object.values(checked.output.services).flat();
  return [...new Set(probes.flatMap((probe) => (probe.kind === 'http' ? [probe.urlFrom] : [])))];
}

/** The parameter that stands for a variable: djangoHealthUrl for DJANGO_HEALTH_URL. */
function paramOf(variable) {
  return variable.toLowerCase().replace(/_+([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}

module.exports = { paramOf, probeVariables, problems };
