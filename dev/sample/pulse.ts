import { type CampaignDraft, DAY, fresh, placeOf } from './campaigns';
import { createRandom } from './random';
import { review } from './reviews';
import { type Run, storeCampaigns, storeReviews } from './store';

/** Rows that one cleanup deletes at most: a long demonstration still has something to clean up. */
const CLEANUP_ROWS = 100;
const BEATS_BETWEEN_CLEANUPS = 5;
const REMEMBERED = 200;

/** ReviewMaps' cleanup: what expired before today in Seoul, oldest first. */
const CLEANUP = `
  DELETE FROM campaign WHERE id IN (
    SELECT id FROM campaign
    WHERE apply_deadline < date_trunc('day', now() AT TIME ZONE 'Asia/Seoul') AT TIME ZONE 'Asia/Seoul'
    ORDER BY apply_deadline LIMIT ${CLEANUP_ROWS})`;

export interface Beat {
  readonly added: number;
  readonly changed: number;
  readonly reviews: number;
  readonly deleted: number;
}

/**
 * Life in the sample data: each beat is a small run of the scrapers, with reviews, and now and then the
 * cleanup. Some of the new campaigns end within minutes.
 */
export function createPulse(run: Run, seed: number): () => Promise<Beat> {
  const random = createRandom(seed);
  const remembered: CampaignDraft[] = [];
  let beats = 0;

  /** The page of a campaign that was found before now says another place or another day. */
  function edited(draft: CampaignDraft): CampaignDraft {
    return random.chance(0.5)
      ? { ...draft, region: placeOf(random).region }
      : { ...draft, deadlineIn: random.between(DAY, 20 * DAY) };
  }

  return async () => {
    beats += 1;
    const [known] = remembered;
    const changed =
      known === undefined ? 0 : await storeCampaigns(run, [edited(random.pick([known, ...remembered]))]);
    const drafts = Array.from({ length: random.whole(3, 8) }, () => fresh(random));
    const added = await storeCampaigns(run, drafts);
    remembered.push(...drafts);
    remembered.splice(0, remembered.length - REMEMBERED);
    const written = Array.from({ length: random.whole(2, 6) }, () => review(random, 50, 0));
    const reviews = await storeReviews(run, written);
    const deleted = beats % BEATS_BETWEEN_CLEANUPS === 0 ? await run(CLEANUP) : 0;
    return { added, changed, reviews, deleted };
  };
}
