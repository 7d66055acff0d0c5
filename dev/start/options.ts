import { parseArgs } from 'node:util';
import { ConfigError, messageOf } from '../../src/errors';

export const USAGE = `Starts everything on this machine: a database with sample data, a gateway, all jobs every
minute, and a sample scraper now and then.

  --once                    run every job once, print what they did, and end
  --data-api-port <number>  local RDS Data API endpoint (default 8085)
  --gateway-port <number>   gateway, unless PUSHGATEWAY_URL names one (default 9091)
  --health-port <number>    stand-in for Django's health address, unless DJANGO_HEALTH_URL names one (default 8086)
  --lambda-port <number>    serverless-offline, calls of functions (default 3002)
  --http-port <number>      serverless-offline, HTTP (default 3000)
  --help                    show this`;

export interface Ports {
  readonly dataApi: number;
  readonly gateway: number;
  readonly health: number;
  readonly lambda: number;
  readonly http: number;
}

export interface StartOptions {
  readonly help: boolean;
  readonly once: boolean;
  readonly ports: Ports;
}

const HIGHEST_PORT = 65_535;

/** @throws ConfigError with every problem of the command line. */
export function parseOptions(args: readonly string[]): StartOptions {
  const given = values(args);
  const problems: string[] = [];
  const port = (flag: keyof typeof given, otherwise: number): number => {
    const text = given[flag];
    if (typeof text !== 'string') return otherwise;
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= 1 && value <= HIGHEST_PORT) return value;
    problems.push(`--${flag} is "${text}": give a port from 1 to ${HIGHEST_PORT}`);
    return otherwise;
  };
  const ports: Ports = {
    dataApi: port('data-api-port', 8085),
    gateway: port('gateway-port', 9091),
    health: port('health-port', 8086),
    lambda: port('lambda-port', 3002),
    http: port('http-port', 3000),
  };
  const numbers = Object.values(ports);
  for (const twice of new Set(numbers.filter((number, index) => numbers.indexOf(number) !== index))) {
    problems.push(`port ${twice} is given to two servers: give each a port of its own`);
  }
  if (problems.length > 0) throw new ConfigError(problems, 'The command line');
  return { help: given.help ?? false, once: given.once ?? false, ports };
}

function values(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean' },
        'data-api-port': { type: 'string' },
        'gateway-port': { type: 'string' },
        'health-port': { type: 'string' },
        'lambda-port': { type: 'string' },
        'http-port': { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (thrown) {
    // The first sentence names the option; the rest is advice for other programs.
    const [sentence = ''] = messageOf(thrown).split(/\.\s/);
    throw new ConfigError([`${sentence.replace(/\.$/, '')}: see npm start -- --help`], 'The command line');
  }
}
