import type { CampaignDraft } from './campaigns';
import type { ReviewDraft } from './reviews';

/** Runs one statement; `$1` is the text that is given. Gives the number of rows that it touched. */
export type Run = (sql: string, text?: string) => Promise<number>;

/** As the scrapers do it: what is there already gets the region and the deadline that the page has now. */
const UPSERT = `
  INSERT INTO campaign (platform, title, offer, campaign_channel, company, region, address, lat, lng, url,
                        apply_deadline, review_deadline, created_at, updated_at, deleted_at)
  SELECT platform, title, offer, channel, company, region, address, latitude, longitude, url,
         now() + make_interval(secs => "deadlineIn"),
         now() + make_interval(secs => "deadlineIn", days => 14),
         now() - make_interval(secs => "createdAgo"),
         now() - make_interval(secs => "updatedAgo"),
         now() - make_interval(secs => "deletedAgo")
  FROM jsonb_to_recordset($1::text::jsonb) AS draft(
    platform text, title text, offer text, channel text, company text, region text, address text,
    latitude numeric, longitude numeric, url text,
    "deadlineIn" float8, "createdAgo" float8, "updatedAgo" float8, "deletedAgo" float8)
  ON CONFLICT (platform, title, offer, campaign_channel) DO UPDATE
    SET region = excluded.region, apply_deadline = excluded.apply_deadline, updated_at = now()`;

const INSERT_REVIEWS = `
  INSERT INTO reviews (campaign_id, author, rating, content, created_at)
  SELECT newest.id, draft.author, draft.rating, draft.content,
         greatest(newest.created_at, now() - make_interval(secs => draft."createdAgo"))
  FROM jsonb_to_recordset($1::text::jsonb) AS draft(
    campaign int, author text, rating int, content text, "createdAgo" float8)
  JOIN (SELECT id, created_at, row_number() OVER (ORDER BY id DESC) - 1 AS place FROM campaign) AS newest
    ON newest.place = draft.campaign`;

export const storeCampaigns = (run: Run, drafts: readonly CampaignDraft[]) =>
  run(UPSERT, JSON.stringify(drafts));

export const storeReviews = (run: Run, drafts: readonly ReviewDraft[]) =>
  run(INSERT_REVIEWS, JSON.stringify(drafts));
