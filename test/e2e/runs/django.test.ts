import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describePython, PACKAGE, python } from './python';

/** Milliseconds; mostly for pip, where the Python environment is not there yet. */
const SETUP_MS = 360_000;

/** With what Django answers to each. */
const REQUESTS: readonly (readonly [path: string, status: number])[] = [
  ['/ok/', 200],
  ['/fails/1/', 500],
  ['/fails/2/', 500],
  ['/unnamed/a-secret/', 500],
  ['/async/', 500],
  ['/board/7/', 500],
  ['/rendering/', 500],
  ['/refuses/missing/', 404],
  ['/refuses/denied/', 403],
  ['/refuses/bad/', 400],
  ['/refuses/suspicious/', 400],
  ['/nothing-here/', 404],
  ['/ok/', 200],
];

/** By exception_type and view_name: never a path, and nothing that Django answers with a 4xx. */
const EXCEPTIONS: Readonly<Record<string, number>> = {
  'ZeroDivisionError fails': 2,
  'ZeroDivisionError tests.django_site.fails': 1,
  'Handled fails-async': 1,
  'TypeError board:detail': 1,
  'OverflowError rendering': 1,
};

interface Site {
  readonly url: string;
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
}

async function startSite(program: string, ...args: string[]): Promise<Site> {
  const child = spawn(program, [join(__dirname, 'site.py'), ...args], {
    cwd: PACKAGE,
    env: { PYTHONPATH: PACKAGE, PYTHONUTF8: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log += text;
  });
  const ended = once(child, 'close').then(() => {
    throw new Error(`Django ended: ${log}`);
  });
  ended.catch(() => undefined);
  const [port]: unknown[] = await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), ended]);
  return { url: `http://127.0.0.1:${String(port).trim()}`, process: child };
}

/** What a client of the site gets. */
async function ask({ url }: Site, path: string): Promise<{ status: number; body: string }> {
  const answer = await fetch(`${url}${path}`, { headers: { connection: 'close' } });
  return { status: answer.status, body: await answer.text() };
}

/** Values by exception_type and view_name. */
function exceptionsIn(exposition: string): Record<string, number> {
  const line = /^reviewmaps_exceptions_total\{exception_type="([^"]*)",view_name="([^"]*)"\} (\S+)$/gm;
  return Object.fromEntries(
    [...exposition.matchAll(line)].map(([, type, view, value]) => [`${type} ${view}`, Number(value)]),
  );
}

describePython('Django with django-prometheus and the middleware (needs python3)', () => {
  let own: Site;
  let plain: Site;
  beforeAll(async () => {
    const program = python();
    [own, plain] = await Promise.all([startSite(program), startSite(program, 'plain')]);
  }, SETUP_MS);
  afterAll(async () => {
    for (const site of [own, plain]) {
      if (site === undefined || site.process.exitCode !== null) continue;
      const closed = once(site.process, 'close');
      site.process.kill('SIGKILL');
      await closed;
    }
  });

  test('the metrics are there before anything happened', async () => {
    const { status, body } = await ask(own, '/metrics');
    expect(status).toBe(200);
    expect(body).toContain('# TYPE reviewmaps_exceptions_total counter');
    expect(body).toContain('# TYPE reviewmaps_naver_api_duration_seconds histogram');
    expect(exceptionsIn(body)).toEqual({});
  });

  test('clients get what they get without the middleware', async () => {
    for (const [path, status] of REQUESTS) {
      const answers = [await ask(own, path), await ask(plain, path)];
      expect([path, answers[0]?.status]).toEqual([path, status]);
      expect(answers[0]).toEqual(answers[1]);
    }
  });

  test('what the views raised is at /metrics, by the name of the view, beside the metrics of django-prometheus', async () => {
    const { body } = await ask(own, '/metrics');
    expect(exceptionsIn(body)).toEqual(EXCEPTIONS);
    expect(body).not.toContain('a-secret');
    expect(body).toMatch(
      /^django_http_responses_total_by_status_view_method_total\{method="GET",status="500",view="fails"\} 2\.0$/m,
    );
    expect(exceptionsIn((await ask(plain, '/metrics')).body)).toEqual({});
  });
});
