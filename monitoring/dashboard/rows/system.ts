import type { Row } from '../definition';
import { pipeline } from './system/pipeline';
import { server } from './system/server';
import { services } from './system/services';

export const system: Row = {
  title: { ko: '전체 시스템 상태', en: 'System status' },
  panels: [...services, ...server, ...pipeline],
};
