import type { MonitoringConfig } from '../../../src/config/config';
import { bound } from '../../external-metrics';
import { servedViews } from '../../settings';
import { firstEvents } from '../counters';
import type { Alert } from '../definition';
import { promql, span } from '../promql';
import { inWords, label, percent, value } from '../text';
import { ERROR_WINDOW, LATENCY_WINDOW, MINUTE, minuteOfScrapes, shortest } from '../windows';

const CONNECTION_ERRORS = 'django_db_new_connection_errors_total';

/** What users of the site meet, as Django's own metrics show it. */
export function requestAlerts(settings: MonitoringConfig): readonly Alert[] {
  return [connectionErrors(settings), errorRatio(settings), latency(settings)];
}

function connectionErrors(settings: MonitoringConfig): Alert {
  const { connectionErrorsPerMinute: limit } = settings;
  const errors = `${CONNECTION_ERRORS}[${span(minuteOfScrapes(settings))}]`;
  return {
    alert: 'ReviewMapsDatabaseConnectionErrors',
    severity: 'critical',
    expr: promql`
round(sum by (app, alias) (rate(${errors})) * ${MINUTE}) >= ${limit}
or
sum by (app, alias) (${firstEvents(CONNECTION_ERRORS, MINUTE)}) >= ${limit}`,
    forSeconds: 0,
    keepFiringSeconds: ERROR_WINDOW,
    labels: ['app', 'alias'],
    en: {
      summary: `Django of ${label('app')} cannot connect to database ${label('alias')}`,
      description: `${value.count} new connections to ${label('alias')} failed within a minute (limit ${limit}).`,
    },
    ko: {
      summary: `${label('app')}의 Django가 데이터베이스 ${label('alias')}에 연결하지 못합니다`,
      description: `1분 사이 ${label('alias')} 새 연결이 ${value.count}번 실패했습니다 (기준 ${limit}번).`,
    },
    runbook: {
      queries: [
        promql`sum by (app, alias) (rate(${errors})) * ${MINUTE}`,
        promql`reviewmaps:db_connections_used:ratio`,
        promql`reviewmaps:service_up:current{service="database"}`,
      ],
      en: {
        means: `Django failed to open ${limit} or more connections within a minute. Exactly ${limit} are enough: of "more than ${limit}" and "${limit} or more", which were both asked for when this alert was designed, the latter never misses what the former sees. It goes on for ${inWords(ERROR_WINDOW).en} after the last such minute.`,
        confirm: [
          "Django's log has the reason at `OperationalError`: `too many clients`, `timeout expired`, `could not translate host name`, `password authentication failed`.",
        ],
        act: [
          '`too many clients`: see [ReviewMapsConnectionsNearMax](ReviewMapsConnectionsNearMax.md).',
          'Time-out or name: look at the cluster, a failover under way, security groups and DNS.',
          'Authentication: the secret was rotated and Django still has the old one; restart it.',
        ],
      },
      ko: {
        means: `Django가 1분 사이 새 연결을 ${limit}번 이상 실패했습니다. 정확히 ${limit}번이어도 울립니다. 이 알림을 설계할 때 "${limit} 초과"와 "${limit}회 이상"이 함께 제시되었고, 이상은 초과가 잡는 것을 빠짐없이 포함하기 때문입니다. 마지막으로 기준을 넘은 뒤 ${inWords(ERROR_WINDOW).ko} 동안 유지됩니다.`,
        confirm: [
          'Django 로그의 `OperationalError`에 원인이 있습니다: `too many clients`, `timeout expired`, `could not translate host name`, `password authentication failed`.',
        ],
        act: [
          '`too many clients`: [ReviewMapsConnectionsNearMax](ReviewMapsConnectionsNearMax.md)를 봅니다.',
          '시간 초과나 이름 문제: 클러스터, 진행 중인 장애 조치, 보안 그룹, DNS를 확인합니다.',
          '인증 문제: 비밀번호가 교체됐는데 Django가 예전 값을 쓰고 있으니 다시 시작합니다.',
        ],
      },
    },
  };
}

function errorRatio(settings: MonitoringConfig): Alert {
  const limit = percent(settings.errorRatio);
  const window = inWords(ERROR_WINDOW);
  return {
    alert: 'ReviewMapsHighErrorRatio',
    severity: 'critical',
    expr: promql`
reviewmaps:http_5xx:ratio_rate5m > ${settings.errorRatio}
and on (app)
reviewmaps:http_requests:rate5m > ${settings.leastRequestRate}
and on (app)
reviewmaps:http_errors_5xx:rate5m * ${ERROR_WINDOW} >= ${settings.leastRequestErrors}`,
    forSeconds: shortest(settings),
    labels: ['app'],
    en: {
      summary: `${label('app')} answers many requests with 5xx`,
      description: `${value.percent} of the requests of the last ${window.en} failed (limit ${limit}; without /metrics and health checks).`,
    },
    ko: {
      summary: `${label('app')}의 5xx 응답 비율이 높습니다`,
      description: `최근 ${window.ko} 동안 요청의 ${value.percent}가 실패했습니다 (기준 ${limit}, /metrics와 헬스 체크 제외).`,
    },
    runbook: {
      queries: [
        promql`reviewmaps:http_5xx:ratio_rate5m`,
        promql`sum by (app, view, status) (rate(django_http_responses_total_by_status_view_method_total{status=~"5.."}[${span(ERROR_WINDOW)}])) > 0`,
        promql`sum by (app, type) (rate(django_http_exceptions_total_by_type_total[${span(ERROR_WINDOW)}])) > 0`,
      ],
      en: {
        means: `More than ${limit} of the requests of users over ${window.en} were answered with 5xx. Scrapes of /metrics and health checks are not in the denominator. It needs more than ${settings.leastRequestRate} requests a second and ${settings.leastRequestErrors} errors in the window: a site with one request a minute that all fail alerts, one odd error on a quiet site does not.`,
        confirm: [
          "The second query says which view, the third which exception; Django's log has the traceback.",
        ],
        act: [
          'Did it begin with a deployment? Roll back.',
          "All views at once: database or cache. Look at the database's row of the dashboard.",
          'One view: its exception says what it needs.',
        ],
      },
      ko: {
        means: `${window.ko} 동안 사용자 요청의 ${limit}보다 많은 수가 5xx로 끝났습니다. /metrics 스크레이프와 헬스 체크는 분모에서 뺍니다. 초당 요청이 ${settings.leastRequestRate}보다 많고 오류가 ${settings.leastRequestErrors}건 이상이어야 합니다. 1분에 한 건뿐인 요청이 모두 실패해도 울리고, 한산할 때의 단발 오류에는 울리지 않습니다.`,
        confirm: ['두 번째 쿼리로 뷰를, 세 번째로 예외를 찾습니다. 스택 트레이스는 Django 로그에 있습니다.'],
        act: [
          '배포와 함께 시작됐다면 되돌립니다.',
          '모든 뷰에서 동시에 난다면 데이터베이스나 캐시입니다. 대시보드의 데이터베이스 행을 봅니다.',
          '한 뷰에서만 난다면 그 예외를 따라갑니다.',
        ],
      },
    },
  };
}

function latency(settings: MonitoringConfig): Alert {
  const limit = inWords(settings.slowRequestSeconds);
  const window = inWords(LATENCY_WINDOW);
  const views = servedViews(settings);
  const within = (le: string) =>
    `sum by (app) (increase(django_http_requests_latency_seconds_by_view_method_bucket{le="${le}",${views}}[${span(LATENCY_WINDOW)}]))`;
  return {
    alert: 'ReviewMapsHighLatency',
    severity: 'warning',
    expr: promql`
reviewmaps:http_latency_p95_seconds:rate10m > ${settings.slowRequestSeconds}
and on (app)
reviewmaps:http_requests:rate5m > ${settings.leastRequestRate}
and on (app)
round(${within('+Inf')} - ${within(bound(settings.slowRequestSeconds))}) >= ${settings.leastSlowRequests}`,
    forSeconds: shortest(settings),
    labels: ['app'],
    en: {
      summary: `${label('app')} answers slowly`,
      description: `P95 of the last ${window.en} is ${value.duration} (limit ${limit.en}).`,
    },
    ko: {
      summary: `${label('app')}의 응답이 느립니다`,
      description: `최근 ${window.ko}의 P95가 ${value.duration}입니다 (기준 ${limit.ko}).`,
    },
    runbook: {
      queries: [
        promql`reviewmaps:http_latency_p95_seconds:rate10m`,
        promql`histogram_quantile(${0.95}, sum by (app, view, le) (rate(django_http_requests_latency_seconds_by_view_method_bucket[${span(LATENCY_WINDOW)}]))) > ${settings.slowRequestSeconds}`,
        promql`sum by (app, alias) (rate(django_db_query_duration_seconds_sum[${span(LATENCY_WINDOW)}])) / (sum by (app, alias) (rate(django_db_query_duration_seconds_count[${span(LATENCY_WINDOW)}])) > 0)`,
      ],
      en: {
        means: `One in twenty requests of the last ${window.en} took longer than the value. The limit is a bound of Django's histogram, so whether it was crossed is exact; the value itself is estimated inside a bucket. At least ${settings.leastSlowRequests} requests were slower than the limit: of less than twenty requests P95 is the slowest one, and a single one calls nobody.`,
        confirm: ['The second query names the slow views, the third the mean time of a database query.'],
        act: [
          "Queries are slow as well: look for a missing index, locks and the cluster's load.",
          'Queries are fast: look at CPU and workers, and at calls to other services inside the view.',
          'A view that is slow by its nature, such as an export: leave it out with `monitoring.requests.ignoredViews`.',
        ],
      },
      ko: {
        means: `최근 ${window.ko} 동안 요청 스무 건 중 한 건이 이 값보다 오래 걸렸습니다. 기준은 Django 히스토그램의 경계이므로 초과 여부는 정확하고, 값 자체는 버킷 안에서 추정한 것입니다. 기준보다 느린 요청이 ${settings.leastSlowRequests}건 이상일 때만 울립니다. 요청이 스무 건보다 적으면 P95는 가장 느린 한 건이므로, 단 한 건으로는 울리지 않습니다.`,
        confirm: ['두 번째 쿼리로 느린 뷰를, 세 번째로 데이터베이스 쿼리의 평균 시간을 봅니다.'],
        act: [
          '쿼리도 느리다면 빠진 인덱스, 잠금, 클러스터 부하를 확인합니다.',
          '쿼리가 빠르다면 CPU와 워커 수, 뷰 안에서 부르는 외부 서비스를 확인합니다.',
          '원래 느린 뷰(내보내기 등)라면 `monitoring.requests.ignoredViews`로 제외합니다.',
        ],
      },
    },
  };
}
