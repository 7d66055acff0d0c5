import { randomUUID } from 'node:crypto';
import type { Environment } from './config/environment';
import { parse } from './config/parse';
import { ConfigError } from './errors';
import { createBudget } from './jobs/budget';
import { collect } from './jobs/collect';
import { fold } from './jobs/fold';
import type { JobReport } from './jobs/job';
import { probe } from './jobs/probe';
import { createLog, errorFields } from './log';
import type { JobName } from './metrics/catalog';
import { collectContext, createRuntime, foldContext, probeContext, type Runtime } from './runtime';

/**
 * One run of a job.
 * @param requestId names the run in every log line.
 * @param remainingMs until the run must have ended.
 * @throws PushError when nothing could be pushed.
 */
export async function runJob(
  job: JobName,
  runtime: Runtime,
  requestId: string,
  remainingMs: number,
): Promise<JobReport> {
  const budget = createBudget(remainingMs);
  const run = { requestId };
  try {
    switch (job) {
      case 'collect':
        // Not the request id: a duplicated event carries the same one, and must not share the lease.
        return await collect(collectContext(runtime, randomUUID(), run), budget);
      case 'fold':
        return await fold(foldContext(runtime, randomUUID(), run), budget);
      case 'probe':
        return await probe(probeContext(runtime, run), budget);
    }
  } finally {
    budget.dispose();
  }
}

/** What Lambda gives a handler, as far as it is used here. */
interface Invocation {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

type Handler = (event: unknown, invocation: Invocation) => Promise<JobReport>;

/** The Lambda function of a job. Configuration is checked in its first run, and again after a failure. */
export function createHandler(job: JobName, env: Environment, userConfig: unknown): Handler {
  let runtime: Runtime | undefined;
  return async (_event, invocation) => {
    try {
      runtime ??= createRuntime(parse(env, userConfig, job), writeLine);
      return await runJob(job, runtime, invocation.awsRequestId, invocation.getRemainingTimeInMillis());
    } catch (thrown) {
      const fields = { job, requestId: invocation.awsRequestId };
      const log = (runtime?.log ?? createLog({ level: 'info', write: writeLine, now: Date.now })).with(
        fields,
      );
      if (thrown instanceof ConfigError)
        for (const problem of thrown.problems) log.error('the configuration is wrong', { problem });
      else log.error('the run failed', errorFields(thrown));
      throw thrown;
    }
  };
}

function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
