import { describe, expect, it } from '@jest/globals';
import { type Check, change, fail, ok, warn } from '../../src/doctor/check';
import { type Result, startChecks } from '../../src/doctor/run';
import { PushError, QueryError, TimeoutError } from '../../src/errors';
import { never } from '../jobs/context';
import { checkContext } from './context';

function runAll(checks: readonly Check[], signal?: AbortSignal): Promise<Result[]> {
  return Promise.all(startChecks(checks, checkContext(signal === undefined ? {} : { signal })));
}

describe('startChecks', () => {
  it('gives what each check found, in the order of the checks', async () => {
    const slow = Promise.withResolvers<void>();
    const results = runAll([
      { name: 'slow', run: () => slow.promise.then(() => warn('late', change('hurry'))) },
      {
        name: 'quick',
        run: async () => {
          slow.resolve();
          return ok('fine');
        },
      },
    ]);
    expect(await results).toEqual([
      {
        name: 'slow',
        status: 'warn',
        text: 'late',
        fixes: [{ how: 'change', text: 'hurry' }],
        seconds: expect.any(Number),
      },
      { name: 'quick', status: 'ok', text: 'fine', fixes: [], seconds: expect.any(Number) },
    ]);
  });

  it('skips what needs a failed or skipped check, and names it; a warning stops nothing', async () => {
    const results = await runAll([
      { name: 'a', run: async () => fail('broken') },
      { name: 'w', run: async () => warn('slow') },
      { name: 'b', needs: ['a', 'w'], run: async () => ok('never asked') },
      { name: 'c', needs: ['b'], run: async () => ok('never asked') },
      { name: 'd', needs: ['w'], run: async () => ok('asked') },
    ]);
    expect(results.map(({ name, status, text }) => [name, status, text])).toEqual([
      ['a', 'fail', 'broken'],
      ['w', 'warn', 'slow'],
      ['b', 'skip', 'needs: a'],
      ['c', 'skip', 'needs: b'],
      ['d', 'ok', 'asked'],
    ]);
  });

  it('fails a check that hangs at its own limit, whether it heeds the signal or not, and says what to do', async () => {
    const [result, other] = await runAll([
      { name: 'hung', limitMs: 20, whenSilent: 'look at the network', run: never },
      { name: 'other', run: async () => ok('fine') },
    ]);
    expect(result).toMatchObject({
      status: 'fail',
      text: 'no answer within 0.02 s',
      fixes: [{ how: 'change', text: 'look at the network' }],
    });
    expect(other).toMatchObject({ status: 'ok' });
  });

  it('settles everything when the time of all checks is over', async () => {
    const all = new AbortController();
    const results = runAll(
      [
        { name: 'a', run: never },
        { name: 'b', run: never },
        { name: 'c', needs: ['b'], run: never },
      ],
      all.signal,
    );
    all.abort(new TimeoutError('no time left'));
    expect((await results).map(({ status, text }) => [status, text])).toEqual([
      ['fail', 'no time left'],
      ['fail', 'no time left'],
      ['skip', 'needs: b'],
    ]);
  });

  it('gives the sentence of what a check throws, and tells a defect from a finding', async () => {
    const results = await runAll([
      { name: 'sql', run: () => Promise.reject(new QueryError('no such thing', { sqlState: '42P01' })) },
      { name: 'push', run: () => Promise.reject(new PushError('refused')) },
      { name: 'defect', run: () => Promise.reject(new TypeError('x is not a function')) },
    ]);
    expect(results.map(({ status, text }) => `${status} ${text}`)).toEqual([
      'fail no such thing (SQLSTATE 42P01)',
      'fail refused',
      'fail the check itself failed: x is not a function',
    ]);
  });

  it('refuses a check that needs one which does not come before it', () => {
    const run = async () => ok('');
    expect(() =>
      startChecks(
        [
          { name: 'a', needs: ['b'], run },
          { name: 'b', run },
        ],
        checkContext(),
      ),
    ).toThrow('a needs "b"');
  });
});
