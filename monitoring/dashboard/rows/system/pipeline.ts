import { SCRAPE_JOBS, settings } from '../../../settings';
import { PUSHED } from '../../cadence';
import type { Column, Panel } from '../../definition';
import { maxBy, series } from '../../promql';
import { DONE_OR_FAILED, STATE, UP_OR_DOWN } from '../../states';

/** The gateway belongs to no application. */
const TARGETS = `up{job=~"${SCRAPE_JOBS.django}|${SCRAPE_JOBS.pushgateway}",app=~"$application|"}`;

/**
 * Seconds after which a run gives up what is still at work, to push the rest: the functions' timeout (serverless.yml)
 * less what a run keeps back (src/jobs/budget.ts).
 */
const WORK_SECONDS = 39;

const VERSIONS: readonly Column[] = [
  { field: 'app', title: { ko: '애플리케이션', en: 'Application' } },
  { field: 'job', title: { ko: '작업', en: 'Job' } },
  { field: 'version', title: { ko: '버전', en: 'Version' } },
  { field: 'node', title: { ko: 'Node.js', en: 'Node.js' } },
  { field: { query: 0, unit: 's' }, title: { ko: '마지막 푸시 후 지난 시간', en: 'Since its last push' } },
];

/** Whether the numbers themselves can be believed. */
export const pipeline: readonly Panel[] = [
  {
    title: { ko: '작업별 데이터 나이', en: "Age of each job's data" },
    description: {
      ko: '작업이 마지막으로 Pushgateway에 보낸 뒤 지난 시간입니다. 빨간색이면 그 작업의 모든 값이 오래된 값입니다.',
      en: "Time since each job's last push to the Pushgateway. When it is red, everything that the job shows is old.",
    },
    view: { kind: 'stat' },
    unit: 's',
    queries: [{ expr: series('reviewmaps:push_age_seconds'), legend: '{{app}} {{job}}' }],
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
      ko: '각 실행이 맡은 일을 모두 했는지 보여 줍니다. 서비스가 죽은 것을 발견한 것은 실패가 아닙니다.',
      en: 'Whether each run did all of its work. Finding that a service is down is no failure.',
    },
    view: { kind: 'state-timeline' },
    unit: 'none',
    queries: [{ expr: maxBy(['job'], series('reviewmaps_job_success')), legend: '{{app}} {{job}}' }],
    width: 6,
    height: 8,
    thresholds: STATE,
    mappings: DONE_OR_FAILED,
    alerts: ['ReviewMapsJobFailing', 'ReviewMapsLedgerUnavailable'],
  },
  {
    title: { ko: '점검에 걸린 시간', en: 'Time of the probes' },
    description: {
      ko: '프로브마다 점검에 걸린 시간입니다. 점선을 넘으면 느린 것입니다.',
      en: 'Time that each probe took; above the dashed line it is slow.',
    },
    view: { kind: 'timeseries' },
    unit: 's',
    queries: [{ expr: series('reviewmaps_probe_duration_seconds'), legend: '{{app}} {{service}} {{probe}}' }],
    width: 8,
    height: 8,
    min: 0,
    thresholds: { base: 'green', steps: [{ from: settings.probeSlowSeconds, colour: 'red' }] },
    alerts: ['ReviewMapsProbeSlow'],
    ...PUSHED,
  },
  {
    title: { ko: '인증서 만료까지', en: 'Until certificates end' },
    description: {
      ko: '서비스가 보여 준 TLS 인증서가 만료될 때까지 남은 시간입니다.',
      en: 'Time until the certificates that services showed end.',
    },
    view: { kind: 'bargauge' },
    unit: 's',
    queries: [
      {
        expr: `${series('reviewmaps_probe_certificate_expiry_timestamp_seconds')} - time()`,
        legend: '{{app}} {{service}} {{probe}}',
      },
    ],
    width: 8,
    height: 8,
    thresholds: { base: 'red', steps: [{ from: settings.certificateWarnSeconds, colour: 'green' }] },
    empty: { ko: 'TLS를 쓰는 프로브가 없습니다.', en: 'No probe speaks TLS.' },
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
    queries: [{ expr: TARGETS, legend: '{{job}} {{instance}} {{app}}' }],
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
    title: { ko: '작업 실행 시간', en: 'Time of the runs' },
    description: {
      ko: '작업과 수집기가 마지막 실행에서 쓴 시간입니다. 점선에 닿으면 남은 부분을 포기하고 푸시합니다.',
      en: 'Time that jobs and collectors took in their latest run. At the dashed line a run gives up what is left, and pushes.',
    },
    view: { kind: 'timeseries' },
    unit: 's',
    queries: [
      { expr: maxBy(['job'], series('reviewmaps_job_duration_seconds')), legend: '{{app}} {{job}}' },
      {
        expr: maxBy(['collector'], series('reviewmaps_collector_duration_seconds')),
        legend: '{{app}} {{collector}}',
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
      ko: '작업마다 마지막으로 푸시한 버전입니다. 배포한 뒤에는 모두 새 버전이어야 합니다.',
      en: 'The version of each job that pushed last. After a deployment all of them are the new one.',
    },
    view: { kind: 'table', columns: VERSIONS, sortBy: 4 },
    unit: 's',
    queries: [
      {
        expr: `${maxBy(['job', 'version', 'node'], series('reviewmaps_build_info'))} * on (app, job) group_left () ${maxBy(['job'], series('reviewmaps:push_age_seconds'))}`,
        legend: '{{app}} {{job}} {{version}}',
      },
    ],
    width: 12,
    height: 8,
  },
];
