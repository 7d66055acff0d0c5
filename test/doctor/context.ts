import { systemClock } from '../../src/clock';
import { parse } from '../../src/config/parse';
import type { Row } from '../../src/database/database';
import type { Check, CheckContext, Finding } from '../../src/doctor/check';
import { ENVIRONMENT } from '../jobs/context';

export { ENVIRONMENT };

/** A check's context whose ports answer with nothing unless the test brings its own. */
export function checkContext(changes: Partial<CheckContext> = {}): CheckContext {
  return {
    config: parse(ENVIRONMENT, {}, 'everything'),
    database: { query: async () => [] },
    gateway: {
      push: async () => undefined,
      remove: async () => undefined,
      read: async () => ({ now: 0, groups: [] }),
      scan: async () => 0,
    },
    clock: systemClock,
    build: { version: '1.2.3', node: 'v24.0.0' },
    signal: new AbortController().signal,
    ...changes,
  };
}

/** What the check finds when every statement gives these rows. */
export function findIn(check: Check, ...rows: readonly Row[]): Promise<Finding> {
  return check.run(checkContext({ database: { query: async () => rows } }));
}

/** The statements that a finding proposes. */
export function statements({ fixes }: Finding): string[] {
  return fixes.flatMap(({ how, text }) => (how === 'sql' ? [text] : []));
}
