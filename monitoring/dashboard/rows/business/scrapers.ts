import { settings } from '../../../settings';
import { AN_HOUR, HOUR, PUSHED } from '../../cadence';
import type { Panel } from '../../definition';
import { anyIncrease, orZero, pushedIncrease, quantile, series, sumBy } from '../../promql';

const ended = sumBy(['scraper', 'status'], pushedIncrease('reviewmaps_scraper_runs_total', HOUR));
const silent = `label_replace(${sumBy(['scraper'], pushedIncrease('reviewmaps_scraper_runs_silent_total', HOUR))}, "status", "silent", "", "")`;

/** Scraper runs and what they enriched. */
export const scrapers: readonly Panel[] = [
  {
    title: { ko: '보강 결과', en: 'Enrichment results' },
    description: {
      ko: '최근 한 시간 동안 스크레이퍼가 보강한 캠페인의 수를 결과별로 보여 줍니다.',
      en: 'Campaigns that scrapers enriched in the hour before, by result.',
    },
    view: {
      kind: 'timeseries',
      stacked: true,
      styles: [
        { legend: 'success · .*', colour: 'green' },
        { legend: 'failed · .*', colour: 'red' },
      ],
      softMax: 1,
    },
    unit: 'locale',
    queries: [
      {
        expr: orZero(
          sumBy(['status'], anyIncrease('reviewmaps_enrichment_total', HOUR)),
          'djangoOrFold',
          'status',
        ),
        legend: '{{status}} · {{app}}',
        fixedWindow: AN_HOUR,
        zero: true,
      },
    ],
    width: 7,
    height: 8,
    decimals: 0,
    min: 0,
    ...PUSHED,
  },
  {
    title: { ko: '보강에 걸린 시간', en: 'Enrichment duration' },
    description: {
      ko: '최근 한 시간 동안 보강에 걸린 시간의 P50과 P95입니다. 모든 scope를 합칩니다.',
      en: 'P50 and P95 of the time that enriching took in the hour before, all scopes together.',
    },
    view: { kind: 'timeseries' },
    unit: 's',
    queries: [0.5, 0.95].map((q) => ({
      expr: quantile(q, anyIncrease('reviewmaps_enrichment_duration_seconds_bucket', HOUR)),
      legend: `P${q * 100} · {{app}}`,
      fixedWindow: 'runs are minutes to hours apart: a shorter window is mostly empty',
    })),
    width: 7,
    height: 8,
    min: 0,
    empty: { ko: '이 시간에 보고된 보강이 없습니다.', en: 'No enrichment was reported in this time.' },
    ...PUSHED,
  },
  {
    title: { ko: '스크레이퍼 실행', en: 'Scraper runs' },
    description: {
      ko: '최근 한 시간 동안 끝난 실행을 스크레이퍼와 결과별로 보여 줍니다. silent는 끝났다는 말 없이 사라진 실행입니다. 없으면 0입니다.',
      en: 'Runs that ended in the hour before, by scraper and result. silent: it vanished without saying that it ended. 0 without any.',
    },
    view: {
      kind: 'timeseries',
      stacked: true,
      styles: [
        { legend: '.* success · .*', colour: 'green' },
        { legend: '.* failed · .*', colour: 'red' },
        { legend: '.* silent · .*', colour: 'purple' },
      ],
      softMax: 1,
      legend: 'right',
    },
    unit: 'locale',
    queries: [
      {
        // Only what there is: with each scraper's zeros, the legend would be too long for the panel.
        expr: orZero(`(${ended} or ${silent}) > 0`, 'fold', 'status'),
        legend: '{{scraper}} {{status}} · {{app}}',
        fixedWindow: AN_HOUR,
        zero: true,
      },
    ],
    width: 10,
    height: 8,
    decimals: 0,
    min: 0,
    alerts: ['ReviewMapsScraperFailing', 'ReviewMapsScraperSilent'],
    ...PUSHED,
  },
  {
    title: { ko: '마지막 성공 후 지난 시간', en: 'Time since the last success' },
    description: {
      ko: '스크레이퍼마다 마지막으로 성공한 실행이 끝난 뒤 지난 시간입니다.',
      en: "Time since each scraper's latest successful run ended.",
    },
    view: { kind: 'bargauge' },
    unit: 's',
    queries: [
      {
        expr: `time() - ${series('reviewmaps_scraper_last_success_timestamp_seconds')}`,
        legend: '{{scraper}} · {{app}}',
      },
    ],
    width: 8,
    height: 8,
    decimals: 1,
    min: 0,
    thresholds: { base: 'green', steps: [{ from: settings.scraperSuccessWithinSeconds, colour: 'red' }] },
    empty: { ko: '보고된 성공 실행이 없습니다.', en: 'No successful run was reported.' },
    alerts: ['ReviewMapsScraperNotSucceeding'],
  },
  {
    title: { ko: '마지막 실행에 걸린 시간', en: 'Duration of the latest run' },
    description: {
      ko: '스크레이퍼마다 끝난 실행 중 가장 최근 것이 걸린 시간입니다.',
      en: "How long each scraper's latest run that ended took.",
    },
    view: { kind: 'timeseries' },
    unit: 's',
    queries: [
      { expr: series('reviewmaps_scraper_last_run_duration_seconds'), legend: '{{scraper}} · {{app}}' },
    ],
    width: 8,
    height: 8,
    min: 0,
    empty: { ko: '끝났다고 보고된 실행이 없습니다.', en: 'No finished run was reported.' },
    ...PUSHED,
  },
  {
    title: { ko: '실행 중인 스크레이퍼', en: 'Runs in flight' },
    description: {
      ko: '값을 보냈지만 아직 끝나지 않은 실행의 수입니다.',
      en: 'Runs that have pushed and not ended yet.',
    },
    view: { kind: 'timeseries', softMax: 1 },
    unit: 'locale',
    queries: [
      {
        expr: orZero(sumBy(['scraper'], series('reviewmaps_scraper_runs_in_flight')), 'fold', 'scraper'),
        legend: '{{scraper}} · {{app}}',
        zero: true,
      },
    ],
    width: 8,
    height: 8,
    decimals: 0,
    min: 0,
    ...PUSHED,
  },
];
