import { AN_HOUR, HOUR, PUSHED } from '../../cadence';
import type { Panel } from '../../definition';
import { maxBy, orZero, pushedIncrease, RANGE, series, sumBy } from '../../promql';

/** Campaigns: active and expired. */
export const campaigns: readonly Panel[] = [
  {
    title: { ko: '활성 캠페인', en: 'Active campaigns' },
    description: {
      ko: '지금 신청할 수 있는 캠페인의 수입니다. 없으면 0이고, 수집에 실패하면 비어 있습니다.',
      en: 'Campaigns that can be applied for now. 0 when there are none, empty when they could not be collected.',
    },
    view: { kind: 'stat', sparkline: true },
    unit: 'locale',
    queries: [
      {
        expr: orZero(maxBy([], series('reviewmaps:campaigns_active:sum')), 'campaigns'),
        legend: '{{app}}',
        zero: true,
      },
    ],
    width: 6,
    height: 9,
    decimals: 0,
    alerts: ['ReviewMapsCampaignsDropped'],
  },
  {
    title: { ko: '지역별 활성 캠페인 (상위 10)', en: 'Active campaigns by region (top 10)' },
    description: {
      ko: '지금 신청할 수 있는 캠페인이 가장 많은 지역입니다. unknown은 지역이 비어 있는 캠페인, other는 지역 수 한도를 넘은 캠페인입니다.',
      en: 'Regions with most campaigns that can be applied for. unknown: without a region; other: beyond the limit of regions.',
    },
    view: { kind: 'bargauge', colour: 'blue' },
    unit: 'locale',
    queries: [
      {
        expr: `topk(10, ${orZero(sumBy(['region'], series('reviewmaps_campaign_active_total')), 'campaigns', 'region')})`,
        legend: '{{region}} · {{app}}',
        zero: true,
      },
    ],
    width: 9,
    height: 9,
    decimals: 0,
    min: 0,
    alerts: ['ReviewMapsRegionEmpty'],
  },
  {
    title: { ko: '시간당 마감된 캠페인', en: 'Campaigns expired per hour' },
    description: {
      ko: '최근 한 시간 동안 신청 마감일이 지난 캠페인의 수입니다. 연장 후 다시 마감되면 다시 셉니다.',
      en: 'Campaigns whose deadline passed in the hour before. One that is extended and expires again counts again.',
    },
    view: { kind: 'timeseries', softMax: 1 },
    unit: 'locale',
    queries: [
      {
        expr: orZero(sumBy([], pushedIncrease('reviewmaps_campaign_expired_total', HOUR)), 'expired'),
        legend: '{{app}}',
        fixedWindow: AN_HOUR,
        zero: true,
      },
    ],
    width: 9,
    height: 9,
    decimals: 0,
    min: 0,
    ...PUSHED,
  },
  {
    title: { ko: '지역별 마감 (상위 10)', en: 'Expired by region (top 10)' },
    description: {
      ko: '선택한 시간 범위에서 마감된 캠페인이 가장 많은 지역입니다.',
      en: 'Regions where most campaigns expired in the chosen time range.',
    },
    view: { kind: 'bargauge', colour: 'blue' },
    unit: 'locale',
    queries: [
      {
        expr: `topk(10, ${orZero(sumBy(['region'], pushedIncrease('reviewmaps_campaign_expired_total', RANGE)), 'expired', 'region')})`,
        legend: '{{region}} · {{app}}',
        zero: true,
      },
    ],
    width: 8,
    height: 9,
    decimals: 0,
    min: 0,
  },
];
