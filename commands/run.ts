import { randomUUID } from 'node:crypto';
import userConfig from '../reviewmaps.config';
import { parse } from '../src/config/parse';
import { ConfigError } from '../src/errors';
import type { JobName } from '../src/metrics/catalog';
import { runJob } from '../src/run';
import { createRuntime, type Runtime } from '../src/runtime';
import { COMMAND_LINE, DONE, FAILED, onlyKnown, runCommand } from './command';
import { reportLines } from './report';

/** One run of a job from the environment, as long as a deployed one. `npm run collect`, `npm run probe`. */

/** Milliseconds; the timeout of the deployed functions in serverless.yml. */
const RUN_MS = 50_000;

const [job, ...options] = process.argv.slice(2);

void runCommand(async () => {
  const name = jobName(job);
  onlyKnown(options, ['--dry-run'], `npm run ${name} -- [--dry-run]`);
  const dryRun = options.includes('--dry-run');
  // The log of a run says "pushed", which a dry run does not.
  const env = dryRun ? { LOG_LEVEL: 'warn', ...process.env } : process.env;
  const runtime = createRuntime(parse(env, userConfig, name), (line) => process.stderr.write(`${line}\n`));
  const report = await runJob(name, dryRun ? printing(runtime) : runtime, randomUUID(), RUN_MS);
  const lines = reportLines(report).join('\n');
  if (dryRun) process.stderr.write(`${lines.replace('pushed', 'collected, nothing pushed,')}\n`);
  else process.stdout.write(`${lines}\n`);
  return report.ok ? DONE : FAILED;
});

function jobName(given: string | undefined): JobName {
  if (given === 'collect' || given === 'probe' || given === 'fold') return given;
  throw new ConfigError(
    [`${given ?? 'no job'} cannot be run: use npm run collect, npm run probe, or npm run fold`],
    COMMAND_LINE,
  );
}

/** Prints what would be pushed, and removes no group. The ledger counts as in every run: what it counts is published by the next push. */
function printing(runtime: Runtime): Runtime {
  return {
    ...runtime,
    dryRun: true,
    connect: (log) => {
      const { database, gateway } = runtime.connect(log);
      const push = async (_key: unknown, exposition: string): Promise<void> => {
        process.stdout.write(exposition);
      };
      return { database, gateway: { ...gateway, push, remove: async () => undefined } };
    },
  };
}
