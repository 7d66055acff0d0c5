import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startEmbeddedGateway } from '../../dev/gateway/server';
import { systemClock } from '../../src/clock';
import { parse } from '../../src/config/parse';
import type { CheckContext } from '../../src/doctor/check';
import { gatewayCheck, groupCheck } from '../../src/doctor/gateway';
import { familiesCheck, pushCheck } from '../../src/doctor/scratch';
import { PushError } from '../../src/errors';
import { createGateway } from '../../src/pushgateway/client';
import type { Gateway, GatewayState, StoredGroup } from '../../src/pushgateway/gateway';
import { findPushgateway, startPushgateway } from '../servers/pushgateway';
import { checkContext, ENVIRONMENT } from './context';

const NOW = 1_800_000_000;

function group(labels: Record<string, string>, changes: Partial<StoredGroup> = {}): StoredGroup {
  return { labels, pushedAt: NOW - 10, lastPushSuccessful: true, families: {}, ...changes };
}

/** A context whose gateway holds these groups, with this machine's clock off by some seconds. */
function holding(groups: readonly StoredGroup[], skew = 0, changes: Partial<Gateway> = {}): CheckContext {
  const base = checkContext();
  const state: GatewayState = { now: NOW, groups };
  return checkContext({
    clock: { elapsed: () => 0, now: () => (NOW + skew) * 1_000, sleep: async () => undefined },
    gateway: { ...base.gateway, read: async () => state, ...changes },
  });
}

describe('gateway', () => {
  it('answers, and its clock is compared with this one to the second', async () => {
    expect(await gatewayCheck.run(holding([group({ job: 'a' })]))).toMatchObject({
      status: 'ok',
      text: 'http://127.0.0.1:9091 shows 1 group',
    });
    expect((await gatewayCheck.run(holding([], -30))).status).toBe('ok');
    expect((await gatewayCheck.run(holding([], 31))).status).toBe('ok');
    expect((await gatewayCheck.run(holding([], -31))).status).toBe('warn');
    expect(await gatewayCheck.run(holding([], 120))).toMatchObject({
      status: 'warn',
      text: expect.stringContaining('1 min 59 s apart'),
    });
  });
});

describe('groups of the jobs', () => {
  const KEY = { job: 'reviewmaps-collect', app: 'reviewmaps-server' };
  const check = groupCheck('collect');

  it('may be missing before the first run, also when another app has one', async () => {
    const other = group({ ...KEY, app: 'reviewmaps-server-dev' });
    expect(await check.run(holding([other]))).toMatchObject({
      status: 'ok',
      text: expect.stringContaining('nothing pushed yet'),
    });
  });

  it('are a warning from five minutes on', async () => {
    const aged = (seconds: number) => check.run(holding([group(KEY, { pushedAt: NOW - seconds })]));
    expect(await aged(300)).toMatchObject({ status: 'ok', text: 'the last push is 5 min old' });
    expect(await aged(301)).toMatchObject({
      status: 'warn',
      text: expect.stringContaining('the job is not running'),
    });
  });

  it('tell refused pushes from old ones', async () => {
    const refused = await check.run(holding([group(KEY, { lastPushSuccessful: false })]));
    expect(refused).toMatchObject({ status: 'warn', text: expect.stringContaining('was refused') });
    const never = await check.run(holding([group(KEY, { lastPushSuccessful: false, pushedAt: 0 })]));
    expect(never.status).toBe('fail');
  });
});

describe('a push', () => {
  it('fails when what was pushed is not shown: several gateways behind one address', async () => {
    const found = await pushCheck.run(holding([]));
    expect(found).toMatchObject({ status: 'fail', text: expect.stringContaining('does not show it') });
  });

  it('fails when the group stays, with the command that removes it', async () => {
    const scratch = group({ job: 'reviewmaps-doctor', app: 'reviewmaps-server' });
    expect(await pushCheck.run(holding([scratch]))).toMatchObject({
      status: 'fail',
      fixes: [
        {},
        {
          how: 'command',
          text: 'curl -X DELETE http://127.0.0.1:9091/metrics/job/reviewmaps-doctor/app/reviewmaps-server',
        },
      ],
    });
  });

  it('removes the group also when time is over in between', async () => {
    const ended = new AbortController();
    const removed: string[] = [];
    const context = holding([], 0, {
      read: async (signal) => {
        ended.abort(new Error('no time left'));
        return signal.aborted ? Promise.reject(signal.reason) : { now: NOW, groups: [] };
      },
      remove: async ({ job }, signal) => {
        if (!signal.aborted) removed.push(job);
      },
    });
    await expect(pushCheck.run({ ...context, signal: ended.signal })).rejects.toThrow('no time left');
    expect(removed).toEqual(['reviewmaps-doctor']);
  });

  it('says what the gateway says when the family cannot be told', async () => {
    const push = () => Promise.reject(new PushError('text format parsing error', { status: 400 }));
    expect(await familiesCheck.run(holding([], 0, { push }))).toMatchObject({
      status: 'fail',
      text: 'text format parsing error',
    });
    const unreachable = () => Promise.reject(new PushError('no connection'));
    await expect(familiesCheck.run(holding([], 0, { push: unreachable }))).rejects.toThrow('no connection');
  });
});

interface Server {
  readonly url: string;
  stop(): Promise<void>;
}

const SERVERS: readonly { name: string; missing: boolean; start: () => Promise<Server> }[] = [
  {
    name: 'the embedded gateway',
    missing: false,
    start: async () => {
      const { url, close } = await startEmbeddedGateway({ port: 0, host: '127.0.0.1' });
      return { url, stop: close };
    },
  },
  {
    name: 'a real Pushgateway',
    missing: findPushgateway() === undefined && !process.env['CI'],
    start: () => startPushgateway(),
  },
];

for (const { name, missing, start } of SERVERS) {
  (missing ? describe.skip : describe)(`with ${name}`, () => {
    let server: Server;
    let context: CheckContext;
    beforeAll(async () => {
      server = await start();
      const config = parse({ ...ENVIRONMENT, PUSHGATEWAY_URL: server.url }, {}, 'everything');
      const credentials = async () => ({ kind: 'none' }) as const;
      const gateway = createGateway({ url: server.url, credentials, clock: systemClock });
      context = checkContext({ config, gateway });
    });
    afterAll(async () => await server?.stop());

    const push = (job: string, body: string) =>
      context.gateway.push({ job }, body, AbortSignal.timeout(5_000));

    it('pushes, looks, removes, and leaves nothing', async () => {
      expect((await pushCheck.run(context)).status).toBe('ok');
      expect(await familiesCheck.run(context)).toMatchObject({ status: 'ok' });
      expect((await gatewayCheck.run(context)).text).toContain('shows 0 groups');
    });

    it('names each group that holds a family with another type, and how to remove it', async () => {
      await push('old', '# TYPE reviewmaps_service_up counter\nreviewmaps_service_up 1\n');
      const found = await familiesCheck.run(context);
      expect(found).toMatchObject({
        status: 'fail',
        text: expect.stringContaining('reviewmaps_service_up with another type'),
        fixes: [{}, { how: 'command', text: `curl -X DELETE ${server.url}/metrics/job/old` }],
      });
      expect(found.text).toContain('held by job="old"');
      await context.gateway.remove({ job: 'old' }, AbortSignal.timeout(5_000));
    });

    it('also sees one that is held as a histogram', async () => {
      await push(
        'old',
        '# TYPE reviewmaps_service_up histogram\nreviewmaps_service_up_bucket{le="+Inf"} 1\nreviewmaps_service_up_sum 1\nreviewmaps_service_up_count 1\n',
      );
      expect(await familiesCheck.run(context)).toMatchObject({
        status: 'fail',
        text: expect.stringContaining('reviewmaps_service_up'),
      });
      await context.gateway.remove({ job: 'old' }, AbortSignal.timeout(5_000));
    });
  });
}
