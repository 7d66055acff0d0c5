import { once } from 'node:events';
import { reportLines } from '../../commands/report';
import userConfig from '../../reviewmaps.config';
import { parse } from '../../src/config/parse';
import { ConfigError, messageOf } from '../../src/errors';
import type { JobReport } from '../../src/jobs/job';
import type { JobName } from '../../src/metrics/catalog';
import { createRuntime } from '../../src/runtime';
import { createChildren } from './children';
import { JOBS, type Offline } from './offline';
import { parseOptions, type StartOptions, USAGE } from './options';
import { takenPorts } from './ports';
import { createSampleScraper } from './sample-scraper';
import { readable } from './scheduled';
import { type LocalStack, startStack } from './stack';

/** `npm start`: the whole product on a machine that has nothing but Node. */

const DONE = 0;
const FAILED = 1;
const MISUSED = 2;

const children = createChildren();
const started = performance.now();

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function progress(sentence: string): void {
  say(`[${((performance.now() - started) / 1_000).toFixed(1).padStart(4)} s] ${sentence}`);
}

async function checkPorts({ ports }: StartOptions): Promise<void> {
  const problems = await takenPorts([
    { port: ports.dataApi, what: 'the local RDS Data API endpoint', flag: '--data-api-port' },
    ...(process.env['PUSHGATEWAY_URL']
      ? []
      : [
          {
            port: ports.gateway,
            what: 'the gateway',
            flag: '--gateway-port (or use that gateway: PUSHGATEWAY_URL)',
          },
        ]),
    ...(process.env['DJANGO_HEALTH_URL']
      ? []
      : [{ port: ports.health, what: "the stand-in for Django's health address", flag: '--health-port' }]),
    { port: ports.lambda, what: 'serverless offline (calls of functions)', flag: '--lambda-port' },
    { port: ports.http, what: 'serverless offline (HTTP)', flag: '--http-port' },
  ]);
  if (problems.length > 0) throw new ConfigError(problems, 'This machine');
}

/** The schedule may have started a run in the same second; then this one was skipped, and the next is waited for. */
async function firstRun(offline: Offline, job: JobName): Promise<JobReport> {
  const report = await offline.invoke(job);
  return report.ran ? report : firstRun(offline, job);
}

function addresses({ gateway, dataApiUrl, healthUrl }: LocalStack): string[] {
  return [
    `  gateway            ${gateway.url}   (${gateway.what})`,
    `  its metrics        ${gateway.url}/metrics`,
    `  Data API endpoint  ${dataApiUrl}   (AWS_ENDPOINT_URL_RDS_DATA)`,
    `  health address     ${healthUrl}`,
  ];
}

async function run(options: StartOptions): Promise<number> {
  await checkPorts(options);
  let announced = false;
  const tell = (sentence: string): void => {
    if (announced) say(`${new Date().toLocaleTimeString('en-GB')}   data    ${sentence}`);
    else progress(sentence);
  };
  const stack = await startStack({
    options,
    children,
    env: process.env,
    progress: tell,
    onLogLine: (line) => {
      const shown = announced ? readable(line) : undefined;
      if (shown !== undefined) say(shown);
    },
  });
  const ending = new AbortController();
  try {
    const config = parse(stack.environment, userConfig, 'fold');
    const runtime = createRuntime(config, say);
    const scraper = createSampleScraper({
      gateway: runtime.connect(runtime.log).gateway,
      app: config.app,
      onEnd: (sentence) => tell(sentence),
    });
    progress('running a sample scraper, then all three jobs');
    await scraper.runOnce();
    const reports = await Promise.race([
      Promise.all(JOBS.map((job) => firstRun(stack.offline, job))),
      stack.broken.then((sentence) => Promise.reject(new Error(sentence))),
    ]);
    say('');
    for (const report of reports) say(`${reportLines(report).join('\n')}\n`);
    const ok = reports.every((report) => report.ok);
    if (options.once) return ok ? DONE : FAILED;
    say(`${['Open:', ...addresses(stack)].join('\n')}\n`);
    say('The jobs run every minute from now on, and a sample scraper now and then. Ctrl-C ends everything.');
    announced = true;
    const running = scraper.keepRunning(ending.signal).then(() => 'the sample scraper ended');
    throw new Error(await Promise.race([stack.broken, running]));
  } finally {
    ending.abort();
    stack.close();
  }
}

async function main(): Promise<number> {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options.help) {
      say(USAGE);
      return DONE;
    }
    const asked = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    return await Promise.race([
      run(options),
      asked.then(() => {
        say('\nEnding everything …');
        return DONE;
      }),
    ]);
  } catch (thrown) {
    process.stderr.write(`${messageOf(thrown)}\n`);
    return thrown instanceof ConfigError ? MISUSED : FAILED;
  } finally {
    await children.stopAll();
  }
}

void main().then((code) => process.exit(code));
