/** The tables of ReviewMaps that monitoring reads, one statement each. */
export const SCHEMA: readonly string[] = [
  `CREATE TABLE campaign (
     id bigserial PRIMARY KEY,
     platform varchar(50) NOT NULL,
     title text NOT NULL,
     offer text NOT NULL,
     campaign_channel varchar(20) NOT NULL,
     company varchar(200) NOT NULL,
     region varchar(100),
     address text,
     lat numeric(9,6),
     lng numeric(9,6),
     url text NOT NULL,
     apply_deadline timestamptz,
     review_deadline timestamptz,
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now(),
     deleted_at timestamptz,
     UNIQUE (platform, title, offer, campaign_channel)
   )`,
  'CREATE INDEX campaign_apply_deadline ON campaign (apply_deadline)',
  'CREATE INDEX campaign_created_at ON campaign (created_at DESC)',
  'CREATE INDEX campaign_region ON campaign (region)',
  `CREATE TABLE reviews (
     id bigserial PRIMARY KEY,
     campaign_id bigint NOT NULL REFERENCES campaign (id) ON DELETE CASCADE,
     author varchar(100) NOT NULL,
     rating smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
     content text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now()
   )`,
  'CREATE INDEX reviews_campaign ON reviews (campaign_id)',
];
