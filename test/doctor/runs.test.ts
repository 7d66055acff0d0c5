import { describe, expect, it } from '@jest/globals';
import { parse } from '../../src/config/parse';
import type { Finding } from '../../src/doctor/check';
import { runsCheck } from '../../src/doctor/runs';
import type { RawGroup } from '../../src/pushgateway/group-scanner';
import { checkContext, ENVIRONMENT } from './context';

const NOW = 1_800_000_000;

function group(labels: Record<string, string>, pushed = NOW - 10): RawGroup {
  const stamp = (value: number) =>
    JSON.stringify({
      type: 'GAUGE',
      metrics: [{ labels: { instance: '', ...labels }, value: String(value) }],
    });
  const members = new Map([
    ['labels', JSON.stringify(labels)],
    ['push_time_seconds', stamp(pushed)],
    ['push_failure_time_seconds', stamp(0)],
  ]);
  return { members, bytes: 100, oversized: false };
}

const run = (id: string, app?: string) =>
  group({ job: 'scraper', run: id, scraper: 'inflexer', ...(app === undefined ? {} : { app }) });
const fold = (app: string, pushed?: number) => group({ job: 'reviewmaps-scraper', app }, pushed);

/** What the check of a stage finds at a gateway with these groups. */
async function find(stage: string, ...groups: readonly RawGroup[]): Promise<Finding> {
  const base = checkContext({ config: parse({ ...ENVIRONMENT, STAGE: stage }, {}, 'everything') });
  return runsCheck.run({
    ...base,
    gateway: {
      ...base.gateway,
      scan: async (start) => {
        // What an attempt found that broke off counts for nothing.
        const first = start();
        for (const one of groups) first(one);
        const second = start();
        for (const one of groups) second(one);
        return NOW;
      },
    },
  });
}

describe('runs at the gateway', () => {
  it('are counted when the fold of this stage takes them', async () => {
    expect(await find('prod')).toMatchObject({ status: 'ok', text: 'no run waits at the gateway' });
    expect(await find('prod', run('a'), run('b', 'reviewmaps-server'), fold('x'))).toMatchObject({
      status: 'ok',
      text: '2 of app="reviewmaps-server"',
    });
    expect(await find('dev', run('a', 'reviewmaps-server-dev'))).toMatchObject({
      status: 'ok',
      text: '1 of app="reviewmaps-server-dev"',
    });
  });

  it('are not what other jobs push, nor groups without a run', async () => {
    const others = [
      group({ job: 'scraper' }),
      group({ job: 'scraper', run: '' }),
      group({ job: 'x', run: 'a' }),
    ];
    expect(await find('dev', ...others)).toMatchObject({ text: 'no run waits at the gateway' });
  });

  it('are a warning where they name no app, and no fold of production pushes there', async () => {
    const found = await find(
      'dev',
      run('a'),
      run('b'),
      run('c', 'reviewmaps-server-dev'),
      fold('reviewmaps-server-dev'),
    );
    expect(found).toMatchObject({
      status: 'warn',
      fixes: [{ how: 'change', text: expect.stringContaining('app="reviewmaps-server-dev"') }],
    });
    expect(found.text).toBe(
      '1 of app="reviewmaps-server-dev"; 2 without the label app (such as job="scraper" run="a" scraper="inflexer"), ' +
        'which only a fold of app="reviewmaps-server" takes, and none pushes to this gateway',
    );
    expect(found.fixes[0]?.text).toContain('REVIEWMAPS_APP=reviewmaps-server-dev');
    expect(found.fixes[0]?.text).toContain('docs/scraper-runs.md');
  });

  it('without an app are fine where a fold of production has pushed lately', async () => {
    expect(await find('dev', run('a'), fold('reviewmaps-server', NOW - 300))).toMatchObject({
      status: 'ok',
      text: 'none of app="reviewmaps-server-dev"; 1 of app="reviewmaps-server", for the fold of that',
    });
    expect(await find('dev', run('a'), fold('reviewmaps-server', NOW - 301))).toMatchObject({
      status: 'warn',
    });
  });

  it('of another app are named, and whether its fold pushes there', async () => {
    const found = await find(
      'prod',
      run('a', 'reviewmaps-server-dev'),
      run('b', 'shop'),
      fold('reviewmaps-server-dev'),
    );
    expect(found).toMatchObject({ status: 'ok', fixes: [] });
    expect(found.text).toBe(
      'none of app="reviewmaps-server"; 1 of app="reviewmaps-server-dev", for the fold of that; ' +
        '1 of app="shop", for a fold that does not push to this gateway',
    );
  });

  it('of very many apps are no longer line than a person reads, and take no memory by their number', async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => run(`r${index}`, `app ${index}`));
    const { text } = await find('prod', ...many);
    expect(text).toContain('1 of app="app 0"');
    expect(text).toContain('990 of other apps');
    expect(text.length).toBeLessThan(1_000);
  });
});
