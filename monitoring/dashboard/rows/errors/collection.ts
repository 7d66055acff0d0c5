import { PUSHED } from '../../cadence';
import type { Panel } from '../../definition';
import { orZero, pushedIncrease, pushedState, RANGE, series, sumBy } from '../../promql';
import { DONE_OR_FAILED, STATE } from '../../states';

/** All metrics begin alike, and a bar has room for the beginning only. */
const shortName = (expr: string) => `label_replace(${expr}, "metric", "$\{1}", "metric", "reviewmaps_(.*)")`;

/** What went wrong in counting. */
export const collection: readonly Panel[] = [
  {
    title: { ko: '수집기 결과', en: 'Collectors' },
    description: {
      ko: '수집기마다 실행에서 값을 내보냈는지 보여 줍니다. 실패한 수집기의 값은 비어 있습니다. 작업이 푸시를 멈춘 동안은 알 수 없음입니다.',
      en: 'Whether each collector published its values in its runs. Those of a failed one are missing. UNKNOWN while the job does not push.',
    },
    view: { kind: 'state-timeline' },
    unit: 'none',
    queries: [
      { expr: pushedState('reviewmaps_collector_success', ['collector']), legend: '{{collector}} · {{app}}' },
    ],
    width: 6,
    height: 8,
    thresholds: STATE,
    mappings: DONE_OR_FAILED,
    alerts: ['ReviewMapsCollectorFailing', 'ReviewMapsLedgerUnavailable'],
  },
  {
    title: { ko: 'fold의 단계', en: 'Steps of fold' },
    description: {
      ko: 'fold가 실행마다 각 단계를 끝냈는지 보여 줍니다. fold가 푸시를 멈춘 동안은 알 수 없음입니다.',
      en: 'Whether each step of fold did its work in its runs. UNKNOWN while fold does not push.',
    },
    view: { kind: 'state-timeline' },
    unit: 'none',
    queries: [{ expr: pushedState('reviewmaps_fold_step_success', ['step']), legend: '{{step}} · {{app}}' }],
    width: 5,
    height: 8,
    thresholds: STATE,
    mappings: DONE_OR_FAILED,
    alerts: ['ReviewMapsFoldStepFailing'],
  },
  {
    title: { ko: 'fold 대기 그룹', en: 'Groups for fold' },
    description: {
      ko: 'fold가 게이트웨이에서 찾은 스크레이퍼 실행의 그룹 수와 다음 실행으로 미룬 수입니다. 미룬 수가 줄지 않으면 fold가 밀리고 있습니다.',
      en: 'Groups of scraper runs that fold found at the gateway, and those that it left for its next run. It falls behind when these do not become fewer.',
    },
    view: { kind: 'timeseries', softMax: 1 },
    unit: 'locale',
    queries: [
      {
        expr: series('reviewmaps_fold_groups_read'),
        legend: { ko: '찾음 · {{app}}', en: 'found · {{app}}' },
      },
      {
        expr: series('reviewmaps_fold_groups_waiting'),
        legend: { ko: '미룸 · {{app}}', en: 'left · {{app}}' },
      },
    ],
    width: 5,
    height: 8,
    decimals: 0,
    min: 0,
    alerts: ['ReviewMapsFoldBehind'],
    ...PUSHED,
  },
  {
    title: { ko: '집계하지 못한 값', en: 'What could not be counted' },
    description: {
      ko: '스크레이퍼 실행이 보냈지만 fold가 거절한 시계열과 그룹(선택한 시간 범위), 그리고 한도를 넘어 other로 합쳐진 레이블 조합입니다.',
      en: 'Series and groups of scraper runs that fold rejected in the chosen time range, and label sets that are summed into "other".',
    },
    view: { kind: 'bargauge' },
    unit: 'locale',
    queries: [
      {
        expr: orZero(
          sumBy(['reason'], pushedIncrease('reviewmaps_fold_rejected_series_total', RANGE)),
          'fold',
          'reason',
        ),
        legend: { ko: '시계열 {{reason}} · {{app}}', en: 'series {{reason}} · {{app}}' },
        zero: true,
      },
      {
        expr: orZero(
          sumBy(['reason'], pushedIncrease('reviewmaps_fold_rejected_groups_total', RANGE)),
          'fold',
          'reason',
        ),
        legend: { ko: '그룹 {{reason}} · {{app}}', en: 'groups {{reason}} · {{app}}' },
        zero: true,
      },
      {
        expr: orZero(
          sumBy(['metric'], shortName(series('reviewmaps_label_sets_over_limit'))),
          'collect',
          'metric',
        ),
        legend: 'other {{metric}} · {{app}}',
        zero: true,
      },
    ],
    width: 8,
    height: 8,
    decimals: 0,
    min: 0,
    thresholds: { base: 'green', steps: [{ from: 1, colour: 'yellow' }] },
    alerts: ['ReviewMapsFoldRejecting', 'ReviewMapsLabelLimitReached'],
  },
];
