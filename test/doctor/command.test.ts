import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { serveHttp } from '../pushgateway/local-server';
import { ENVIRONMENT } from './context';

const ROOT = join(__dirname, '../..');
const LIMIT_MS = 60_000;

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as npm runs it, with an environment of its own. */
async function doctor(args: readonly string[], env: Record<string, string>): Promise<Run> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'commands/doctor.ts', ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await exit;
  return { code: Number(code), stdout, stderr };
}

const TOKEN = 'a-token-that-nobody-may-see';

describe('npm run doctor', () => {
  it(
    'ends with 2 and every problem when the configuration is wrong, and for an unknown option',
    async () => {
      const [wrong, unknown] = await Promise.all([
        doctor([], { PUSHGATEWAY_URL: 'gateway', STAGE: 'a b' }),
        doctor(['--jsn'], ENVIRONMENT),
      ]);
      expect(wrong.code).toBe(2);
      for (const name of [
        'DATABASE_CLUSTER_ARN',
        'DATABASE_NAME',
        'PUSHGATEWAY_URL',
        'STAGE',
        'DJANGO_HEALTH_URL',
      ]) {
        expect(wrong.stderr).toContain(name);
      }
      expect(unknown).toMatchObject({ code: 2, stdout: '' });
      expect(unknown.stderr).toContain('--jsn is not an option');
    },
    LIMIT_MS,
  );

  it(
    'ends with 1 and a line a check when nothing can be reached, without colours or secrets',
    async () => {
      // A proxy that repeats what it was sent.
      const proxy = await serveHttp((request, response) => {
        response.writeHead(400);
        response.end(`I do not like ${request.headers.authorization}`);
      });
      const env = {
        ...ENVIRONMENT,
        AWS_ACCESS_KEY_ID: 'local',
        AWS_SECRET_ACCESS_KEY: 'local',
        AWS_ENDPOINT_URL_RDS_DATA: 'http://127.0.0.1:9',
        PUSHGATEWAY_URL: `http://${proxy.host}`,
        PUSHGATEWAY_TOKEN: TOKEN,
        DJANGO_HEALTH_URL: 'http://127.0.0.1:9/v1/healthz',
      };
      try {
        const [plain, json] = await Promise.all([doctor([], env), doctor(['--json'], env)]);
        const lines = plain.stdout.trimEnd().split('\n');
        const closing = lines.pop();
        expect(lines.pop()).toBe('');
        for (const line of lines) expect(line).toMatch(/^(ok {2}|warn|FAIL|skip) {2}\S.* {2}\S/);
        expect(closing).toMatch(/^\d+ ok, 0 warnings, 3 failed, \d+ skipped, in \d+\.\d s$/);
        expect(plain.code).toBe(1);
        expect(plain.stdout).toContain('I do not like Bearer ***');
        expect(plain.stdout).not.toContain('\u001b');

        const { ok, counts, checks } = JSON.parse(json.stdout);
        expect({ code: json.code, ok, checks: checks.length }).toEqual({
          code: 1,
          ok: false,
          checks: lines.length,
        });
        expect(counts).toMatchObject({ warn: 0, fail: 3 });
        expect(JSON.stringify([plain, json])).not.toContain(TOKEN);
      } finally {
        await proxy.close();
      }
    },
    LIMIT_MS,
  );
});
