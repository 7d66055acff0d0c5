import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { initialCampaigns } from '../../../dev/sample/campaigns';
import { DEFAULT_SAMPLE, loadSample } from '../../../dev/sample/load';
import { createPulse } from '../../../dev/sample/pulse';
import { createRandom } from '../../../dev/sample/random';
import type { Run } from '../../../dev/sample/store';
import { connectTo, findPostgres, type Postgres, startPostgres } from '../../servers/postgres';

const missing = findPostgres() === undefined && process.env['CI'] === undefined;

describe('initialCampaigns', () => {
  it('gives the same campaigns for the same seed, others for another', () => {
    const of = (seed: number) => initialCampaigns(createRandom(seed), 50);
    expect(of(1)).toEqual(of(1));
    expect(of(1)).not.toEqual(of(2));
  });
});

(missing ? describe.skip : describe)('the sample data', () => {
  let postgres: Postgres;
  let client: Client;
  let run: Run;

  beforeAll(async () => {
    postgres = await startPostgres();
    client = await connectTo(postgres.url);
    run = async (sql, text) => (await client.query(sql, text === undefined ? [] : [text])).rowCount ?? 0;
    await loadSample(run);
  }, 60_000);

  afterAll(async () => {
    await client.end();
    await postgres.stop();
  });

  const count = async (from: string): Promise<number> => {
    const { rows } = await client.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`);
    return rows[0]?.n ?? Number.NaN;
  };

  it('is complete', async () => {
    expect(await count('campaign')).toBe(DEFAULT_SAMPLE.campaigns);
    expect(await count('reviews')).toBe(DEFAULT_SAMPLE.reviews);
    expect(await count('(SELECT DISTINCT region FROM campaign) AS regions')).toBeGreaterThan(45);
  });

  it('has what real data has: no region, no deadline, soft-deleted, live and expired campaigns', async () => {
    expect(await count('campaign WHERE region IS NULL')).toBeGreaterThan(5);
    expect(await count("campaign WHERE region = ''")).toBeGreaterThan(5);
    expect(await count('campaign WHERE apply_deadline IS NULL')).toBeGreaterThan(50);
    expect(await count('campaign WHERE deleted_at IS NOT NULL')).toBeGreaterThan(5);
    expect(await count('campaign WHERE apply_deadline < now()')).toBeGreaterThan(1_000);
    expect(await count('campaign WHERE apply_deadline > now()')).toBeGreaterThan(1_500);
  });

  it('has campaigns that end within the half hour, and some that were found minutes ago', async () => {
    const soon = "campaign WHERE apply_deadline BETWEEN now() AND now() + interval '30 minutes'";
    expect(await count(soon)).toBeGreaterThan(20);
    expect(await count("campaign WHERE created_at > now() - interval '10 minutes'")).toBeGreaterThan(2);
  });

  it('has times in an order that can be', async () => {
    expect(await count('campaign WHERE created_at > apply_deadline')).toBe(0);
    expect(await count('campaign WHERE created_at > now() OR updated_at > now()')).toBe(0);
    expect(await count('campaign WHERE updated_at < created_at OR deleted_at < created_at')).toBe(0);
    expect(
      await count('reviews JOIN campaign c ON c.id = campaign_id WHERE reviews.created_at < c.created_at'),
    ).toBe(0);
  });

  it('changes with every beat of the pulse, and is cleaned up now and then', async () => {
    const beat = createPulse(run, 7);
    const beats = [await beat(), await beat(), await beat(), await beat(), await beat()];
    for (const { added, reviews } of beats) {
      expect(added).toBeGreaterThanOrEqual(3);
      expect(reviews).toBeGreaterThanOrEqual(2);
    }
    expect(beats.map(({ changed }) => changed)).toEqual([0, 1, 1, 1, 1]);
    expect(beats.map(({ deleted }) => deleted)).toEqual([0, 0, 0, 0, 100]);
    const added = beats.reduce((sum, each) => sum + each.added, 0);
    expect(await count('campaign')).toBe(DEFAULT_SAMPLE.campaigns + added - 100);
    expect(await count('campaign WHERE updated_at > created_at AND id > 3000')).toBeGreaterThan(0);
  });
});
