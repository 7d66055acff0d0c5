import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { migrate } from '../../src/ledger/migrate';
import { AS_DEPLOYED } from '../servers/bundle-options';
import { describePostgres, type Stack, startStack } from '../servers/stack';
import { ENVIRONMENT } from './context';

/**
 * The bundled function, in a process of its own, with what a full gateway answers. A real gateway takes a minute to be
 * filled with so many groups, so a server gives its answer, in the format that the contract tests hold.
 */

const LIMIT_MS = 120_000;
const GROUPS = 1_000;
const SERIES = 50;
/** When the groups were pushed, seconds since 1970. */
const PUSHED = Date.now() / 1_000 - 100;
/** Bytes that a Lambda function of 256 MB has, all in all. */
const MEMORY = 256 * 1024 * 1024;

let stack: Stack;
let folder: string;
let bundle: string;
let server: Server;
let url: string;
let removed: Set<string>;
let answer: () => Iterable<string>;
let pushed: string;

function group(index: number, families: string, completed: boolean): string {
  const labels = `"instance":"","job":"scraper","run":"run-${index}","scraper":"inflexer"`;
  const gauge = (name: string, value: string) =>
    `"${name}":{"time_stamp":"2026-11-23T03:00:00Z","type":"GAUGE","metrics":[{"labels":{${labels}},"value":"${value}"}]}`;
  const members = [
    `"labels":{"job":"scraper","run":"run-${index}","scraper":"inflexer"}`,
    '"last_push_successful":true',
    gauge('push_time_seconds', `${PUSHED + index / 1_000}`),
    gauge('push_failure_time_seconds', '0'),
    ...(completed ? [gauge('reviewmaps_scraper_run_completed', '1')] : []),
    families,
  ];
  return `{${members.join(',')}}`;
}

function calls(index: number, series: number, name = 'endpoint'): string {
  const metrics = Array.from(
    { length: series },
    (_, at) =>
      `{"labels":{"endpoint":"${name}${at}","instance":"","job":"scraper","run":"run-${index}","scraper":"inflexer","status_code":"200"},"value":"3"}`,
  );
  return `"reviewmaps_naver_api_calls_total":{"time_stamp":"2026-11-23T03:00:00Z","type":"COUNTER","metrics":[${metrics.join(',')}]}`;
}

function* fullGateway(): Iterable<string> {
  yield '{"status":"success","data":[';
  for (let index = 0; index < GROUPS; index += 1)
    yield (index === 0 ? '' : ',') + group(index, calls(index, SERIES), true);
  yield ']}';
}

/** One group of a million series, in pieces, and a run beside it. */
function* hugeGroup(): Iterable<string> {
  yield `{"status":"success","data":[${group(1, calls(1, 1), true)},`;
  const head = group(2, calls(2, 1), false);
  yield head.slice(0, -3);
  for (let piece = 0; piece < 1_000; piece += 1) {
    yield `,${calls(2, 1_000, `piece${piece} `)
      .replace(/^.*"metrics":\[/, '')
      .slice(0, -2)}`;
  }
  yield ']}}]}';
}

interface Ran {
  readonly report: { ok: boolean; seconds: number; series: Record<string, number> };
  readonly peakBytes: number;
}

async function runFold(): Promise<Ran> {
  const runner = join(folder, 'runner.js');
  await writeFile(
    runner,
    `const { handler } = require(${JSON.stringify(bundle)});
     const end = performance.now() + 50_000;
     handler({}, { awsRequestId: 'scale', getRemainingTimeInMillis: () => end - performance.now() }).then(
       (report) => process.send({ report, peakBytes: process.resourceUsage().maxRSS * 1024 }, () => process.exit(0)),
       () => process.exit(1));`,
  );
  const environment = {
    ...ENVIRONMENT,
    DATABASE_NAME: 'postgres',
    PUSHGATEWAY_URL: url,
    AWS_ENDPOINT_URL_RDS_DATA: stack.endpoint,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  // Lambda gives the heap a little less than the memory of the function.
  const child = spawn(process.execPath, ['--max-old-space-size=200', runner], {
    env: environment,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [[message]] = await Promise.all([once(child, 'message'), once(child, 'exit')]);
  return message;
}

async function callsCounted(): Promise<{ total: number; named: number }[]> {
  return stack.rows(
    "select coalesce(sum(value), 0)::int as total, count(*)::int as named from reviewmaps_monitoring.total where metric = 'reviewmaps_naver_api_calls_total'",
  );
}

describePostgres('fold at scale (needs initdb)', () => {
  beforeAll(async () => {
    stack = await startStack();
    await migrate(stack.database, AbortSignal.timeout(20_000));
    folder = await mkdtemp(join(tmpdir(), 'fold-scale-'));
    bundle = join(folder, 'fold.js');
    await build({
      entryPoints: ['handlers/fold.ts'],
      outfile: bundle,
      ...AS_DEPLOYED,
    });
    server = createServer((request, response) => {
      if (request.method === 'GET') {
        response.writeHead(200, { 'content-type': 'application/json' });
        void (async () => {
          for (const piece of answer()) if (!response.write(piece)) await once(response, 'drain');
          response.end();
        })();
        return;
      }
      if (request.method === 'DELETE') removed.add(request.url ?? '');
      else pushed = request.url ?? '';
      request.resume();
      request.on('end', () => response.writeHead(request.method === 'DELETE' ? 202 : 200).end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }, LIMIT_MS);
  afterAll(async () => {
    server?.closeAllConnections();
    server?.close();
    await stack?.stop();
    if (folder !== undefined) await rm(folder, { recursive: true });
  }, LIMIT_MS);
  beforeEach(async () => {
    removed = new Set();
    pushed = '';
    await stack.sql.query(
      'truncate reviewmaps_monitoring.total, reviewmaps_monitoring.overflow, reviewmaps_monitoring.folded_run cascade',
    );
  });

  it(
    'folds 1,000 groups of 50 series within the time and the memory of the function',
    async () => {
      answer = fullGateway;
      const { report, peakBytes } = await runFold();
      console.log(
        `fold: ${GROUPS} groups of ${SERIES} series in ${report.seconds.toFixed(1)} s, peak ${Math.round(peakBytes / 2 ** 20)} MB`,
      );
      expect(report.ok).toBe(true);
      expect(report.seconds).toBeLessThan(45);
      expect(peakBytes).toBeLessThan(MEMORY);
      expect(removed.size).toBe(GROUPS);
      expect(await callsCounted()).toEqual([{ total: GROUPS * SERIES * 3, named: SERIES }]);
      expect(pushed).toContain('/metrics/job/reviewmaps-scraper/');
    },
    LIMIT_MS,
  );

  it(
    'refuses a group of a million series within the same bounds, removes it, and counts the run beside it',
    async () => {
      answer = hugeGroup;
      const { report, peakBytes } = await runFold();
      console.log(
        `fold: a group of a million series in ${report.seconds.toFixed(1)} s, peak ${Math.round(peakBytes / 2 ** 20)} MB`,
      );
      expect(report.ok).toBe(true);
      expect(peakBytes).toBeLessThan(MEMORY);
      expect([...removed].sort()).toEqual(['1', '2'].map((run) => expect.stringContaining(`run-${run}`)));
      expect(await callsCounted()).toEqual([{ total: 3, named: 1 }]);
    },
    LIMIT_MS,
  );
});
