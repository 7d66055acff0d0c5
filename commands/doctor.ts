import { version } from '../package.json';
import userConfig from '../reviewmaps.config';
import { systemClock } from '../src/clock';
import { parse } from '../src/config/parse';
import { createChecks } from '../src/doctor/create';
import { countsLine, countsOf, resultLine, resultsJson, withoutSecrets } from '../src/doctor/report';
import { type Result, startChecks } from '../src/doctor/run';
import { TimeoutError } from '../src/errors';
import type { LogLevel } from '../src/log';
import { createRuntime } from '../src/runtime';
import { DONE, FAILED, onlyKnown, runCommand } from './command';

/** Checks what a first deployment gets wrong. `npm run doctor -- [--json]`. */

/** Milliseconds for everything: a cluster that sleeps is given a minute, then the rest is quick. */
const LIMIT_MS = 90_000;

void runCommand(async () => {
  const options = process.argv.slice(2);
  onlyKnown(options, ['--json'], 'npm run doctor -- [--json]');
  const json = options.includes('--json');
  const config = parse(process.env, userConfig, 'everything');
  const runtime = createRuntime(config, (line) => note(line, config.logLevel));
  const checks = createChecks(config);

  const start = systemClock.elapsed();
  const limit = new AbortController();
  const timer = setTimeout(
    () => limit.abort(new TimeoutError(`no time left: all checks together have ${LIMIT_MS / 1_000} s`)),
    LIMIT_MS,
  );
  const { database, gateway } = runtime.connect(runtime.log);
  const build = { version, node: process.version };
  const context = { config, database, gateway, clock: systemClock, build, signal: limit.signal };
  const style = {
    colour: process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '',
    nameWidth: Math.max(...checks.map(({ name }) => name.length)),
  };

  const results: Result[] = [];
  for (const pending of startChecks(checks, context)) {
    const result = withoutSecrets(await pending, runtime.credentials.secrets());
    results.push(result);
    if (!json) process.stdout.write(`${resultLine(result, style)}\n`);
  }
  clearTimeout(timer);

  const counts = countsOf(results);
  const seconds = (systemClock.elapsed() - start) / 1_000;
  process.stdout.write(`${json ? resultsJson(results, seconds) : `\n${countsLine(counts, seconds)}`}\n`);
  return counts.fail === 0 ? DONE : FAILED;
});

/** What is worth knowing while one waits; what failed in the end is in the report. All of the log with LOG_LEVEL=debug. */
function note(line: string, level: LogLevel): void {
  if (level === 'debug') process.stderr.write(`${line}\n`);
  else if (line.includes('"event":"cluster is waking up"')) {
    process.stderr.write('the cluster was paused and is waking up, which takes 15 s and more\n');
  }
}
