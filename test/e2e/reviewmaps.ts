import type { Client } from 'pg';
import { PLACES } from '../../dev/sample/places';
import { SCHEMA } from '../../dev/sample/schema';
import { connectTo } from '../servers/postgres';

const CAMPAIGNS = 20_000;

const PROVINCES = [
  '서울',
  '부산',
  '대구',
  '인천',
  '광주',
  '대전',
  '울산',
  '경기',
  '강원',
  '충북',
  '충남',
  '전북',
  '전남',
  '경북',
  '경남',
  '제주',
];
const DISTRICTS = ['중구', '동구', '서구', '남구', '북구', '달서구', '수성구', '유성구', '양평군', '가평군'];

/** Region names that break whoever does not quote, escape, trim or encode them. */
const AWKWARD: readonly (string | null)[] = [
  null,
  '',
  '   ',
  '  서울 강남구 ',
  '서울 "강남" 구',
  "부산 '해운대' 구",
  '경로\\서울\\',
  '줄\n바꿈',
  '서울\\n강남',
  'region="서울",x={1}',
  '$1 :name %s --',
  '🍜 맛집 거리',
  '가'.repeat(100),
];

/** About 220 regions. */
const REGIONS: readonly (string | null)[] = [
  ...new Set([
    ...PLACES.map(({ region }) => region),
    ...PROVINCES.flatMap((province) => DISTRICTS.map((district) => `${province} ${district}`)),
    ...AWKWARD,
  ]),
];

/** The tables beside ReviewMaps' own: partitioned, oddly named, and too large to be counted. */
const OTHER_TABLES = `
  alter table reviews add column deleted_at timestamptz;
  create index reviews_deleted_at on reviews (deleted_at);

  create table event_log (id bigint generated always as identity, at timestamptz not null, note text) partition by range (at);
  create table event_log_2025 partition of event_log for values from ('2025-01-01') to ('2026-01-01');
  create table event_log_2026 partition of event_log for values from ('2026-01-01') to ('2027-01-01');
  create index event_log_at on event_log (at);
  insert into event_log (at, note) select timestamptz '2025-12-01' + i * interval '1 hour', repeat('기록', 20)
  from generate_series(1, 1500) i;

  create schema "보관소";
  create table "보관소"."Old Reviews; v2" (id int primary key, body text);
  -- Long texts are stored outside the table, and belong to its size.
  alter table "보관소"."Old Reviews; v2" alter column body set storage external;
  insert into "보관소"."Old Reviews; v2" select i, repeat('x', 20000) from generate_series(1, 40) i;

  create table visits as select i as id from generate_series(1, 120000) i;
  analyze visits;`;

/**
 * 20,000 campaigns: one in ten without a deadline, four with one to come, the others expired, of those some within the
 * last hour; some soft-deleted, some that had expired when they arrived. And 3,000 reviews.
 */
export async function createReviewMaps(sql: Client): Promise<void> {
  for (const statement of SCHEMA) await sql.query(statement);
  await sql.query(
    `insert into campaign (platform, title, offer, campaign_channel, company, region, url,
                           apply_deadline, created_at, deleted_at)
     select 'platform ' || i % 7, '체험단 ' || i, '무료', 'blog', '가게 ' || i % 900, ($1::text[])[1 + i % $2], 'https://example.com/' || i,
            d.deadline,
            case when i % 97 = 0 then coalesce(d.deadline, now()) + interval '1 minute'
                 else coalesce(d.deadline, now()) - interval '40 days' end,
            case when i % 41 = 0 then now() - interval '1 day' end
     from generate_series(1, ${CAMPAIGNS}) i
     cross join lateral (select case
       when i % 10 = 0 then null
       when i % 10 <= 4 then now() + (1 + i % 30) * interval '1 day'
       when i % 10 = 5 then now() - (5 + i % 3000) * interval '1 second'
       else now() - (1 + i % 20) * interval '1 day' end as deadline) d`,
    [REGIONS, REGIONS.length],
  );
  await sql.query(`
    insert into reviews (campaign_id, author, rating, content)
    select i, '작성자 ' || i, 1 + i % 5, repeat('좋아요 ', 10) from generate_series(1, 3000) i`);
  for (const statement of OTHER_TABLES.split(';\n')) await sql.query(statement);
  await sql.query("update reviews set deleted_at = now() - interval '2 hours' where id % 100 = 0");
}

/**
 * One statement of the application. Its connection ends, so that PostgreSQL has its statistics at once.
 * @returns the number of rows that it changed.
 */
export async function asApplication(
  url: string,
  statement: string,
  values: readonly unknown[] = [],
): Promise<number> {
  const client = await connectTo(url);
  try {
    return (await client.query(statement, [...values])).rowCount ?? 0;
  } finally {
    await client.end();
  }
}
