import { PUSHED } from '../../cadence';
import type { Panel } from '../../definition';
import { orZero, pushedIncrease, RANGE, series, sumBy } from '../../promql';
import { DONE_OR_FAILED, STATE } from '../../states';

/** What went wrong in counting. */
export const collection: readonly Panel[] = [
  {
    title: { ko: '수집기 결과', en: 'Collectors' },
    description: {
      ko: '수집기마다 최근 실행에서 값을 내보냈는지 보여 줍니다. 실패한 수집기의 값은 비어 있습니다.',
      en: 'Whether each collector published its values in its runs. Those of a failed one are missing.',
    },
    view: { kind: 'state-timeline' },
    unit: 'none',
    queries: [{ expr: series('reviewmaps_collector_success'), legend: '{{app}} {{collector}}' }],
    width: 6,
    height: 8,
    thresholds: STATE,
    mappings: DONE_OR_FAILED,
    alerts: ['ReviewMapsCollectorFailing', 'ReviewMapsLedgerUnavailable'],
  },
  {
    title: { ko: 'fold의 단계', en: 'Steps of fold' },
    description: {
      ko: 'fold가 실행마다 각 단계를 끝냈는지 보여 줍니다.',
      en: 'Whether each step of fold did its work in its runs.',
    },
    view: { kind: 'state-timeline' },
    unit: 'none',
    queries: [{ expr: series('reviewmaps_fold_step_success'), legend: '{{app}} {{step}}' }],
    width: 6,
    height: 8,
    thresholds: STATE,
    mappings: DONE_OR_FAILED,
    alerts: ['ReviewMapsFoldStepFailing'],
  },
  {
    title: { ko: 'fold가 다룰 그룹', en: 'Groups for fold' },
    description: {
      ko: 'fold가 게이트웨이에서 찾은 스크레이퍼 실행의 그룹 수와 다음 실행으로 미룬 수입니다. 미룬 수가 줄지 않으면 fold가 밀리고 있습니다.',
      en: 'Groups of scraper runs that fold found at the gateway, and those that it left for its next run. It falls behind when these do not become fewer.',
    },
    view: { kind: 'timeseries' },
    unit: 'short',
    queries: [
      {
        expr: series('reviewmaps_fold_groups_read'),
        legend: { ko: '{{app}} 찾음', en: '{{app}} found' },
      },
      {
        expr: series('reviewmaps_fold_groups_waiting'),
        legend: { ko: '{{app}} 미룸', en: '{{app}} left' },
      },
    ],
    width: 6,
    height: 8,
    decimals: 0,
    min: 0,
    alerts: ['ReviewMapsFoldBehind'],
    ...PUSHED,
  },
  {
    title: { ko: '셀 수 없었던 값', en: 'What could not be counted' },
    description: {
      ko: '스크레이퍼 실행이 보냈지만 fold가 거절한 시계열과 그룹(선택한 시간 범위), 그리고 한도를 넘어 other로 합쳐진 레이블 조합입니다.',
      en: 'Series and groups of scraper runs that fold rejected in the chosen time range, and label sets that are summed into "other".',
    },
    view: { kind: 'bargauge' },
    unit: 'short',
    queries: [
      {
        expr: orZero(
          sumBy(['reason'], pushedIncrease('reviewmaps_fold_rejected_series_total', RANGE)),
          'fold',
          'reason',
        ),
        legend: { ko: '{{app}} 시계열 {{reason}}', en: '{{app}} series {{reason}}' },
        zero: true,
      },
      {
        expr: orZero(
          sumBy(['reason'], pushedIncrease('reviewmaps_fold_rejected_groups_total', RANGE)),
          'fold',
          'reason',
        ),
        legend: { ko: '{{app}} 그룹 {{reason}}', en: '{{app}} groups {{reason}}' },
        zero: true,
      },
      {
        expr: orZero(sumBy(['metric'], series('reviewmaps_label_sets_over_limit')), 'collect', 'metric'),
        legend: '{{app}} other {{metric}}',
        zero: true,
      },
    ],
    width: 6,
    height: 8,
    decimals: 0,
    min: 0,
    thresholds: { base: 'green', steps: [{ from: 1, colour: 'yellow' }] },
    alerts: ['ReviewMapsFoldRejecting', 'ReviewMapsLabelLimitReached'],
  },
];
