import { SCRAPE_JOBS, settings } from '../../../settings';
import { PUSHED } from '../../cadence';
import { type Column, type Panel, same } from '../../definition';
import { maxBy, pushedState, series } from '../../promql';
import { DONE_OR_FAILED, STATE, UP_OR_DOWN } from '../../states';

/** The gateway belongs to no application. */
const TARGETS = `up{job=~"${SCRAPE_JOBS.django}|${SCRAPE_JOBS.pushgateway}",app=~"$application|"}`;

/**
 * Seconds after which a run gives up what is still at work, to push the rest: the functions' timeout (serverless.yml)
 * less what a run keeps back (src/jobs/budget.ts).
 */
const WORK_SECONDS = 39;

const DAY_SECONDS = 86_400;

const VERSIONS: readonly Column[] = [
  { field: 'app', title: { ko: '애플리케이션', en: 'Application' } },
  { field: 'job', title: { ko: '작업', en: 'Job' } },
  { field: 'version', title: { ko: '버전', en: 'Version' }, width: 85 },
  { field: 'node', title: same('Node.js'), width: 85 },
  { field: { query: 0, unit: 's' }, title: { ko: '푸시 경과', en: 'Push age' }, decimals: 0, width: 110 },
];

/** Whether the numbers themselves can be believed. */
export const pipeline: readonly Panel[] = [
  {
    title: { ko: '작업별 데이터 경과 시간', en: "Age of each job's data" },
    description: {
      ko: '작업이 마지막으로 Pushgateway에 보낸 뒤 지난 시간입니다. 빨간색이면 그 작업의 모든 값이 오래된 값입니다.',
      en: "Time since each job's last push to the Pushgateway. When it is red, everything that the job shows is old.",
    },
    view: { kind: 'stat' },
    unit: 's',
    queries: [{ expr: series('reviewmaps:push_age_seconds'), legend: '{{job}} · {{app}}' }],
    width: 6,
    height: 8,
    decimals: 0,
    thresholds: {
      base: 'green',
      steps: [
        { from: 2 * settings.jobIntervalSeconds, colour: 'yellow' },
        { from: settings.staleAfterSeconds, colour: 'red' },
      ],
    },
    alerts: [
      'ReviewMapsJobStale',
      'ReviewMapsProbeStale',
      'ReviewMapsPushRejected',
      'ReviewMapsMetricsAbsent',
    ],
  },
  {
    title: { ko: '작업 실행 결과', en: 'Runs of the jobs' },
    description: {
      ko: '각 실행이 맡은 일을 모두 했는지 보여 줍니다. 서비스 다운을 감지한 것은 실패로 보지 않습니다. 작업이 푸시를 멈춘 동안은 알 수 없음입니다.',
      en: 'Whether each run did all of its work. Finding that a service is down is no failure. UNKNOWN while the job does not push.',
    },
    view: { kind: 'state-timeline' },
    unit: 'none',
    queries: [{ expr: pushedState('reviewmaps_job_success', ['job']), legend: '{{job}} · {{app}}' }],
    width: 6,
    height: 8,
    thresholds: STATE,
    mappings: DONE_OR_FAILED,
    alerts: ['ReviewMapsJobFailing', 'ReviewMapsLedgerUnavailable'],
  },
  {
    title: { ko: '점검에 걸린 시간', en: 'Probe duration' },
    description: {
      ko: `프로브마다 점검에 걸린 시간입니다. ${settings.probeSlowSeconds}초를 넘으면 느린 것이고, 그 가까이 가면 점선이 보입니다.`,
      en: `Time that each probe took. Above ${settings.probeSlowSeconds} s it is slow; the dashed line there shows when one comes near it.`,
    },
    view: { kind: 'timeseries' },
    unit: 's',
    queries: [
      { expr: series('reviewmaps_probe_duration_seconds'), legend: '{{service}} {{probe}} · {{app}}' },
    ],
    width: 8,
    height: 8,
    min: 0,
    thresholds: { base: 'green', steps: [{ from: settings.probeSlowSeconds, colour: 'red' }] },
    alerts: ['ReviewMapsProbeSlow'],
    ...PUSHED,
  },
  {
    title: { ko: '인증서 만료까지 남은 기간', en: 'Time until certificates expire' },
    description: {
      ko: '서비스가 보여 준 TLS 인증서가 만료될 때까지 남은 날수입니다. 막대는 90일에서 가득 찹니다.',
      en: 'Days until the certificates that services showed expire. A bar is full at 90 days.',
    },
    view: { kind: 'bargauge' },
    unit: 'days',
    queries: [
      {
        expr: `(${series('reviewmaps_probe_certificate_expiry_timestamp_seconds')} - time()) / ${DAY_SECONDS}`,
        legend: '{{service}} {{probe}} · {{app}}',
      },
    ],
    width: 8,
    height: 8,
    decimals: 0,
    min: 0,
    max: 90,
    thresholds: {
      base: 'red',
      steps: [{ from: settings.certificateWarnSeconds / DAY_SECONDS, colour: 'green' }],
    },
    empty: { ko: '인증서를 보고한 프로브가 없습니다.', en: 'No probe has reported a certificate.' },
    alerts: ['ReviewMapsCertificateExpiring'],
  },
  {
    title: { ko: '스크레이프 대상', en: 'Scrape targets' },
    description: {
      ko: 'Prometheus가 Django와 Pushgateway에서 값을 가져올 수 있는지 보여 줍니다. DOWN이면 그 대상의 패널은 비어 있습니다.',
      en: 'Whether Prometheus reaches Django and the Pushgateway. The panels of one that is DOWN are empty.',
    },
    view: { kind: 'state-timeline' },
    unit: 'none',
    queries: [{ expr: TARGETS, legend: '{{job}} {{instance}}' }],
    width: 8,
    height: 8,
    thresholds: STATE,
    mappings: UP_OR_DOWN,
    alerts: [
      'ReviewMapsTargetDown',
      'ReviewMapsTargetMissing',
      'ReviewMapsGatewayDown',
      'ReviewMapsGatewayRefusedPush',
    ],
  },
  {
    title: { ko: '작업 실행 시간', en: 'Job duration' },
    description: {
      ko: `작업과 수집기가 마지막 실행에서 쓴 시간입니다. ${WORK_SECONDS}초가 되면 남은 부분을 포기하고 푸시하며, 그 가까이 가면 점선이 보입니다.`,
      en: `Time that jobs and collectors took in their latest run. At ${WORK_SECONDS} s a run gives up what is left, and pushes; the dashed line there shows when one comes near it.`,
    },
    view: { kind: 'timeseries', legend: 'right' },
    unit: 's',
    queries: [
      { expr: maxBy(['job'], series('reviewmaps_job_duration_seconds')), legend: '{{job}} · {{app}}' },
      {
        expr: maxBy(['collector'], series('reviewmaps_collector_duration_seconds')),
        legend: '{{collector}} · {{app}}',
      },
    ],
    width: 12,
    height: 8,
    min: 0,
    thresholds: { base: 'green', steps: [{ from: WORK_SECONDS, colour: 'red' }] },
    alerts: ['ReviewMapsJobFailing', 'ReviewMapsCollectorFailing'],
    ...PUSHED,
  },
  {
    title: { ko: '배포된 버전', en: 'Deployed versions' },
    description: {
      ko: '작업마다 마지막으로 푸시한 버전과 그 푸시 후 지난 시간입니다. 배포한 뒤에는 모두 새 버전이어야 합니다.',
      en: 'The version of each job that pushed last, and how old that push is. After a deployment all of them are the new one.',
    },
    view: { kind: 'table', columns: VERSIONS, sortBy: 4 },
    unit: 's',
    queries: [
      {
        expr: `${maxBy(['job', 'version', 'node'], series('reviewmaps_build_info'))} * on (app, job) group_left () ${maxBy(['job'], series('reviewmaps:push_age_seconds'))}`,
        legend: '{{job}} {{version}} · {{app}}',
      },
    ],
    width: 12,
    height: 8,
  },
];
