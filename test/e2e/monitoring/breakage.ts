import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect } from '@jest/globals';
import { panelQueries } from '../../monitoring/dashboard/panel-queries';
import type { Alerts, AlertWatch } from './alerts';
import { MINUTE_MS } from './pace';
import { drawn, unreal, written } from './panels';
import type { World } from './world';

/** Milliseconds for what takes ten to fifteen seconds on a machine that has time. */
export const LIMIT_MS = 60_000;
/** Milliseconds from a breakage on until nothing more can come of it: most alerts wait for fifteen minutes at the most. */
const AFTERMATH_MS = 17 * MINUTE_MS;
const ASK_AGAIN_MS = 250;

export const CALM: Alerts = { active: ['Watchdog'], inhibited: [] };

export const isCalm = (alerts: Alerts): boolean => isDeepStrictEqual(alerts, CALM);

interface Expected extends Alerts {
  /** Alerts of which someone is called. */
  readonly calls: readonly string[];
  /** Alerts that the team is told of. */
  readonly told: readonly string[];
}

interface Breakage {
  readonly breaks: () => Promise<void>;
  /** Nothing is repaired: it is over after a while. */
  readonly passes?: true;
  /** What else is true while it is broken. */
  readonly meanwhile?: () => Promise<void>;
  readonly repairs: () => Promise<void>;
}

/** Breaks something, requires exactly these alerts and these calls, and that all end when it is repaired. */
export async function expectAlerts(
  world: World,
  watch: AlertWatch,
  expected: Expected,
  { breaks, passes, meanwhile, repairs }: Breakage,
): Promise<void> {
  expect(await watch.until(isCalm, LIMIT_MS)).toEqual(CALM);
  watch.forget();
  world.receivers.forget();
  const alerts = {
    active: [...expected.active, ...CALM.active].toSorted(),
    inhibited: expected.inhibited.toSorted(),
  };
  const over = performance.now() + (passes === true ? 0 : AFTERMATH_MS);
  try {
    await breaks();
    expect(await watch.until((found) => isDeepStrictEqual(found, alerts), LIMIT_MS)).toEqual(alerts);
    expect(await watch.during(Math.max(2 * MINUTE_MS, over - performance.now()))).toEqual(alerts);
    // An effect may be seen a moment before its cause; something else never may.
    const known = [...alerts.active, ...alerts.inhibited];
    expect([...watch.seenActive].filter((name) => !known.includes(name))).toEqual([]);
    expect(world.receivers.titles('on-call')).toEqual(expected.calls.map((name) => `[FIRING 1] ${name}`));
    const told = () => firingIn(world.receivers.messages.filter(({ channel }) => channel === 'team'));
    await eventually(() => told().length >= expected.told.length);
    expect(told()).toEqual(expected.told);
    await expectNoNaN(world);
    await meanwhile?.();
    world.receivers.forget();
  } finally {
    await repairs();
  }
  expect(await watch.until(isCalm, LIMIT_MS)).toEqual(CALM);
  const resolved = expected.calls.map((name) => `[RESOLVED] ${name}`).toSorted();
  await eventually(() => world.receivers.titles('on-call').length >= resolved.length);
  expect(world.receivers.titles('on-call').toSorted()).toEqual(resolved);
}

/** What has no data is no trouble here; a value that is no number always is. */
async function expectNoNaN(world: World): Promise<void> {
  for (const one of panelQueries)
    for (const expr of written(one)) {
      const series = await drawn(world.prometheus, one, expr);
      expect({ expr, unreal: unreal(series) }).toEqual({ expr, unreal: [] });
    }
}

/** Names of the alerts that messages say fire. That an earlier one of the group is over may stand in the same message. */
function firingIn(messages: readonly { readonly text: string }[]): string[] {
  return messages.flatMap(({ text }) => {
    const [firing = ''] = text.split('Resolved');
    return [...firing.matchAll(/runbooks\/(\w+)\.md/g)].map(([, name = '']) => name);
  });
}

/** Whether it came true in time. */
export async function eventually(question: () => boolean | Promise<boolean>): Promise<boolean> {
  for (const end = performance.now() + LIMIT_MS; ; await sleep(ASK_AGAIN_MS)) {
    if (await question()) return true;
    if (performance.now() > end) return false;
  }
}
