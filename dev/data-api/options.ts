import { parseArgs } from 'node:util';
import { ConfigError, messageOf } from '../../src/errors';

export const USAGE = `Serves the RDS Data API on this machine.

  --postgres <url>   serve this database (postgres://user:password@host:port/name);
                     without it, an embedded one with sample data
  --port <number>    listen on this port (default 8085, 0 takes a free one)
  --host <address>   listen on this address (default 127.0.0.1)
  --pulse <seconds>  with the embedded database: change the sample data this often (default 60, 0 never)
  --no-sample        with the embedded database: leave it empty
  --help             show this`;

const DEFAULT_PORT = 8085;
const MAX_PORT = 65_535;
const DEFAULT_PULSE_SECONDS = 60;
const MAX_PULSE_SECONDS = 86_400;

export interface ServeOptions {
  readonly help: boolean;
  /** Undefined for the embedded database. */
  readonly postgres: string | undefined;
  readonly host: string;
  readonly port: number;
  /** 0 for never. */
  readonly pulseSeconds: number;
  readonly sample: boolean;
}

function whole(
  problems: string[],
  flag: string,
  text: string | undefined,
  otherwise: number,
  most: number,
): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  problems.push(`${flag} is "${text}": give a whole number from 0 to ${most}.`);
  return otherwise;
}

function checkAddress(problems: string[], address: string): void {
  // The address itself is never shown: it may have a password in it.
  if (!/^postgres(ql)?:\/\//.test(address) || !URL.canParse(address)) {
    problems.push('--postgres is not an address: write postgres://user:password@host:port/name.');
  }
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        postgres: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        pulse: { type: 'string' },
        'no-sample': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (thrown) {
    // The first sentence names the option; the rest is advice for other programs.
    const [sentence = ''] = messageOf(thrown).split(/\.\s/);
    // An address among the words may have a password in it.
    const safe = sentence.replace(/\.$/, '').replace(/\/\/[^\s@']*@/g, '//***@');
    throw new ConfigError([`${safe}. See --help.`], 'The command line');
  }
}

/** @throws ConfigError with every problem of the command line. */
export function parseOptions(args: readonly string[]): ServeOptions {
  const values = parsed(args);
  const problems: string[] = [];
  if (values.postgres !== undefined) checkAddress(problems, values.postgres);
  if (values.postgres !== undefined && values.pulse !== undefined) {
    problems.push('--pulse changes sample data: leave it out with --postgres.');
  }
  const port = whole(problems, '--port', values.port, DEFAULT_PORT, MAX_PORT);
  const pulseSeconds = whole(problems, '--pulse', values.pulse, DEFAULT_PULSE_SECONDS, MAX_PULSE_SECONDS);
  if (problems.length > 0) throw new ConfigError(problems, 'The command line');
  return {
    help: values.help ?? false,
    postgres: values.postgres,
    host: values.host ?? '127.0.0.1',
    port,
    pulseSeconds,
    sample: values['no-sample'] !== true,
  };
}
