import { settings } from '../../../settings';
import { type Panel, same } from '../../definition';
import { django, maxBy, orZero, rate, series, sumBy } from '../../promql';
import { NO_REQUESTS } from '../../silence';

const NO_PROCESS = {
  ko: 'Django를 스크레이프하지 못했거나, process_* 메트릭이 없는 멀티 프로세스 모드입니다.',
  en: 'Django was not scraped, or it runs in multi-process mode, which has no process_* metrics.',
};

/** The Django server at a glance. */
export const server: readonly Panel[] = [
  {
    title: { ko: '초당 요청 수', en: 'Requests per second' },
    description: {
      ko: 'Django가 응답한 요청의 5분 평균입니다. /metrics와 헬스 체크는 제외합니다. 요청이 없으면 0입니다.',
      en: 'Requests that Django answered, averaged over 5 minutes, without /metrics and health checks. 0 without requests.',
    },
    view: { kind: 'timeseries', softMax: 1 },
    unit: 'reqps',
    queries: [
      {
        expr: orZero(maxBy([], series('reviewmaps:http_requests:rate5m')), 'recordedDjango'),
        legend: '{{app}}',
        zero: true,
      },
    ],
    width: 8,
    height: 8,
    min: 0,
  },
  {
    title: { ko: '5xx 비율', en: 'Share of 5xx' },
    description: {
      ko: '5분 동안의 응답 중 5xx의 비율입니다. /metrics와 헬스 체크는 제외합니다. 요청이 없으면 0입니다.',
      en: 'Share of responses with a status of 5xx over 5 minutes, without /metrics and health checks. 0 without requests.',
    },
    view: { kind: 'timeseries', softMax: 2 * settings.errorRatio },
    unit: 'percentunit',
    queries: [
      {
        expr: `${maxBy([], series('reviewmaps:http_5xx:ratio_rate5m'))} or ${orZero(`0 * ${series('reviewmaps:http_requests:rate5m')}`, 'recordedDjango')}`,
        legend: '{{app}}',
        zero: true,
      },
    ],
    width: 8,
    height: 8,
    min: 0,
    thresholds: { base: 'green', steps: [{ from: settings.errorRatio, colour: 'red' }] },
    alerts: ['ReviewMapsHighErrorRatio'],
  },
  {
    title: { ko: '평균 응답 시간', en: 'Mean response time' },
    description: {
      ko: '뷰가 응답하는 데 걸린 시간의 5분 평균입니다. 미들웨어 시간은 포함하지 않습니다.',
      en: 'Mean time that views took to answer over 5 minutes, without the time in middlewares.',
    },
    view: { kind: 'timeseries' },
    unit: 's',
    queries: [{ expr: series('reviewmaps:http_latency_mean_seconds:rate5m'), legend: '{{app}}' }],
    width: 8,
    height: 8,
    min: 0,
    empty: NO_REQUESTS,
  },
  {
    title: { ko: '메모리', en: 'Memory' },
    description: {
      ko: 'Django 프로세스가 차지하는 메모리(RSS)입니다. PROMETHEUS_MULTIPROC_DIR를 쓰면 Python 클라이언트가 이 값을 내보내지 않습니다.',
      en: 'Memory that the Django process takes (RSS). With PROMETHEUS_MULTIPROC_DIR the Python client does not expose it.',
    },
    view: { kind: 'timeseries' },
    unit: 'bytes',
    queries: [{ expr: sumBy(['instance'], django('process_resident_memory_bytes')), legend: '{{instance}}' }],
    width: 6,
    height: 8,
    min: 0,
    empty: NO_PROCESS,
  },
  {
    title: same('CPU'),
    description: {
      ko: 'Django 프로세스가 쓴 CPU입니다. 100 %는 코어 하나입니다. PROMETHEUS_MULTIPROC_DIR를 쓰면 이 값이 없습니다.',
      en: 'CPU that the Django process used: 100 % is one core. Absent with PROMETHEUS_MULTIPROC_DIR.',
    },
    view: { kind: 'timeseries' },
    unit: 'percentunit',
    queries: [
      {
        expr: sumBy(['instance'], rate(django('process_cpu_seconds_total'))),
        legend: '{{instance}}',
      },
    ],
    width: 6,
    height: 8,
    min: 0,
    empty: NO_PROCESS,
  },
];
