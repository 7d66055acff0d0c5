import { parseArgs } from 'node:util';
import { ruleGroups } from '../monitoring/rules/groups';
import { fail, type Section } from '../monitoring/verify/finding';
import type { Service } from '../monitoring/verify/http';
import { closingLines, countsOf, reportJson, sectionLines } from '../monitoring/verify/report';
import { type Installation, verify } from '../monitoring/verify/verify';
import userConfig from '../reviewmaps.config';
import { systemClock } from '../src/clock';
import type { GatewayAddress } from '../src/config/config';
import { gatewayAddress, loginOf, type Problems, webAddress } from '../src/config/environment';
import { parseMonitoring } from '../src/config/parse';
import { ConfigError, messageOf } from '../src/errors';
import { createGateway } from '../src/pushgateway/client';
import { createCredentialsSource } from '../src/pushgateway/credentials';
import { secretsManager } from '../src/pushgateway/secrets-manager';
import { COMMAND_LINE, DONE, FAILED, runCommand } from './command';

/**
 * Checks an installation after a deployment, from what it shows: `npm run verify -- --prometheus URL
 * [--pushgateway URL] [--django URL] [--grafana URL] [--app NAME] [--json]`.
 */

const USAGE =
  'npm run verify -- --prometheus URL [--pushgateway URL] [--django URL] [--grafana URL] [--app NAME] [--json]';

const HELP = `Checks an installation after a deployment. It only reads. Exit code 0: nothing is wrong; 1: something is; 2: the
command line or the environment is.

  --prometheus URL   address of Prometheus (needed)
  --pushgateway URL  also what the gateway keeps; its other variables are those of the jobs (PUSHGATEWAY_…)
  --django URL       also Django's own /metrics
  --grafana URL      also data source and dashboard
  --app NAME         value of the label app (default: the production stage's)
  --json             the same as JSON
  --help             show this

Credentials: PROMETHEUS_USERNAME and PROMETHEUS_PASSWORD, or PROMETHEUS_TOKEN; the same for DJANGO_ and GRAFANA_.`;

/** Milliseconds for everything; some hundred queries take seconds. */
const LIMIT_MS = 120_000;

const SERVERS = {
  prometheus: 'Prometheus',
  pushgateway: 'the Pushgateway',
  django: 'Django',
  grafana: 'Grafana',
} as const;

const EXAMPLES = {
  prometheus: 'http://127.0.0.1:9090',
  django: 'http://127.0.0.1:8000',
  grafana: 'http://127.0.0.1:3000',
} as const;

// Whoever reads the beginning only, as head does, has it; but nobody knows then whether the rest is well.
process.stdout.on('error', () => process.exit(FAILED));

void runCommand(async () => {
  const options = optionsOf(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(`${USAGE}\n\n${HELP}\n`);
    return DONE;
  }
  const colour = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  const start = systemClock.elapsed();
  const signal = AbortSignal.timeout(LIMIT_MS);
  const sections: Section[] = [];
  const installation = await installationOf(options, signal);
  const take = (section: Section) => {
    sections.push(section);
    if (!options.json) process.stdout.write(`${sectionLines(section, colour).join('\n')}\n\n`);
  };
  try {
    for await (const section of verify(installation, signal)) take(section);
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    take(timeIsOver(sections.at(-1)?.title));
  }
  const seconds = (systemClock.elapsed() - start) / 1_000;
  const closing = options.json ? [reportJson(sections, seconds)] : closingLines(sections, seconds, colour);
  process.stdout.write(`${closing.join('\n')}\n`);
  return countsOf(sections).fail === 0 ? DONE : FAILED;
});

/** What was found until then is worth telling, and what was not looked at is not well. */
function timeIsOver(last: string | undefined): Section {
  const where = last === undefined ? 'nothing was looked at' : `nothing was looked at after "${last}"`;
  return {
    title: 'Time',
    findings: [
      fail(
        'limit',
        `everything together has ${LIMIT_MS / 1_000} s, and ${where}`,
        'find out which server answers slowly: those whose part is missing here',
      ),
    ],
  };
}

/** @throws ConfigError with every problem of the options and of the credentials in the environment. */
async function installationOf(options: Options, signal: AbortSignal): Promise<Installation> {
  const problems: string[] = [];
  const found = { add: (problem: string) => problems.push(problem) };
  const service = (name: 'prometheus' | 'django' | 'grafana'): Service => {
    const option = `--${name}`;
    const what = SERVERS[name];
    const described = `the address of ${what}, such as ${EXAMPLES[name]}`;
    const url = webAddress({ [option]: options[name] }, option, described, found);
    // Paths are put behind it: an address copied from a browser would ask for its page again and again.
    if (url.includes('?')) problems.push(`${option} has a "?" part: give the address without a query`);
    return {
      what,
      option,
      server: name,
      url: url.replace(/\/+$/, ''),
      login: loginOf(process.env, name, found),
    };
  };
  const settings = parseMonitoring(userConfig);
  const prometheus = service('prometheus');
  const django = options.django === undefined ? {} : { django: service('django') };
  const grafana = options.grafana === undefined ? {} : { grafana: service('grafana') };
  const address = options.pushgateway === undefined ? undefined : gatewayOf(options.pushgateway, found);
  if (options.app?.trim() === '')
    problems.push('--app is empty: give a value of the label app, or leave it out');
  if (problems.length > 0) throw new ConfigError(problems, COMMAND_LINE);
  const pushgateway = address === undefined ? {} : { pushgateway: await connected(address, signal) };
  const app = options.app ?? settings.app;
  const groups = ruleGroups(settings);
  return { prometheus, ...pushgateway, ...django, ...grafana, app, settings, groups };
}

/** The gateway's own variables hold for it, but for its address. */
function gatewayOf(url: string, problems: Problems): GatewayAddress {
  return gatewayAddress(
    { ...process.env, PUSHGATEWAY_URL: url },
    { add: (problem) => problems.add(problem.replaceAll('PUSHGATEWAY_URL', '--pushgateway')) },
  );
}

async function connected({ url, ca, credentials }: GatewayAddress, signal: AbortSignal) {
  const source = createCredentialsSource(credentials, secretsManager());
  const login = await source.get(signal);
  const service: Service = {
    what: SERVERS.pushgateway,
    option: '--pushgateway',
    server: 'pushgateway',
    url,
    login,
  };
  return { service, gateway: createGateway({ url, ca, credentials: source.get, clock: systemClock }) };
}

type Options = ReturnType<typeof optionsOf>;

/** @throws ConfigError for an option that is unknown, or lacks its value. */
function optionsOf(given: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    const { values, tokens } = parseArgs({
      args: [...given],
      options: {
        prometheus: text,
        pushgateway: text,
        django: text,
        grafana: text,
        app: text,
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
      tokens: true,
    });
    const names = tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : []));
    const twice = [...new Set(names.filter((name, index) => names.indexOf(name) < index))];
    if (twice.length === 0) return values;
    throw new ConfigError(
      twice.map((name) => `--${name} is given twice: give it once`),
      COMMAND_LINE,
    );
  } catch (thrown) {
    if (thrown instanceof ConfigError) throw thrown;
    const [said = ''] = messageOf(thrown)
      .replaceAll(/(?<=:\/\/)\S*@/g, '***@')
      .split(/\.\s/);
    throw new ConfigError([`${said}; usage: ${USAGE}`], COMMAND_LINE);
  }
}
