import { DAY } from './campaigns';
import type { Random } from './random';

/** A review before it is in the database. */
export interface ReviewDraft {
  /** Which campaign, counted from the newest (0). */
  readonly campaign: number;
  readonly author: string;
  readonly rating: number;
  readonly content: string;
  readonly createdAgo: number;
}

const AUTHORS = [
  '먹보일기',
  '주말산책',
  '서울토박이',
  '제주댁',
  '빵순이',
  '커피한잔',
  '동네한바퀴',
  '맛따라',
] as const;
const OPINIONS = [
  '사장님이 친절하시고 음식이 정갈해요.',
  '분위기가 좋아서 다시 가고 싶어요.',
  '주차가 조금 불편했지만 맛은 최고였습니다.',
  '사진 찍기 좋은 곳이라 추천해요.',
  '예약이 편하고 설명이 자세했어요.',
  '기대보다는 평범했어요.',
] as const;

export function review(random: Random, campaigns: number, maxAge = 20 * DAY): ReviewDraft {
  return {
    campaign: random.whole(0, campaigns - 1),
    author: `${random.pick(AUTHORS)}${random.whole(1, 500)}`,
    rating: random.whole(2, 5),
    content: random.pick(OPINIONS),
    createdAgo: random.between(0, maxAge),
  };
}
