import type { MonitoringConfig } from '../../../src/config/config';
import { SCRAPE_JOBS } from '../../settings';
import type { Alert } from '../definition';
import { promql } from '../promql';
import { inWords, label, value } from '../text';
import { afterServiceDown } from '../windows';

/** Whether Prometheus reaches what it scrapes. */
export function targetAlerts(settings: MonitoringConfig): readonly Alert[] {
  const long = inWords(settings.serviceDownForSeconds);
  const targetDownFor = afterServiceDown(settings);
  const targetLong = inWords(targetDownFor);
  return [
    {
      alert: 'ReviewMapsGatewayDown',
      severity: 'critical',
      expr: promql`up{job="${SCRAPE_JOBS.pushgateway}"} == 0`,
      forSeconds: settings.serviceDownForSeconds,
      labels: ['job', 'instance'],
      en: {
        summary: 'The Pushgateway cannot be scraped',
        description: `Prometheus has not reached ${label('instance')} for ${long.en} (up = ${value.count}): no job's numbers arrive.`,
      },
      ko: {
        summary: 'Pushgateway를 스크레이프할 수 없습니다',
        description: `Prometheus가 ${long.ko} 동안 ${label('instance')}에 닿지 못했습니다 (up = ${value.count}). 어떤 작업의 수치도 들어오지 않습니다.`,
      },
      runbook: {
        queries: [promql`up{job="${SCRAPE_JOBS.pushgateway}"}`],
        en: {
          means:
            "All numbers of the jobs and scrapers pass through the gateway. While it is away, services, campaigns and tables are unknown; alerts about missing job data are held back. The jobs' totals are safe in the ledger.",
          confirm: ['`curl -su USER $PUSHGATEWAY_URL/-/healthy`, from where Prometheus runs.'],
          act: [
            'Restart it, and look at why it ended: memory, and groups that nobody removes.',
            'Start it with `--persistence.file`, or everything is gone until each job pushes again.',
            'It runs: network, TLS or credentials between Prometheus and it.',
          ],
        },
        ko: {
          means:
            '작업과 스크레이퍼의 모든 수치가 게이트웨이를 거칩니다. 없는 동안 서비스, 캠페인, 테이블 상태를 알 수 없고, 작업 데이터가 없다는 알림은 억제됩니다. 합계는 원장에 안전하게 있습니다.',
          confirm: ['Prometheus가 도는 곳에서 `curl -su USER $PUSHGATEWAY_URL/-/healthy`'],
          act: [
            '다시 시작하고 종료 원인(메모리, 아무도 지우지 않는 그룹)을 찾습니다.',
            '`--persistence.file` 없이 띄우면 각 작업이 다시 푸시할 때까지 모두 사라집니다.',
            '떠 있다면 Prometheus와의 네트워크, TLS, 인증 정보를 확인합니다.',
          ],
        },
      },
    },
    {
      alert: 'ReviewMapsTargetDown',
      severity: 'warning',
      expr: promql`up{job="${SCRAPE_JOBS.django}"} == 0`,
      forSeconds: targetDownFor,
      labels: ['app', 'job', 'instance'],
      en: {
        summary: `Django's /metrics at ${label('instance')} cannot be scraped`,
        description: `Prometheus has not reached it for ${targetLong.en} (up = ${value.count}): errors and latency of this instance are unknown.`,
      },
      ko: {
        summary: `${label('instance')}의 Django /metrics를 스크레이프할 수 없습니다`,
        description: `Prometheus가 ${targetLong.ko} 동안 닿지 못했습니다 (up = ${value.count}). 이 인스턴스의 오류와 지연을 알 수 없습니다.`,
      },
      runbook: {
        queries: [
          promql`up{job="${SCRAPE_JOBS.django}"}`,
          promql`reviewmaps:service_up:current{service="django"}`,
        ],
        en: {
          means:
            "Prometheus cannot read Django's metrics. Users may be served all the same: then the path to `/metrics` is closed. When the service is down too, that alert speaks and this one is held back.",
          confirm: [
            '`curl -s http://INSTANCE/metrics | head` from where Prometheus runs; the page "Targets" of Prometheus shows its error.',
          ],
          act: [
            'Refused or timed out: pod, security group, network policy.',
            '404 or a login page: the route of `/metrics` or a middleware before it.',
          ],
        },
        ko: {
          means:
            'Prometheus가 Django의 메트릭을 읽지 못합니다. 사용자는 정상일 수 있으며, 그렇다면 `/metrics` 경로만 막힌 것입니다. 서비스도 내려갔다면 그 알림이 울리고 이 알림은 억제됩니다.',
          confirm: [
            'Prometheus가 도는 곳에서 `curl -s http://INSTANCE/metrics | head`. Prometheus의 Targets 화면에 오류가 나옵니다.',
          ],
          act: [
            '거부나 시간 초과: 파드, 보안 그룹, 네트워크 정책을 확인합니다.',
            '404나 로그인 화면: `/metrics` 라우트나 앞단 미들웨어를 확인합니다.',
          ],
        },
      },
    },
    {
      alert: 'ReviewMapsTargetMissing',
      severity: 'warning',
      expr: promql`
absent(up{app="${settings.app}",job="${SCRAPE_JOBS.django}"})
or
absent(up{job="${SCRAPE_JOBS.pushgateway}"})
or
absent(up{job="${SCRAPE_JOBS.prometheus}"})`,
      forSeconds: settings.serviceDownForSeconds,
      labels: ['job'],
      en: {
        summary: `Prometheus has no target ${label('job')}`,
        description: `For ${long.en} no target of this job has been configured or discovered (absent = ${value.count}).`,
      },
      ko: {
        summary: `Prometheus에 ${label('job')} 대상이 없습니다`,
        description: `${long.ko} 동안 이 작업의 대상이 설정되거나 발견되지 않았습니다 (absent = ${value.count}).`,
      },
      runbook: {
        queries: [promql`up`],
        en: {
          means:
            "There is nothing that could be down: the scrape configuration lost the job, service discovery finds no pod, Django's targets lack the label `app`, or Prometheus does not scrape itself, and then nobody hears of rules that fail.",
          confirm: ['The page "Service discovery" of Prometheus shows what was found and dropped.'],
          act: [
            'Compare with `deploy/prometheus/prometheus.yml`; jobs are called `django`, `pushgateway` and `prometheus`, and Django has the label `app`.',
          ],
        },
        ko: {
          means:
            '내려갈 대상 자체가 없습니다. 스크레이프 설정에서 빠졌거나, 서비스 디스커버리가 파드를 찾지 못했거나, Django 대상에 `app` 레이블이 없거나, Prometheus가 자신을 스크레이프하지 않아 규칙의 실패를 알 수 없는 경우입니다.',
          confirm: ['Prometheus의 Service discovery 화면에서 발견하고 버린 대상을 봅니다.'],
          act: [
            '`deploy/prometheus/prometheus.yml`과 비교합니다. 작업 이름은 `django`, `pushgateway`, `prometheus`이고 Django에는 `app` 레이블이 있어야 합니다.',
          ],
        },
      },
    },
  ];
}
