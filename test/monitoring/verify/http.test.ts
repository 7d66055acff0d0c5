import { afterEach, describe, expect, it } from '@jest/globals';
import { AnswerError, askJson, askText, type Service } from '../../../monitoring/verify/http';
import { type Answers, type FakeServer, serve } from './server';

let server: FakeServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function failure(answers: Answers, login: Service['login'] = { kind: 'none' }): Promise<AnswerError> {
  server = await serve(answers, 'Grafana');
  const thrown = await askJson(
    { ...server.service, login },
    { path: '/api' },
    AbortSignal.timeout(5_000),
  ).then(
    (value) => value,
    (error: unknown) => error,
  );
  if (thrown instanceof AnswerError) return thrown;
  throw new Error(`it answered ${JSON.stringify(thrown)}`);
}

describe('asking a server', () => {
  it('gives what it answers', async () => {
    server = await serve({ '/api': { body: '{"a":1}' } }, 'Grafana');
    expect(await askJson(server.service, { path: '/api' }, AbortSignal.timeout(5_000))).toEqual({ a: 1 });
  });

  it.each([
    [{ kind: 'basic', username: 'u', password: 'p' }, `Basic ${Buffer.from('u:p').toString('base64')}`],
    [{ kind: 'token', token: 't' }, 'Bearer t'],
    [{ kind: 'none' }, undefined],
  ] as const)('sends %j', async (login, header) => {
    server = await serve({ '/api': { body: 'x' } }, 'Grafana');
    await askText({ ...server.service, login }, { path: '/api' }, AbortSignal.timeout(5_000));
    expect(server.requests[0]?.headers.authorization).toBe(header);
  });

  it.each([
    [401, 'wants credentials (status 401): set GRAFANA_USERNAME and GRAFANA_PASSWORD, or GRAFANA_TOKEN'],
    [404, 'has no /api (status 404); does --grafana lead to it, with its path prefix if it has one?'],
    [500, 'answers /api with status 500: out of order'],
  ])('says what to do about status %d', async (status, sentence) => {
    const { message, status: told } = await failure({ '/api': { status, body: 'out of\n order' } });
    expect(message).toContain(sentence);
    expect(told).toBe(status);
  });

  it('does not follow a redirection to a login page, and names it', async () => {
    const headers = { location: 'https://login.example/' };
    const { message } = await failure({ '/api': { status: 302, headers, body: '' } });
    expect(message).toContain('redirects to https://login.example/; give the final address with --grafana');
  });

  it('says that a page is not JSON', async () => {
    const { message } = await failure({ '/api': { body: '<html>Log in</html>' } });
    expect(message).toContain('something that is not JSON (<html>Log in</html>)');
  });

  it('never repeats credentials that a server repeats', async () => {
    const login = { kind: 'token', token: 'hidden-value' } as const;
    const { message, body } = await failure({ '/api': { status: 500, body: 'refused hidden-value' } }, login);
    expect(`${message}${body}`).not.toContain('hidden-value');
    expect(message).toContain('refused ***');
  });

  it('nor in a page that it takes for an answer, or in the address that it leads to', async () => {
    const login = { kind: 'token', token: 'hidden-value' } as const;
    const page = await failure({ '/api': { body: '<p>you sent Bearer hidden-value' } }, login);
    expect(page.message).toContain('(<p>you sent Bearer ***)');
    await server?.close();
    const headers = { location: 'https://login.example/?was=hidden-value' };
    const moved = await failure({ '/api': { status: 302, headers, body: '' } }, login);
    expect(moved.message).toContain('?was=***');
  });

  it('nor in the reason why it cannot be asked', async () => {
    server = await serve({}, 'Grafana');
    const login = { kind: 'token', token: 'hidden\nvalue' } as const;
    const asked = askText({ ...server.service, login }, { path: '/api' }, AbortSignal.timeout(5_000));
    await expect(asked).rejects.toThrow(/^(?!.*hidden)/s);
  });

  it('says that a server speaks no TLS', async () => {
    server = await serve({}, 'Grafana');
    const url = server.service.url.replace('http:', 'https:');
    const asked = askText({ ...server.service, url }, { path: '/api' }, AbortSignal.timeout(5_000));
    await expect(asked).rejects.toThrow(
      'cannot be reached: it speaks no TLS there, use http; check --grafana',
    );
  });

  it('names the address that cannot be reached, and the option', async () => {
    server = await serve({}, 'Grafana');
    const { service } = server;
    await server.close();
    await expect(askText(service, { path: '/api' }, AbortSignal.timeout(5_000))).rejects.toThrow(
      new RegExp(`^Grafana at ${service.url} cannot be reached: .*ECONNREFUSED.*; check --grafana$`),
    );
  });

  it('says why a port is not asked', async () => {
    const service = {
      what: 'Django',
      option: '--django',
      server: 'django',
      login: { kind: 'none' },
    } as const;
    await expect(
      askText({ ...service, url: 'http://127.0.0.1:10080' }, { path: '/' }, AbortSignal.timeout(5_000)),
    ).rejects.toThrow('this port is one that browsers and fetch refuse; check --django');
  });

  it('ends when the time for everything is over', async () => {
    server = await serve({}, 'Grafana');
    const limit = AbortSignal.abort(new Error('over'));
    await expect(askText(server.service, { path: '/api' }, limit)).rejects.toThrow('over');
  });
});
