import { settings } from '../../../settings';
import { ERROR_BARS } from '../../bars';
import { PUSHED } from '../../cadence';
import type { Column, Panel } from '../../definition';
import { djangoEvents, events, orZero, RANGE, sumBy, WINDOW, withTotal } from '../../promql';

const EXCEPTIONS = 'reviewmaps_exceptions_total';
const WHERE = ['exception_type', 'view_name'] as const;

const RECENT: readonly Column[] = [
  { field: 'app', title: { ko: '애플리케이션', en: 'Application' } },
  { field: 'exception_type', title: { ko: '예외', en: 'Exception' } },
  { field: 'view_name', title: { ko: '뷰 또는 단계', en: 'View or step' } },
  { field: { query: 0, unit: 'locale' }, title: { ko: '횟수', en: 'Number' }, decimals: 0, width: 80 },
  { field: { query: 1, unit: 'dateTimeFromNow' }, title: { ko: '마지막 발생', en: 'Last seen' }, width: 130 },
];

/** Four scrapes, the shortest window that surely has two of them. An event is seen for as long. */
const LATEST = `${4 * settings.scrapeIntervalSeconds}s`;

/** What went wrong in the application. */
export const failures: readonly Panel[] = [
  {
    title: { ko: '새 DB 연결 오류', en: 'New connection errors' },
    description: {
      ko: 'Django가 데이터베이스에 연결하지 못한 횟수(분당)입니다. 없으면 0입니다.',
      en: 'How often Django could not connect to the database, per minute. 0 when it always could.',
    },
    view: { kind: 'timeseries', softMax: 1.2 * settings.connectionErrorsPerMinute },
    unit: 'cpm',
    queries: [
      {
        // The peak of each interval, so that a long time range does not step over a burst.
        expr: orZero(
          `max_over_time(${sumBy(['alias'], djangoEvents('django_db_new_connection_errors_total', '1m'))}[${WINDOW}:])`,
          'django',
          'alias',
        ),
        legend: '{{alias}} · {{app}}',
        fixedWindow: 'the alert counts within a minute',
        zero: true,
      },
    ],
    width: 8,
    height: 8,
    min: 0,
    thresholds: {
      base: 'green',
      steps: [{ from: settings.connectionErrorsPerMinute, colour: 'red' }],
    },
    alerts: ['ReviewMapsDatabaseConnectionErrors'],
  },
  {
    title: { ko: '종류별 예외', en: 'Exceptions by type' },
    description: {
      ko: 'Django와 스크레이퍼 실행의 예외를 종류별로 쌓아 보여 줍니다. 막대 하나는 그 구간의 예외 수입니다. 없으면 0입니다.',
      en: 'Exceptions of Django and of scraper runs by type, stacked: a bar is the number in its interval. 0 without any.',
    },
    view: ERROR_BARS,
    unit: 'locale',
    queries: [
      {
        expr: withTotal(['exception_type'], events(EXCEPTIONS, WINDOW), 'djangoOrFold'),
        legend: '{{exception_type}} · {{app}}',
        zero: true,
      },
    ],
    width: 12,
    height: 8,
    decimals: 0,
    min: 0,
    ...PUSHED,
  },
  {
    title: { ko: '뷰별 예외', en: 'Exceptions by view' },
    description: {
      ko: '예외를 던진 Django 뷰 또는 스크레이퍼 실행의 단계별로 쌓아 보여 줍니다. 없으면 0입니다.',
      en: 'Exceptions by the view of Django or the step of a scraper run that raised them, stacked. 0 without any.',
    },
    view: ERROR_BARS,
    unit: 'locale',
    queries: [
      {
        expr: withTotal(['view_name'], events(EXCEPTIONS, WINDOW), 'djangoOrFold'),
        legend: '{{view_name}} · {{app}}',
        zero: true,
      },
    ],
    width: 12,
    height: 8,
    decimals: 0,
    min: 0,
    ...PUSHED,
  },
  {
    title: { ko: '최근 오류', en: 'Most recent errors' },
    description: {
      ko: '선택한 시간 범위에서 발생한 예외의 횟수와 최근 한 시간 안의 마지막 발생 시각입니다. 시각의 오차는 1분 이내이며, 한 시간보다 오래되었으면 –입니다.',
      en: 'How often exceptions occurred in the chosen time range, and when each was last seen within the past hour, to within a minute; – when that is longer ago.',
    },
    view: { kind: 'table', columns: RECENT, sortBy: 4 },
    unit: 'locale',
    queries: [
      { expr: `${sumBy(WHERE, events(EXCEPTIONS, RANGE))} > 0`, legend: '{{exception_type}}' },
      {
        expr: `1000 * max_over_time(timestamp(${sumBy(WHERE, events(EXCEPTIONS, LATEST))} > 0)[1h:])`,
        legend: '{{exception_type}}',
        fixedWindow: 'the time of the latest increase: a short window within the past hour',
      },
    ],
    width: 12,
    height: 9,
    empty: { ko: '이 시간에 보고된 예외가 없습니다.', en: 'No exceptions were reported in this time.' },
  },
  {
    title: { ko: 'API 실패', en: 'API failures' },
    description: {
      ko: '2xx로 응답하지 않은 네이버 API 호출을 상태 코드별로 쌓아 보여 줍니다. 막대 하나는 그 구간의 호출 수이고, timeout과 error는 응답이 없었던 호출입니다. 없으면 0입니다.',
      en: 'Calls of the Naver API that were not answered with 2xx, by status: a bar is the number in its interval; timeout and error got no answer. 0 without any.',
    },
    view: ERROR_BARS,
    unit: 'locale',
    queries: [
      {
        expr: withTotal(
          ['endpoint', 'status_code'],
          events('reviewmaps_naver_api_calls_total', WINDOW, 'status_code!~"2.."'),
          'djangoOrFold',
        ),
        legend: '{{endpoint}} {{status_code}} · {{app}}',
        zero: true,
      },
    ],
    width: 12,
    height: 9,
    decimals: 0,
    min: 0,
    alerts: ['ReviewMapsNaverRateLimited'],
    ...PUSHED,
  },
];
