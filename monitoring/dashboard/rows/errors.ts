import type { Row } from '../definition';
import { alerts } from './errors/alerts';
import { collection } from './errors/collection';
import { failures } from './errors/failures';
import { logs } from './errors/logs';

export const errors: Row = {
  title: { ko: '에러 & 알람', en: 'Errors and alerts' },
  panels: [...alerts, ...failures, ...collection, ...logs],
};
