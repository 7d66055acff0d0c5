import type { Row } from '../definition';
import { campaigns } from './business/campaigns';
import { naver } from './business/naver';
import { scrapers } from './business/scrapers';

export const business: Row = {
  title: { ko: '비즈니스 메트릭', en: 'Business metrics' },
  panels: [...campaigns, ...naver, ...scrapers],
};
