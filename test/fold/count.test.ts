import { describe, expect, it } from '@jest/globals';
import { LedgerError } from '../../src/errors';
import { countRuns } from '../../src/fold/count';
import type { RunPush } from '../../src/fold/run-push';
import type { RunFindings, RunLedger } from '../../src/ledger/runs';
import { createLog } from '../../src/log';
import type { LogLine } from '../jobs/context';
import { runPush } from './run-push';

/** Ten seconds after the pushes. */
const NOW = 1_010;

const push = (run: string, changes: Partial<RunPush> = {}): RunPush => runPush({ run, ...changes });

/** What is logged of these runs, by a ledger that finds what the test says. */
async function logged(
  runs: readonly RunPush[],
  ledger: Partial<Pick<RunLedger, 'foldRuns' | 'seeRuns'>> = {},
): Promise<Record<string, unknown>[]> {
  const lines: LogLine[] = [];
  const counting = {
    runs: { foldRuns: async () => found(), seeRuns: async () => [], ...ledger },
    log: createLog({ level: 'debug', now: () => 0, write: (line) => lines.push(JSON.parse(line)) }),
    silentAfter: 60,
    done: () => undefined,
  };
  await countRuns({ runs, waiting: 0, now: NOW }, counting, AbortSignal.timeout(5_000)).catch(
    () => undefined,
  );
  return lines.map(({ time: _time, ...line }) => line);
}

const found = (...first: RunFindings['first']): RunFindings => ({ runs: first.length, first });

describe('what the log says of runs', () => {
  it('is nothing when everything is counted', async () => {
    expect(await logged([push('a'), push('b', { completed: 1 })])).toEqual([]);
  });

  it('is one line for a run with rejected series, those that went back with them', async () => {
    const rejected = { wrong_labels: 2, unknown_metric: 1 };
    const examples = { wrong_labels: 'reviewmaps_enrichment_total', unknown_metric: 'pages_total' };
    const finding = {
      run: 'a',
      started: 5,
      wentBack: 3,
      example: 'reviewmaps_exceptions_total',
      refused: false,
    };
    const foldRuns = async () => found(finding);
    expect(await logged([push('a', { rejected, examples }), push('b')], { foldRuns })).toEqual([
      {
        level: 'warn',
        event: 'series of a run are not counted',
        run: 'a',
        scraper: 'inflexer',
        reasons: [
          'wrong_labels: 2 (reviewmaps_enrichment_total)',
          'unknown_metric: 1 (pages_total)',
          'went_back: 3 (reviewmaps_exceptions_total)',
        ],
      },
    ]);
  });

  it('keeps two processes of a run apart', async () => {
    const finding = { run: 'a', started: 6, wentBack: 1, example: 'x', refused: false };
    const lines = await logged([push('a'), push('a', { started: 6, scraper: 'other' })], {
      foldRuns: async () => found(finding),
    });
    expect(lines).toMatchObject([{ run: 'a', scraper: 'other', reasons: ['went_back: 1 (x)'] }]);
  });

  it('is the push that the gateway refused, and whether one was ever accepted', async () => {
    const finding = { started: 5, wentBack: 0, example: null, refused: true };
    const lines = await logged(
      [push('a', { refused: NOW - 5 }), push('b', { refused: NOW - 10, accepted: false })],
      { foldRuns: async () => found({ run: 'a', ...finding }, { run: 'b', ...finding }) },
    );
    const event = 'the gateway refused the newest push of a run';
    expect(lines).toEqual([
      {
        level: 'warn',
        event,
        run: 'a',
        scraper: 'inflexer',
        at: '1970-01-01T00:16:45.000Z',
        acceptedBefore: true,
      },
      {
        level: 'warn',
        event,
        run: 'b',
        scraper: 'inflexer',
        at: '1970-01-01T00:16:40.000Z',
        acceptedBefore: false,
      },
    ]);
  });

  it('is the group of a run that had ended, with what it brought back', async () => {
    const series = [{ metric: 'reviewmaps_naver_api_rate_limit_hits', labels: {}, values: [1] }] as const;
    const known = { run: 'a', started: 5, pushed: 1, refused: null, state: 'success' } as const;
    // Of what else it pushed nothing is counted, and so nothing is said.
    const lines = await logged([push('a', { series, rejected: { bad_value: 1 } })], {
      seeRuns: async () => [known],
    });
    expect(lines).toEqual([
      {
        level: 'warn',
        event: 'a group of a run is removed',
        run: 'a',
        scraper: 'inflexer',
        reason: 'replayed',
        series: 1,
        example: 'reviewmaps_naver_api_rate_limit_hits',
      },
    ]);
  });

  it('is nothing of a push that the ledger knew', async () => {
    const known = { run: 'a', started: 5, pushed: NOW - 10, refused: null, state: 'running' } as const;
    expect(
      await logged([push('a', { rejected: { bad_value: 1 } })], { seeRuns: async () => [known] }),
    ).toEqual([]);
  });

  it('has fifty lines at most in one fold, and then how many were left out', async () => {
    const many = Array.from({ length: 70 }, (_, index) =>
      push(`r${index}`, { rejected: { bad_value: 1 }, removed: 'poison', refused: NOW }),
    );
    const finding = { started: 5, wentBack: 0, example: null, refused: true };
    // The ledger names a hundred at most.
    const foldRuns = async (): Promise<RunFindings> => ({ runs: 130, first: [{ run: 'r0', ...finding }] });
    const lines = await logged(many, { foldRuns });
    expect(lines).toHaveLength(51);
    expect(lines[50]).toEqual({
      level: 'warn',
      event: 'more is wrong with runs than this fold has logged',
      more: 70 * 2 + 130 - 50,
    });
  });

  it('says what was left out also when counting fails', async () => {
    const many = Array.from({ length: 60 }, (_, index) => push(`r${index}`, { rejected: { bad_value: 1 } }));
    let calls = 0;
    const foldRuns = async (): Promise<RunFindings> => {
      calls += 1;
      if (calls > 1) throw new LedgerError('the connection broke');
      return found();
    };
    const large = push('z', { run: 'z'.repeat(1_600_000) });
    expect((await logged([...many, large], { foldRuns })).at(-1)).toMatchObject({ more: 10 });
    expect(calls).toBe(2);
  });
});
