import { settings } from '../../../settings';
import { PUSHED } from '../../cadence';
import type { Panel } from '../../definition';
import {
  anyIncrease,
  anyRate,
  events,
  maxBy,
  orZero,
  quantile,
  RANGE,
  RESTORED,
  series,
  sumBy,
  WINDOW,
} from '../../promql';

const NO_CALLS = {
  ko: '이 시간에 보고된 네이버 API 호출이 없습니다.',
  en: 'No calls of the Naver API were reported in this time.',
};

const CALLS = 'reviewmaps_naver_api_calls_total';
const allCalls = sumBy([], anyIncrease(CALLS, WINDOW));
const answered = sumBy([], anyIncrease(CALLS, WINDOW, 'status_code=~"2.."'));

/** The Naver API: calls, latency, limits. */
export const naver: readonly Panel[] = [
  {
    title: { ko: '분당 네이버 API 호출', en: 'Naver API calls per minute' },
    description: {
      ko: '1분 동안의 네이버 API 호출 수를 엔드포인트별로 보여 줍니다. 스크레이퍼와 Django의 호출을 모두 셉니다.',
      en: 'Calls of the Naver API per minute by endpoint, of scrapers and Django together.',
    },
    view: { kind: 'timeseries', stacked: true, softMax: 1 },
    unit: 'cpm',
    queries: [
      {
        expr: orZero(`60 * ${sumBy(['endpoint'], anyRate(CALLS))}`, 'djangoOrFold', 'endpoint'),
        legend: '{{endpoint}} · {{app}}',
        fixedWindow: RESTORED,
        zero: true,
      },
    ],
    width: 8,
    height: 9,
    min: 0,
    ...PUSHED,
  },
  {
    title: { ko: '네이버 API 응답 시간 P95', en: 'Naver API response time P95' },
    description: {
      ko: '네이버 API 호출에 걸린 시간의 P95를 엔드포인트별로 보여 줍니다.',
      en: 'P95 of the time that calls of the Naver API took, by endpoint.',
    },
    view: { kind: 'timeseries' },
    unit: 's',
    queries: [
      {
        expr: quantile(0.95, anyIncrease('reviewmaps_naver_api_duration_seconds_bucket', WINDOW), [
          'endpoint',
        ]),
        legend: '{{endpoint}} · {{app}}',
      },
    ],
    width: 8,
    height: 9,
    min: 0,
    empty: NO_CALLS,
    ...PUSHED,
  },
  {
    title: { ko: '네이버 API 성공률', en: 'Naver API success' },
    description: {
      ko: '네이버 API 호출 중 2xx로 응답한 비율입니다.',
      en: 'Share of calls of the Naver API that were answered with a status of 2xx.',
    },
    view: { kind: 'timeseries' },
    unit: 'percentunit',
    queries: [{ expr: `(${answered} or 0 * ${allCalls}) / (${allCalls} > 0)`, legend: '{{app}}' }],
    width: 8,
    height: 8,
    min: 0,
    max: 1,
    empty: NO_CALLS,
    ...PUSHED,
  },
  {
    title: { ko: '호출 한도 초과', en: 'Rate limit reached' },
    description: {
      ko: '선택한 시간 범위에서 네이버가 한도 초과(429)로 거절한 호출의 수입니다.',
      en: 'Calls that Naver refused because its limit was reached (429) in the chosen time range.',
    },
    view: { kind: 'stat' },
    unit: 'locale',
    queries: [
      {
        expr: orZero(sumBy([], events('reviewmaps_naver_api_rate_limit_hits', RANGE)), 'djangoOrFold'),
        legend: '{{app}}',
        zero: true,
      },
    ],
    width: 5,
    height: 8,
    decimals: 0,
    thresholds: { base: 'green', steps: [{ from: 1, colour: 'red' }] },
    alerts: ['ReviewMapsNaverRateLimited'],
  },
  {
    title: { ko: '하루 할당량 사용률', en: 'Daily quota used' },
    description: {
      ko: `최근 24시간의 네이버 API 호출을 하루 할당량 ${settings.naverDailyQuota}회와 비교합니다. 할당량은 reviewmaps.config.ts에서 바꿉니다.`,
      en: `Calls of the Naver API in the last 24 hours against the quota of ${settings.naverDailyQuota} a day, which reviewmaps.config.ts sets.`,
    },
    view: { kind: 'gauge' },
    unit: 'percentunit',
    queries: [
      {
        expr: orZero(maxBy([], series('reviewmaps:naver_quota_used:ratio24h')), 'recordedDjangoOrFold'),
        legend: '{{app}}',
        zero: true,
      },
    ],
    width: 5,
    height: 8,
    decimals: 1,
    min: 0,
    // More than all of it can be used.
    max: 1.2,
    thresholds: {
      base: 'green',
      steps: [
        { from: settings.naverQuotaWarnRatio, colour: 'yellow' },
        { from: 1, colour: 'red' },
      ],
    },
    alerts: ['ReviewMapsNaverQuotaNearlyUsed'],
  },
  {
    title: { ko: '24시간 호출 수', en: 'Calls in 24 hours' },
    description: {
      ko: '매 시점에서 그 전 24시간 동안의 네이버 API 호출 수와 하루 할당량입니다.',
      en: 'Calls of the Naver API in the 24 hours before each moment, and the daily quota.',
    },
    view: {
      kind: 'timeseries',
      styles: [{ legend: { ko: '^할당량$', en: '^quota$' }, colour: 'red', dashed: true }],
    },
    unit: 'locale',
    queries: [
      {
        expr: orZero(maxBy([], series('reviewmaps:naver_calls:increase24h')), 'recordedDjangoOrFold'),
        legend: '{{app}}',
        zero: true,
      },
      { expr: `vector(${settings.naverDailyQuota})`, legend: { ko: '할당량', en: 'quota' } },
    ],
    width: 6,
    height: 8,
    decimals: 0,
    min: 0,
    alerts: ['ReviewMapsNaverQuotaNearlyUsed'],
    ...PUSHED,
  },
];
