import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startEmbeddedGateway } from '../dev/gateway/server';
import { createHandler } from '../src/run';
import { ENVIRONMENT } from './jobs/context';

const invocation = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 2_000 };
const NOTHING_TO_PROBE = { services: { nothing: [{ kind: 'heartbeat', job: 'absent', maxAge: '1h' }] } };

describe('createHandler', () => {
  let lines: Record<string, unknown>[] = [];
  beforeEach(() => {
    lines = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      lines.push(JSON.parse(String(text)));
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('reports every problem of the configuration on a line of its own, and fails', async () => {
    const handler = createHandler('probe', { LOG_LEVEL: 'loud' }, { tabels: [] });
    await expect(handler({}, invocation)).rejects.toMatchObject({ name: 'ConfigError' });
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines)
      expect(line).toMatchObject({
        level: 'error',
        job: 'probe',
        requestId: 'request-1',
        event: 'the configuration is wrong',
      });
  });

  it('runs the job within the time that is left, and pushes', async () => {
    const gateway = await startEmbeddedGateway({ port: 0, host: '127.0.0.1' });
    try {
      const handler = createHandler(
        'probe',
        { ...ENVIRONMENT, PUSHGATEWAY_URL: gateway.url },
        NOTHING_TO_PROBE,
      );
      expect(await handler({}, invocation)).toMatchObject({ job: 'probe', ran: true, ok: true });
      expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain(
        'reviewmaps_service_up{app="reviewmaps-server"',
      );
      expect(lines).toEqual([
        expect.objectContaining({ event: 'down', service: 'nothing', reason: 'missing' }),
        expect.objectContaining({ event: 'pushed', requestId: 'request-1' }),
      ]);
    } finally {
      await gateway.close();
    }
  });

  it('fails, with a line that says why, when nothing could be pushed', async () => {
    const gateway = await startEmbeddedGateway({ port: 0, host: '127.0.0.1' });
    await gateway.close();
    const handler = createHandler(
      'probe',
      { ...ENVIRONMENT, PUSHGATEWAY_URL: gateway.url },
      NOTHING_TO_PROBE,
    );
    await expect(handler({}, invocation)).rejects.toMatchObject({ name: 'PushError' });
    expect(lines.at(-1)).toMatchObject({ level: 'error', event: 'the run failed', error: 'PushError' });
  });
});
