import type { Panel } from '../../definition';
import { fresh, maxBy, orUnknown, orZero, series, sumBy } from '../../promql';
import { STATE, UP_OR_DOWN } from '../../states';

/** The recorded state is there only while the probe pushes. */
const SERVICE_STATE = orUnknown(
  maxBy(['service'], series('reviewmaps:service_up:current')),
  maxBy(['service'], series('reviewmaps_service_up')),
);

/** Whether services are up. */
export const services: readonly Panel[] = [
  {
    title: { ko: '서비스 상태', en: 'Services' },
    description: {
      ko: '서비스마다 최근 점검 결과입니다. 모든 프로브가 통과하면 UP, 하나라도 실패하면 DOWN, 점검 결과가 오래되어 믿을 수 없으면 알 수 없음입니다.',
      en: 'The latest check of each service: UP when every probe passed, DOWN when one failed, UNKNOWN when the result is too old to be believed.',
    },
    view: { kind: 'stat' },
    unit: 'none',
    queries: [{ expr: SERVICE_STATE, legend: '{{service}} · {{app}}' }],
    width: 6,
    height: 8,
    thresholds: STATE,
    mappings: UP_OR_DOWN,
    alerts: ['ReviewMapsServiceDown', 'ReviewMapsProbeStale'],
  },
  {
    title: { ko: '서비스 상태 이력', en: 'Services over time' },
    description: {
      ko: '시간에 따른 서비스 상태입니다. 알 수 없음 구간에서는 점검 자체가 멈춰 있었습니다.',
      en: 'The state of each service over time. Where it is UNKNOWN, the checks themselves had stopped.',
    },
    view: { kind: 'state-timeline' },
    unit: 'none',
    queries: [{ expr: SERVICE_STATE, legend: '{{service}} · {{app}}' }],
    width: 12,
    height: 8,
    thresholds: STATE,
    mappings: UP_OR_DOWN,
    alerts: ['ReviewMapsServiceDown'],
  },
  {
    title: { ko: '실패한 프로브와 원인', en: 'Failing probes and why' },
    description: {
      ko: '최근 점검에서 실패한 프로브의 수를 원인별로 보여 줍니다. 없으면 0이고, 점검이 멈췄으면 비어 있습니다.',
      en: 'Probes that failed in the latest check, by the reason why. 0 when none did, empty when the checks have stopped.',
    },
    view: { kind: 'bargauge' },
    unit: 'locale',
    queries: [
      {
        expr: orZero(
          sumBy(['service', 'probe', 'reason'], fresh(series('reviewmaps_probe_failure_reason'))),
          'probe',
          'reason',
        ),
        legend: '{{service}} {{probe}} {{reason}} · {{app}}',
        zero: true,
      },
    ],
    width: 6,
    height: 8,
    decimals: 0,
    min: 0,
    thresholds: { base: 'green', steps: [{ from: 1, colour: 'red' }] },
    alerts: ['ReviewMapsServiceDown'],
  },
];
