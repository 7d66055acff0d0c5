import { afterEach, describe, expect, it } from '@jest/globals';
import type { Collected, Collector } from '../../src/collectors/collector';
import { LedgerError, PushError, QueryError } from '../../src/errors';
import { type Budget, createBudget } from '../../src/jobs/budget';
import { type CollectContext, collect } from '../../src/jobs/collect';
import type { Ledger } from '../../src/ledger/ledger';
import { sample } from '../../src/metrics/sample';
import { never, stubContext, stubLedger } from './context';

const budgets: Budget[] = [];
function budgetOf(ms: number): Budget {
  const budget = createBudget(ms);
  budgets.push(budget);
  return budget;
}
afterEach(() => {
  for (const budget of budgets.splice(0)) budget.dispose();
});

function collector(name: string, work: () => Promise<Collected>, needsLedger = false): Collector {
  return { name, needsLedger, collect: work };
}

const rows = (table: string, value: number) =>
  sample('reviewmaps_table_rows_total', { table_name: table }, value);
const good = (table: string) => collector(table, async () => ({ samples: [rows(table, 5)] }));

function setUp(collectors: readonly Collector[], changes: Partial<Ledger> = {}) {
  const stub = stubContext();
  const ledger = stubLedger(changes);
  const context: CollectContext = { ...stub.context, ledger, collectors, holder: 'this run' };
  return { ...stub, ledger, context };
}

describe('collect', () => {
  it('replaces its own group, in one push, with what the collectors gave and what it says of itself', async () => {
    const { context, pushes } = setUp([good('a'), good('b')]);
    const report = await collect(context, budgetOf(5_000));
    expect(report).toMatchObject({
      job: 'collect',
      ran: true,
      ok: true,
      series: { reviewmaps_table_rows_total: 2 },
    });
    expect(pushes).toHaveLength(1);
    expect(pushes[0]?.key).toEqual({ job: 'reviewmaps-collect', app: 'reviewmaps-server' });
    expect(pushes[0]?.exposition).toContain('reviewmaps_table_rows_total{table_name="a"} 5\n');
    expect(pushes[0]?.exposition).toContain('reviewmaps_collector_success{collector="b"} 1\n');
    expect(pushes[0]?.exposition).toContain('reviewmaps_ledger_lease_held 1\n');
    expect(pushes[0]?.exposition).toContain('reviewmaps_job_success 1\n');
    expect(pushes[0]?.exposition).toContain('reviewmaps_build_info{version="1.2.3",node="v24.0.0"} 1\n');
  });

  it('lets a failing collector cost its own series only, and says why in one line', async () => {
    const failure = new QueryError('permission denied for table a', {
      sqlState: '42501',
      cause: new Error('the answer'),
    });
    const { context, pushes, lines } = setUp([collector('a', () => Promise.reject(failure)), good('b')]);
    const report = await collect(context, budgetOf(5_000));
    expect(report.ok).toBe(false);
    expect(pushes[0]?.exposition).toContain('reviewmaps_collector_success{collector="a"} 0\n');
    expect(pushes[0]?.exposition).toContain('reviewmaps_table_rows_total{table_name="b"} 5\n');
    expect(pushes[0]?.exposition).toContain('reviewmaps_job_success 0\n');
    expect(lines.filter(({ level }) => level === 'error')).toEqual([
      expect.objectContaining({
        collector: 'a',
        error: 'QueryError',
        sqlState: '42501',
        causes: ['Error: the answer'],
      }),
    ]);
  });

  it('pushes what it has when a collector hangs and ignores the signal', async () => {
    const { context, pushes } = setUp([collector('hung', never), good('b')]);
    const report = await collect(context, budgetOf(400));
    expect(report.parts).toEqual([
      expect.objectContaining({ name: 'hung', ok: false, detail: expect.stringContaining('no time left') }),
      expect.objectContaining({ name: 'b', ok: true }),
    ]);
    expect(pushes[0]?.exposition).toContain('reviewmaps_table_rows_total{table_name="b"} 5\n');
  });

  it('pushes what it says of itself when nothing could be collected', async () => {
    const { context, pushes } = setUp([collector('a', () => Promise.reject(new Error('no')))]);
    await collect(context, budgetOf(5_000));
    expect(pushes[0]?.exposition).toContain('reviewmaps_collector_success{collector="a"} 0\n');
  });

  it('keeps a bad sample from spoiling the push', async () => {
    const { context, pushes } = setUp([
      collector('a', async () => ({ samples: [rows('a', Number.NaN)] })),
      good('b'),
    ]);
    await collect(context, budgetOf(5_000));
    expect(pushes[0]?.exposition).toContain('reviewmaps_collector_success{collector="a"} 0\n');
    expect(pushes[0]?.exposition).not.toContain('table_name="a"');
  });

  it('gives a series that two collectors produce once, and says so', async () => {
    const twin = collector('twin', async () => ({ samples: [rows('a', 6)] }));
    const { context, pushes, lines } = setUp([good('a'), twin]);
    await collect(context, budgetOf(5_000));
    expect(pushes[0]?.exposition).toContain('reviewmaps_table_rows_total{table_name="a"} 5\n');
    expect(lines).toContainEqual(expect.objectContaining({ level: 'error', collector: 'twin' }));
  });

  it('carries no series of one run into the next', async () => {
    let table = 'gone';
    const { context, pushes } = setUp([collector('a', async () => ({ samples: [rows(table, 1)] }))]);
    await collect(context, budgetOf(5_000));
    table = 'here';
    await collect(context, budgetOf(5_000));
    expect(pushes[1]?.exposition).not.toContain('gone');
  });
});

describe('the lease of collect', () => {
  it('skips the run while another one holds it: nothing is collected or pushed, and it is no failure', async () => {
    const { context, pushes, ledger } = setUp([good('a')], { acquireLease: async () => false });
    expect(await collect(context, budgetOf(5_000))).toMatchObject({ ran: false, ok: true, parts: [] });
    expect(pushes).toEqual([]);
    expect(ledger.calls).toEqual(['acquireLease']);
  });

  it('is asked for longer than the run may take, and given back after the push', async () => {
    let seconds = 0;
    const { context, pushes, ledger } = setUp([good('a')], {
      acquireLease: async (_, asked) => {
        seconds = asked;
        return true;
      },
      releaseLease: async () => {
        expect(pushes).toHaveLength(1);
      },
    });
    await collect(context, budgetOf(50_000));
    expect(seconds).toBeGreaterThan(49);
    expect(ledger.calls).toEqual(['acquireLease', 'releaseLease']);
  });

  it('is given back when the push fails, and the run fails', async () => {
    const { context, ledger } = setUp([good('a')]);
    const gateway = { ...context.gateway, push: () => Promise.reject(new PushError('refused')) };
    await expect(collect({ ...context, gateway }, budgetOf(5_000))).rejects.toThrow('refused');
    expect(ledger.calls).toEqual(['acquireLease', 'releaseLease']);
  });

  it.each<[string, () => Promise<boolean>]>([
    ['fails', () => Promise.reject(new LedgerError('run "npm run migrate"', { sqlState: '3F000' }))],
    ['hangs', never],
  ])('costs the counters and nothing else when the ledger %s', async (_, acquireLease) => {
    const counting = collector('counting', async () => ({ samples: [] }), true);
    const { context, pushes, ledger } = setUp([good('a'), counting], { acquireLease });
    const report = await collect(context, budgetOf(600));
    expect(report.parts).toEqual([
      expect.objectContaining({ name: 'a', ok: true }),
      expect.objectContaining({
        name: 'counting',
        ok: false,
        detail: expect.stringContaining('the ledger, which cannot be used'),
      }),
    ]);
    expect(pushes[0]?.exposition).toContain('reviewmaps_ledger_lease_held 0\n');
    expect(pushes[0]?.exposition).toContain('reviewmaps_table_rows_total{table_name="a"} 5\n');
    expect(ledger.calls).not.toContain('releaseLease');
  });
});

describe('the first 0 of a new series', () => {
  const fresh = collector('fresh', async () => ({ samples: [rows('a', 0)], unannounced: [7n] }), true);

  it('is acknowledged after the push', async () => {
    const acknowledged: (readonly bigint[])[] = [];
    const { context, pushes } = setUp([fresh], {
      acknowledge: async (ids) => {
        expect(pushes).toHaveLength(1);
        acknowledged.push(ids);
      },
    });
    await collect(context, budgetOf(5_000));
    expect(acknowledged).toEqual([[7n]]);
  });

  it('is not acknowledged when the push fails', async () => {
    const { context, ledger } = setUp([fresh]);
    const gateway = { ...context.gateway, push: () => Promise.reject(new PushError('refused')) };
    await expect(collect({ ...context, gateway }, budgetOf(5_000))).rejects.toThrow(PushError);
    expect(ledger.calls).not.toContain('acknowledge');
  });

  it('does not fail a run that pushed when the acknowledgement is lost', async () => {
    const { context, lines } = setUp([fresh], { acknowledge: () => Promise.reject(new LedgerError('gone')) });
    expect(await collect(context, budgetOf(5_000))).toMatchObject({ ran: true, ok: true });
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'warn', event: expect.stringContaining('acknowledged') }),
    );
  });
});
