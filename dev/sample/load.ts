import { initialCampaigns } from './campaigns';
import { createRandom } from './random';
import { review } from './reviews';
import { SCHEMA } from './schema';
import { type Run, storeCampaigns, storeReviews } from './store';

interface Options {
  seed: number;
  campaigns: number;
  reviews: number;
}

export const DEFAULT_SAMPLE: Options = { seed: 20_251_101, campaigns: 3_000, reviews: 4_000 };

/**
 * Creates ReviewMaps' tables in an empty database and fills them with Korean sample data. The same seed gives
 * the same rows; their times are relative to the database's now().
 */
export async function loadSample(run: Run, options: Partial<Options> = {}): Promise<void> {
  const { seed, campaigns, reviews } = { ...DEFAULT_SAMPLE, ...options };
  const random = createRandom(seed);
  for (const statement of SCHEMA) await run(statement);
  await storeCampaigns(run, initialCampaigns(random, campaigns));
  await storeReviews(
    run,
    Array.from({ length: reviews }, () => review(random, campaigns)),
  );
  // PostgreSQL's estimates of how many rows there are come from here.
  await run('ANALYZE campaign');
  await run('ANALYZE reviews');
}
