import { PLACES, type Place } from './places';
import type { Random } from './random';

/** A campaign before it is in the database. Times are seconds from the database's now(). */
export interface CampaignDraft {
  readonly platform: string;
  readonly title: string;
  readonly offer: string;
  readonly channel: string;
  readonly company: string;
  readonly region: string | null;
  readonly address: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly url: string;
  /** Null for a campaign that stays open. */
  readonly deadlineIn: number | null;
  readonly createdAgo: number;
  readonly updatedAgo: number;
  readonly deletedAgo: number | null;
}

const MINUTE = 60;
export const DAY = 86_400;

const PLATFORMS = ['리뷰마당', '체험단모아', '오늘의체험', '블로그나라', '맛집탐험대', '동네리뷰'] as const;
const CHANNELS = ['blog', 'blog', 'instagram', 'instagram', 'youtube', 'clip'] as const;
const NAMES = [
  '온담',
  '달빛',
  '소담',
  '한결',
  '바다내음',
  '햇살가득',
  '모퉁이',
  '고운',
  '다온',
  '늘봄',
  '청솔',
  '은하',
  '초록',
  '골목',
  '북촌',
  '새벽',
  '단골',
  '미소',
  '산들',
  '가온',
  '라온',
  '도란',
  '여울',
  '하늘',
  '별헤는',
  '봄날',
  '구름',
] as const;
const KINDS = [
  ['식당', '점심 특선 2인 식사권'],
  ['한우', '한우 모둠 2인 세트'],
  ['초밥', '오마카세 1인 이용권'],
  ['카페', '음료 2잔과 디저트'],
  ['베이커리', '3만원 상당 베이커리 이용권'],
  ['헤어', '커트와 클리닉 1회'],
  ['네일', '젤네일 1회'],
  ['필라테스', '개인 레슨 2회'],
  ['펜션', '주중 1박 숙박권'],
  ['사진관', '프로필 촬영 1회'],
  ['스파', '전신 관리 60분'],
  ['포차', '안주 3종 세트'],
] as const;
const ROADS = ['중앙로', '시장길', '역전로', '문화로', '공원길', '해안로', '대학로', '번영로'] as const;
/** Older names of places, wrong ones and none at all come from real scraped pages; so does a quote. */
const ODD_REGIONS = [null, null, '', '전국', "서울 '핫플' 성수"] as const;

const TOTAL_WEIGHT = PLACES.reduce((sum, { weight }) => sum + weight, 0);

export function placeOf(random: Random): Place {
  let left = random.between(0, TOTAL_WEIGHT);
  const found = PLACES.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
  return found ?? { region: '서울 강남구', latitude: 37.517, longitude: 127.047, weight: 1 };
}

/** The deadline of a campaign that is already there: spread from 20 days ago to 30 days ahead, some within the next half hour. */
function spreadDeadline(random: Random): number | null {
  if (random.chance(0.03)) return null;
  return random.chance(0.02) ? random.between(MINUTE, 30 * MINUTE) : random.between(-20 * DAY, 30 * DAY);
}

/** What a scraper finds: where, what, by whom. The times say when. */
function found(
  random: Random,
  times: Pick<CampaignDraft, 'deadlineIn' | 'createdAgo' | 'updatedAgo' | 'deletedAgo'>,
): CampaignDraft {
  const place = placeOf(random);
  const [kind, offer] = random.pick(KINDS);
  const company = `${random.pick(NAMES)}${kind}`;
  const branch = place.region.split(' ').at(-1) ?? place.region;
  return {
    platform: random.pick(PLATFORMS),
    title: `[${place.region}] ${company} ${branch}점 체험단 ${random.whole(1, 99)}차`,
    offer,
    channel: random.pick(CHANNELS),
    company,
    region: random.chance(0.03) ? random.pick(ODD_REGIONS) : place.region,
    address: `${place.region} ${random.pick(ROADS)} ${random.whole(1, 300)}`,
    latitude: place.latitude + random.between(-0.02, 0.02),
    longitude: place.longitude + random.between(-0.02, 0.02),
    url: `https://campaigns.example/${random.whole(100_000, 999_999)}`,
    ...times,
  };
}

/** A campaign that some earlier run of a scraper stored. */
function stored(random: Random): CampaignDraft {
  const deadlineIn = spreadDeadline(random);
  // Created before the deadline: what arrives late has not expired on the site.
  const latest = Math.max(0, -(deadlineIn ?? 0));
  const createdAgo = latest + random.between(5 * MINUTE, 15 * DAY);
  const deletedAgo = random.chance(0.01) ? random.between(0, createdAgo) : null;
  return found(random, { deadlineIn, createdAgo, updatedAgo: random.between(0, createdAgo), deletedAgo });
}

/** A campaign that a scraper just found; a third of them end soon enough to watch. */
export function fresh(random: Random): CampaignDraft {
  const deadlineIn = random.chance(0.3)
    ? random.between(2 * MINUTE, 20 * MINUTE)
    : random.between(DAY, 25 * DAY);
  return found(random, { deadlineIn, createdAgo: 0, updatedAgo: 0, deletedAgo: null });
}

const FRESHEST = 5;

const keyOf = ({ platform, title, offer, channel }: CampaignDraft) =>
  JSON.stringify([platform, title, offer, channel]);

/** `count` campaigns, no two with the same key; the last few were found minutes ago. */
export function initialCampaigns(random: Random, count: number): CampaignDraft[] {
  const byKey = new Map<string, CampaignDraft>();
  while (byKey.size < count) {
    const isFresh = byKey.size >= count - FRESHEST;
    const draft = isFresh
      ? { ...fresh(random), createdAgo: random.between(MINUTE, 5 * MINUTE), updatedAgo: 0 }
      : stored(random);
    const key = keyOf(draft);
    if (!byKey.has(key)) byKey.set(key, draft);
  }
  return [...byKey.values()];
}
