import { describe, expect, it } from '@jest/globals';
import { cleanupCollector } from '../../src/collectors/cleanup';
import { createCollectors } from '../../src/collectors/create';
import { expiredCollector } from '../../src/collectors/expired';
import { parse } from '../../src/config/parse';
import type { MomentSource } from '../../src/ledger/ledger';
import { ENVIRONMENT, stubLedger } from '../jobs/context';
import { collectorContext, databaseOf, values } from './context';

const config = parse(ENVIRONMENT, {}, 'collect');
const campaign = { schema: 'app', table: 'campaign', label: 'app.campaign' };

describe('the expired collector', () => {
  it('publishes the totals of the ledger, and names those that are published for the first time', async () => {
    const ledger = stubLedger({
      countMoments: async () => [
        { id: 1n, labels: { region: '서울' }, value: 7, announced: true },
        { id: 2n, labels: { region: 'other' }, value: 0, announced: false },
      ],
      overLimit: async () => 4,
    });
    const { samples, unannounced } = await expiredCollector(config.campaigns).collect(
      collectorContext(databaseOf([]), ledger).context,
    );
    expect(values(samples, 'reviewmaps_campaign_expired_total')).toEqual({ 서울: 7, other: 0 });
    expect(values(samples, 'reviewmaps_label_sets_over_limit')).toEqual({
      reviewmaps_campaign_expired_total: 4,
    });
    expect(unannounced).toEqual([2n]);
  });
});

describe('the cleanup collector', () => {
  it('reads the statistics by the name of the table, under the label that the user wrote', async () => {
    let asked: unknown[] = [];
    const ledger = stubLedger({
      countDeletes: async (...given) => {
        asked = given;
        return [{ id: 1n, labels: {}, value: 3, announced: true }];
      },
    });
    const { samples } = await cleanupCollector({ source: 'statistics', table: campaign }).collect(
      collectorContext(databaseOf([]), ledger).context,
    );
    expect(asked.slice(0, 3)).toEqual([
      'reviewmaps_cleanup_deleted_rows',
      'app.campaign',
      '"app"."campaign"',
    ]);
    expect(values(samples, 'reviewmaps_cleanup_deleted_rows')).toEqual({ 'app.campaign': 3 });
  });

  it('counts soft-deleted rows once each', async () => {
    let source: MomentSource | undefined;
    const ledger = stubLedger({
      countMoments: async (asked) => {
        source = asked;
        return [];
      },
    });
    await cleanupCollector({
      source: 'soft-delete',
      table: campaign,
      column: 'deleted_at',
      id: 'key',
    }).collect(collectorContext(databaseOf([]), ledger).context);
    expect(source).toMatchObject({
      table: '"app"."campaign"',
      key: 'key',
      moment: 'deleted_at',
      once: 'row',
      labels: { table_name: 'app.campaign' },
    });
  });
});

describe('createCollectors', () => {
  it('makes one for each family and each table', () => {
    expect(createCollectors(config).map(({ name }) => name)).toEqual([
      'campaigns',
      'expired',
      'tables/campaign',
      'tables/reviews',
      'cleanup/campaign',
      'connections',
    ]);
  });

  it('leaves tables to the runs that report them', () => {
    const runs = parse(ENVIRONMENT, { cleanup: [{ table: 'campaign', source: 'runs' }] }, 'collect');
    expect(createCollectors(runs).map(({ name }) => name)).not.toContain('cleanup/campaign');
  });
});
