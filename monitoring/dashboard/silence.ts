import type { Text } from './definition';

/** What panels say that are empty when nothing happened, and when nobody could be asked. */

export const NO_REQUESTS: Text = {
  ko: '이 시간에 요청이 없었거나 Django를 스크레이프하지 못했습니다.',
  en: 'There were no requests in this time, or Django was not scraped.',
};
