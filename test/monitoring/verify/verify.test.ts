import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { settings } from '../../../monitoring/settings';
import type { Section } from '../../../monitoring/verify/finding';
import type { Service } from '../../../monitoring/verify/http';
import { verify } from '../../../monitoring/verify/verify';
import { systemClock } from '../../../src/clock';
import { createGateway } from '../../../src/pushgateway/client';
import { groups } from './healthy';

const servers: { close(): void; closeAllConnections(): void }[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Answers with this, or never. */
async function service(
  what: string,
  answer?: { readonly status: number; readonly body: string },
): Promise<Service> {
  const server = createServer((_request, response) => {
    if (answer !== undefined) response.writeHead(answer.status).end(answer.body);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  const url = `http://127.0.0.1:${address.port}`;
  return { what, option: `--${what}`, server: 'grafana', url, login: { kind: 'none' } };
}

async function sections(
  parts: { prometheus: Service; django?: Service },
  limit: AbortSignal,
): Promise<Section[]> {
  const found: Section[] = [];
  for await (const section of verify({ ...parts, app: 'a', settings, groups }, limit)) found.push(section);
  return found;
}

describe('verify', () => {
  it('ends with the reason when time is over, whatever else is still asked', async () => {
    const loose: unknown[] = [];
    const note = (reason: unknown) => loose.push(reason);
    process.on('unhandledRejection', note);
    try {
      const installation = { prometheus: await service('prometheus'), django: await service('django') };
      const over = new AbortController();
      const ended = sections(installation, over.signal);
      setImmediate(() => over.abort(new Error('over')));
      await expect(ended).rejects.toThrow('over');
      await new Promise((turn) => setImmediate(turn));
      expect(loose).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('says what else it finds when Prometheus does not let it ask', async () => {
    const refused = { status: 403, body: 'no' };
    const found = await sections(
      { prometheus: await service('prometheus', refused), django: await service('django', refused) },
      AbortSignal.timeout(5_000),
    );
    expect(found.map(({ findings: [first] }) => [first?.status, first?.name])).toEqual([
      ['fail', 'server'],
      ['fail', '/metrics'],
    ]);
  });

  it('of a gateway that never answers says so, and all that it finds besides', async () => {
    const silent = await service('pushgateway');
    const refused = { status: 403, body: 'no' };
    const gateway = createGateway({
      url: silent.url,
      credentials: async () => ({ kind: 'none' }),
      clock: systemClock,
    });
    const found: Section[] = [];
    const installation = {
      prometheus: await service('prometheus', refused),
      pushgateway: { service: silent, gateway },
      app: 'a',
      settings,
      groups,
    };
    const asked = verify(installation, AbortSignal.timeout(5_000), 50);
    for await (const section of asked) found.push(section);
    expect(found.map(({ findings: [first] }) => first?.text)).toEqual([
      expect.stringContaining('wants credentials'),
      `pushgateway at ${silent.url} gave no whole answer within 0.05 s; check --pushgateway`,
    ]);
  });

  it('with a page instead of an answer says so, once', async () => {
    const page = { status: 200, body: '<!doctype html><p>Sign in' };
    const found = await sections(
      { prometheus: await service('prometheus', page) },
      AbortSignal.timeout(5_000),
    );
    expect(found).toHaveLength(1);
    expect(found[0]?.findings).toMatchObject([
      { status: 'fail', text: expect.stringContaining('login page') },
    ]);
  });
});
