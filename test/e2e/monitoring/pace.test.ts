import { expect, test } from '@jest/globals';
import { isAlert } from '../../../monitoring/rules/definition';
import { ruleGroups } from '../../../monitoring/rules/groups';
import { Expression } from '../../../monitoring/rules/promql';
import { settings } from '../../../monitoring/settings';
import { FACTOR, fasterRoutes, fasterRules, shorterWindows } from './pace';

test('windows and offsets are shortened, names and limits are not', () => {
  expect(shorterWindows('rate(a:rate5m{le="1.0"}[1m15s] offset 1d) > 10 or max_over_time(b[1h:])')).toBe(
    'rate(a:rate5m{le="1.0"}[2s500ms] offset 48m) > 10 or max_over_time(b[2m:])',
  );
});

test('what is a number of seconds in an expression is shortened with its window', () => {
  const expr = new Expression('x_rate5m * 300 >= 3 and age < 300 and time() - last > 93600 and n > 93600.5');
  const rules = [{ record: 'reviewmaps:x', about: 'x', expr, labels: [] }] as const;
  const [group] = fasterRules([{ name: 'reviewmaps-x', intervalSeconds: 60, rules }]);
  expect(group?.intervalSeconds).toBe(2);
  expect(String(group?.rules[0]?.expr)).toBe(
    'x_rate5m * 10 >= 3 and age < 10 and time() - last > 3120 and n > 93600.5',
  );
});

test('every alert waits for its share of the time', () => {
  const alerts = (groups: ReturnType<typeof ruleGroups>) =>
    groups
      .flatMap(({ rules }) => rules.filter(isAlert))
      .map(({ alert, forSeconds }) => ({ alert, forSeconds }));
  const groups = ruleGroups(settings);
  expect(alerts(fasterRules(groups))).toEqual(
    alerts(groups).map(({ alert, forSeconds }) => ({ alert, forSeconds: forSeconds / FACTOR })),
  );
});

test('routes wait for less', () => {
  expect(fasterRoutes('  group_wait: 10s\n  group_interval: 5m\n  name: 10s')).toBe(
    '  group_wait: 333ms\n  group_interval: 10s\n  name: 10s',
  );
});
