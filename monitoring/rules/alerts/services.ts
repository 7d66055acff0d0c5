import type { MonitoringConfig } from '../../../src/config/config';
import type { Alert } from '../definition';
import { latest } from '../gauges';
import { promql } from '../promql';
import { inWords, label, value } from '../text';
import { HOUR, runs } from '../windows';

/** What the probes find: services that are down, slow, or about to lose their certificate. */
export function serviceAlerts(settings: MonitoringConfig): readonly Alert[] {
  const down = inWords(settings.serviceDownForSeconds);
  const slow = inWords(settings.probeSlowSeconds);
  const slowFor = runs(settings, 10);
  const notice = inWords(settings.certificateWarnSeconds);
  return [
    {
      alert: 'ReviewMapsServiceDown',
      severity: 'critical',
      expr: promql`reviewmaps:service_up:current == 0`,
      forSeconds: settings.serviceDownForSeconds,
      labels: ['app', 'service'],
      en: {
        summary: `Service ${label('service')} of ${label('app')} is down`,
        description: `The probes of the service ${label('service')} have failed for ${down.en} without a break (up = ${value.count}).`,
      },
      ko: {
        summary: `${label('app')}의 ${label('service')} 서비스가 내려가 있습니다`,
        description: `${label('service')} 서비스의 프로브가 ${down.ko} 동안 계속 실패했습니다 (up = ${value.count}).`,
      },
      runbook: {
        queries: [
          promql`reviewmaps:service_up:current`,
          promql`reviewmaps_probe_failure_reason == 1`,
          promql`reviewmaps_probe_success`,
        ],
        en: {
          means: `Every run of the job \`probe\` for ${down.en} found the service down. While the probe itself does not push, this alert is silent and \`ReviewMapsProbeStale\` speaks.`,
          confirm: [
            'The label `reason` says why: `timeout`, `dns`, `connect` and `tls` are the way to the service, `status`, `redirect` and `body` its answer, `query` the database, `stale` and `missing` rows or pushes that are too old or not there, `gateway` a Pushgateway that could not be read, `internal` a defect of this project. [Probe reasons](../operations.md#probe-reasons) has what to do.',
            'Probe once by hand: `STAGE=prod npm run probe -- --dry-run` prints the same series and pushes nothing.',
          ],
          act: [
            '`django`: look at its pods or instances and at the load balancer, then at the latest deployment; roll back if it began with one.',
            '`database`: look at the cluster in the RDS console (failover, storage, connections). The alerts about collectors and the ledger are held back meanwhile.',
            '`scraper`: nothing new has come into the campaign table. See [ReviewMapsScraperNotSucceeding](ReviewMapsScraperNotSucceeding.md).',
            'If users see the service and only the probe does not, correct the address or the expected answer in `reviewmaps.config.ts`.',
          ],
        },
        ko: {
          means: `\`probe\` 작업이 ${down.ko} 동안 매번 이 서비스가 내려가 있다고 판단했습니다. 프로브 자체가 멈추면 이 알림은 울리지 않고 \`ReviewMapsProbeStale\`이 울립니다.`,
          confirm: [
            '레이블 `reason`이 원인을 알려 줍니다. `timeout`, `dns`, `connect`, `tls`는 서비스까지의 경로, `status`, `redirect`, `body`는 응답 내용, `query`는 데이터베이스, `stale`과 `missing`은 너무 오래됐거나 없는 행이나 푸시, `gateway`는 읽을 수 없는 Pushgateway, `internal`은 이 프로젝트의 결함입니다. 조치는 [Probe reasons](../operations.md#probe-reasons)(영문)에 있습니다.',
            '직접 한 번 확인합니다: `STAGE=prod npm run probe -- --dry-run`은 같은 시계열을 출력만 하고 푸시하지 않습니다.',
          ],
          act: [
            '`django`: 파드나 인스턴스, 로드 밸런서, 최근 배포를 차례로 확인합니다. 배포와 함께 시작됐다면 되돌립니다.',
            '`database`: RDS 콘솔에서 클러스터 상태(장애 조치, 저장 공간, 연결 수)를 확인합니다. 그동안 수집기와 원장 알림은 억제됩니다.',
            '`scraper`: campaign 테이블에 새 행이 들어오지 않고 있습니다. [ReviewMapsScraperNotSucceeding](ReviewMapsScraperNotSucceeding.md)을 봅니다.',
            '사용자는 정상인데 프로브만 실패한다면 `reviewmaps.config.ts`의 주소나 기대 응답을 고칩니다.',
          ],
        },
      },
    },
    {
      alert: 'ReviewMapsProbeSlow',
      severity: 'warning',
      expr: promql`
max by (app, service, probe) (${latest('reviewmaps_probe_duration_seconds', settings)}) > ${settings.probeSlowSeconds}
and on (app, service, probe)
${latest('reviewmaps_probe_success', settings)} == 1`,
      forSeconds: slowFor,
      labels: ['app', 'service', 'probe'],
      en: {
        summary: `Probe ${label('probe')} of ${label('service')} is slow`,
        description: `It passes, but took ${value.duration}; for ${inWords(slowFor).en} it has taken more than ${slow.en}.`,
      },
      ko: {
        summary: `${label('service')}의 ${label('probe')} 프로브가 느립니다`,
        description: `성공하지만 ${value.duration} 걸렸습니다. ${inWords(slowFor).ko} 동안 ${slow.ko}를 넘었습니다.`,
      },
      runbook: {
        queries: [promql`reviewmaps_probe_duration_seconds`, promql`reviewmaps_probe_success`],
        en: {
          means: `The service answers, but each answer takes longer than ${slow.en} (\`monitoring.services.probeSlow\`). It often comes before a time-out.`,
          confirm: [
            'Compare with the latency that Django reports of itself: if that is low, the time is lost on the way.',
          ],
          act: [
            'Django: look at P95 by view, at the database and at CPU.',
            'Database: a cluster that pauses takes 15 seconds and more to wake. Switch pausing off, or raise the limit.',
            'Freshness: the column needs an index.',
          ],
        },
        ko: {
          means: `서비스가 응답은 하지만 매번 ${slow.ko}(\`monitoring.services.probeSlow\`)보다 오래 걸립니다. 시간 초과의 전조일 때가 많습니다.`,
          confirm: ['Django 자체 지연 시간과 비교합니다. 그쪽이 낮다면 네트워크 구간에서 늦어지는 것입니다.'],
          act: [
            'Django: 뷰별 P95, 데이터베이스, CPU를 확인합니다.',
            '데이터베이스: 일시 중지되는 클러스터는 깨어나는 데 15초 이상 걸립니다. 일시 중지를 끄거나 한도를 올립니다.',
            'freshness: 해당 열에 인덱스가 필요합니다.',
          ],
        },
      },
    },
    {
      alert: 'ReviewMapsCertificateExpiring',
      severity: 'warning',
      expr: promql`
max by (app, service, probe) (${latest('reviewmaps_probe_certificate_expiry_timestamp_seconds', settings)}) - time() < ${settings.certificateWarnSeconds}`,
      forSeconds: HOUR,
      labels: ['app', 'service', 'probe'],
      en: {
        summary: `Certificate of ${label('service')} ends soon`,
        description: `The certificate that probe ${label('probe')} was shown ends in ${value.duration} (limit ${notice.en}).`,
      },
      ko: {
        summary: `${label('service')}의 인증서가 곧 만료됩니다`,
        description: `${label('probe')} 프로브가 받은 인증서가 ${value.duration} 뒤에 만료됩니다 (기준 ${notice.ko}).`,
      },
      runbook: {
        queries: [
          promql`reviewmaps_probe_certificate_expiry_timestamp_seconds - time()`,
          promql`reviewmaps_probe_failure_reason{reason="tls"}`,
        ],
        en: {
          means: `The certificate that the service shows ends in less than ${notice.en}. Then clients refuse it and the service counts as down.`,
          confirm: [
            'Look at it: `openssl s_client -connect HOST:443 -servername HOST </dev/null | openssl x509 -noout -dates`.',
          ],
          act: [
            'Find out why it was not renewed by itself (ACM validation record, cert-manager, certbot timer), and renew it.',
            'If it was renewed already, the server still shows the old one: reload it.',
          ],
        },
        ko: {
          means: `서비스가 제시하는 인증서가 ${notice.ko} 안에 만료됩니다. 만료되면 클라이언트가 거부하고 서비스는 내려간 것으로 판단됩니다.`,
          confirm: [
            '직접 확인합니다: `openssl s_client -connect HOST:443 -servername HOST </dev/null | openssl x509 -noout -dates`',
          ],
          act: [
            '자동 갱신이 왜 되지 않았는지(ACM 검증 레코드, cert-manager, certbot 타이머) 확인하고 갱신합니다.',
            '이미 갱신했다면 서버가 예전 인증서를 쓰고 있는 것이므로 다시 불러오게 합니다.',
          ],
        },
      },
    },
  ];
}
