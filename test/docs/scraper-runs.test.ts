import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type EmbeddedGateway, startEmbeddedGateway } from '../../dev/gateway/server';
import { migrate } from '../../src/ledger/migrate';
import { DATABASE_ADDRESS, describePostgres, type Stack, startStack } from '../servers/stack';
import { type Block, parsePage } from './markdown';
import { ROOT, readText } from './project';

const run = promisify(execFile);

/** Milliseconds; the page starts npm eight times. */
const LIMIT = 120_000;
/** Stands between the outputs of two blocks. */
const MARK = '--- next block';

/** Commands of the section and the output that follows each. */
function steps(): { command: string; output: string }[] {
  const { blocks } = parsePage(readText('docs/scraper-runs.md'));
  const shown = blocks.slice(
    0,
    blocks.findIndex(({ language }) => language === 'yaml'),
  );
  const commands = shown.filter(({ language }) => language === 'sh');
  const outputs = shown.filter(({ language }) => language === 'text');
  return commands.map(({ text }: Block, index) => ({ command: text, output: outputs[index]?.text ?? '' }));
}

/** The series in an output, without those whose value is a time, whatever order the gateway gives them in. */
function series(output: string): string[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('reviewmaps_') && !/_(timestamp|duration)_seconds\{/.test(line))
    .sort();
}

/** The page's own client is needed beside the database. */
const hasCurl = spawnSync('curl', ['--version']).status === 0;
const describePage = hasCurl || process.env['CI'] ? describePostgres : describe.skip;

describePage('the run with curl in docs/scraper-runs.md', () => {
  let stack: Stack | undefined;
  let gateway: EmbeddedGateway | undefined;

  beforeAll(async () => {
    gateway = await startEmbeddedGateway({ host: '127.0.0.1', port: 0 });
    stack = await startStack();
    await migrate(stack.database, AbortSignal.timeout(LIMIT));
  }, LIMIT);

  afterAll(async () => {
    await gateway?.close();
    await stack?.stop();
  });

  it(
    'shows what it shows on the page',
    async () => {
      const page = steps();
      const script = page.map(({ command }) => command).join(`echo '${MARK}'\n`);
      const { stdout } = await run('sh', ['-c', script], {
        cwd: ROOT,
        timeout: LIMIT,
        env: {
          PATH: process.env['PATH'] ?? '',
          AWS_ENDPOINT_URL_RDS_DATA: stack?.endpoint,
          AWS_ACCESS_KEY_ID: 'local',
          AWS_SECRET_ACCESS_KEY: 'local',
          DATABASE_CLUSTER_ARN: DATABASE_ADDRESS.resourceArn,
          DATABASE_SECRET_ARN: DATABASE_ADDRESS.secretArn,
          DATABASE_NAME: DATABASE_ADDRESS.database,
          PUSHGATEWAY_URL: gateway?.url,
        },
      });
      const outputs = stdout.split(`${MARK}\n`);
      expect(page.length).toBeGreaterThan(1);
      expect(outputs.map(series)).toEqual(page.map(({ output }) => series(output)));
    },
    LIMIT,
  );
});
