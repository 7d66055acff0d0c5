import type { MonitoringConfig } from '../../../src/config/config';
import { GROUP_JOBS } from '../../../src/jobs/job';
import { SCRAPE_JOBS } from '../../settings';
import { firstEvents } from '../counters';
import type { Alert } from '../definition';
import { latest } from '../gauges';
import { promql, span } from '../promql';
import { inWords, label, value } from '../text';
import { runs } from '../windows';

/** Whether numbers come from the jobs through the gateway into Prometheus. */
export function pipelineAlerts(settings: MonitoringConfig): readonly Alert[] {
  return [absent(settings), ...pushes(settings)];
}

const REFUSED = 'pushgateway_http_requests_total{code="400",handler="push"}';

function absent(settings: MonitoringConfig): Alert {
  // Not before the gateway's own alert, which explains it.
  const forSeconds = Math.max(settings.staleAfterSeconds, settings.serviceDownForSeconds);
  const long = inWords(forSeconds);
  const expression = settings.jobs
    .map((job) => promql`absent(reviewmaps_build_info{app="${settings.app}",job="${GROUP_JOBS[job]}"})`)
    .join('\nor\n');
  return {
    alert: 'ReviewMapsMetricsAbsent',
    severity: 'critical',
    expr: promql`${expression}`,
    forSeconds,
    labels: ['app', 'job'],
    en: {
      summary: `Prometheus has no metrics of ${label('job')}`,
      description: `Nothing of ${label('job')} for ${label('app')} has been there for ${long.en} (absent = ${value.count}): what watches these metrics is silent.`,
    },
    ko: {
      summary: `Prometheus에 ${label('job')}의 메트릭이 없습니다`,
      description: `${label('app')}의 ${label('job')} 메트릭이 ${long.ko} 동안 하나도 없습니다 (absent = ${value.count}). 이 메트릭을 보는 알림이 모두 침묵합니다.`,
    },
    runbook: {
      queries: [
        promql`reviewmaps_build_info`,
        promql`up{job="${SCRAPE_JOBS.pushgateway}"}`,
        promql`reviewmaps:push_age_seconds`,
      ],
      en: {
        means:
          'Series that were never pushed, or that a gateway without persistence lost at a restart while the job is dead. An age cannot tell that, because there is nothing left that could grow old.',
        confirm: [
          'Does the gateway have the group? `curl -su USER $PUSHGATEWAY_URL/api/v1/metrics` lists them.',
          'It is there with other labels (`exported_job`): the scrape lacks `honor_labels: true`.',
        ],
        act: [
          'The gateway has no such group: the job does not push; see [ReviewMapsJobStale](ReviewMapsJobStale.md).',
          'It has: compare the scrape configuration with `deploy/prometheus/prometheus.yml`.',
          'The job is not deployed on purpose: take it out of `monitoring.jobs` in `reviewmaps.config.ts` and run `npm run generate`.',
        ],
      },
      ko: {
        means:
          '한 번도 푸시되지 않았거나, 작업이 죽은 상태에서 지속성 없는 게이트웨이가 다시 시작돼 사라진 시계열입니다. 남아 있는 값이 없어 나이로는 알 수 없습니다.',
        confirm: [
          '게이트웨이에 그룹이 있는지 봅니다: `curl -su USER $PUSHGATEWAY_URL/api/v1/metrics`',
          '다른 레이블(`exported_job`)로 있다면 스크레이프에 `honor_labels: true`가 없습니다.',
        ],
        act: [
          '게이트웨이에 그룹이 없다면 작업이 푸시하지 않는 것입니다. [ReviewMapsJobStale](ReviewMapsJobStale.md)을 봅니다.',
          '있다면 스크레이프 설정을 `deploy/prometheus/prometheus.yml`과 비교합니다.',
          '일부러 배포하지 않은 작업이라면 `reviewmaps.config.ts`의 `monitoring.jobs`에서 빼고 `npm run generate`를 실행합니다.',
        ],
      },
    },
  };
}

function pushes(settings: MonitoringConfig): readonly Alert[] {
  const rejected = inWords(runs(settings, 2));
  const seconds = runs(settings, 15);
  const window = inWords(seconds);
  const jobs = Object.values(GROUP_JOBS).join('|');
  return [
    {
      alert: 'ReviewMapsPushRejected',
      severity: 'warning',
      expr: promql`
time() - max by (app, job) (
  ${latest(`push_failure_time_seconds{job=~"${jobs}"}`, settings)}
  >
  ${latest(`push_time_seconds{job=~"${jobs}"}`, settings)}
)`,
      forSeconds: runs(settings, 2),
      labels: ['app', 'job'],
      en: {
        summary: `The gateway rejects the pushes of ${label('job')}`,
        description: `The latest push of ${label('job')} for ${label('app')}, ${value.duration} ago, was rejected, and none has been accepted for ${rejected.en}.`,
      },
      ko: {
        summary: `게이트웨이가 ${label('job')}의 푸시를 거부합니다`,
        description: `${value.duration} 전 ${label('app')}의 ${label('job')} 최근 푸시가 거부됐고, ${rejected.ko} 동안 받아들여진 푸시가 없습니다.`,
      },
      runbook: {
        queries: [
          promql`push_failure_time_seconds > push_time_seconds`,
          promql`increase(${REFUSED}[${span(seconds)}])`,
        ],
        en: {
          means:
            'The gateway checks a push against everything it holds. A family of the same name with another type in any group, or the same series twice, makes it refuse the push whole.',
          confirm: ["The gateway's answer is in the log of the job; it names the family."],
          act: [
            'Find the group with the other type: `curl -su USER $PUSHGATEWAY_URL/api/v1/metrics`. Delete it by its path: `curl -u USER -X DELETE $PUSHGATEWAY_URL/metrics/job/NAME/LABEL/VALUE`, with every label of the group. Fold does that by itself for groups of scraper runs.',
            'Correct whoever pushed it, or it comes back.',
          ],
        },
        ko: {
          means:
            '게이트웨이는 푸시를 보관 중인 모든 것과 대조합니다. 다른 그룹에 같은 이름의 다른 타입이 있거나 같은 시계열이 두 번 있으면 푸시 전체를 거부합니다.',
          confirm: ['게이트웨이의 답이 작업 로그에 있으며 메트릭 이름을 알려 줍니다.'],
          act: [
            '타입이 다른 그룹을 찾아(`curl -su USER $PUSHGATEWAY_URL/api/v1/metrics`) 그룹의 레이블을 모두 적은 경로로 지웁니다: `curl -u USER -X DELETE $PUSHGATEWAY_URL/metrics/job/NAME/LABEL/VALUE`. 스크레이퍼 실행 그룹은 fold가 알아서 지웁니다.',
            '푸시한 쪽을 고치지 않으면 다시 생깁니다.',
          ],
        },
      },
    },
    {
      alert: 'ReviewMapsGatewayRefusedPush',
      severity: 'warning',
      expr: promql`
sum by (job, instance) (increase(${REFUSED}[${span(seconds)}])) > 0
or
sum by (job, instance) (${firstEvents('pushgateway_http_requests_total', seconds, 'code="400",handler="push"')}) > 0`,
      forSeconds: 0,
      labels: ['job', 'instance'],
      en: {
        summary: 'The gateway refused pushes as malformed or inconsistent',
        description: `About ${value.count} pushes to ${label('instance')} were answered with 400 in the last ${window.en}.`,
      },
      ko: {
        summary: '게이트웨이가 잘못된 푸시를 거부했습니다',
        description: `최근 ${window.ko} 동안 ${label('instance')}에 대한 푸시 약 ${value.count}건이 400으로 거부됐습니다.`,
      },
      runbook: {
        queries: [
          promql`sum by (code, method) (increase(pushgateway_http_requests_total{handler="push"}[${span(seconds)}])) > 0`,
        ],
        en: {
          means:
            'Somebody pushed what the gateway cannot accept. A malformed body leaves no trace in any group, so only this counter knows of it; often it is a new scraper.',
          confirm: [
            'The log of the gateway has the reason of each refusal, the log of the pusher its answer.',
            'When a job of this project is meant, `ReviewMapsPushRejected` speaks as well.',
          ],
          act: [
            'Send text format 0.0.4 with a final line end, without timestamps and exemplars.',
            'Same name, other type: rename it, or take the type of the contract.',
          ],
        },
        ko: {
          means:
            '게이트웨이가 받을 수 없는 것을 누군가 푸시했습니다. 형식이 잘못된 본문은 어느 그룹에도 흔적이 남지 않아 이 카운터로만 알 수 있습니다. 새 스크레이퍼인 경우가 많습니다.',
          confirm: [
            '거부 이유는 게이트웨이 로그에, 응답은 푸시한 쪽 로그에 있습니다.',
            '이 프로젝트의 작업이라면 `ReviewMapsPushRejected`도 함께 울립니다.',
          ],
          act: [
            '타임스탬프와 exemplar 없이, 마지막 줄바꿈이 있는 텍스트 형식 0.0.4로 보냅니다.',
            '이름은 같고 타입이 다르다면 이름을 바꾸거나 계약의 타입을 따릅니다.',
          ],
        },
      },
    },
  ];
}
