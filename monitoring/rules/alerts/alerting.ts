import type { MonitoringConfig } from '../../../src/config/config';
import type { Alert } from '../definition';
import { promql, span } from '../promql';
import { inWords, label, value } from '../text';
import { ERROR_WINDOW, shortest } from '../windows';

/** Whether alerting itself works. */
export function alertingAlerts(settings: MonitoringConfig): readonly Alert[] {
  return [rules(settings), watchdog()];
}

function rules(settings: MonitoringConfig): Alert {
  const window = inWords(ERROR_WINDOW);
  return {
    alert: 'ReviewMapsRuleEvaluationFailing',
    severity: 'critical',
    expr: promql`
sum by (rule_group) (increase(prometheus_rule_evaluation_failures_total{rule_group=~".*;reviewmaps-.*"}[${span(ERROR_WINDOW)}])) > 0`,
    forSeconds: shortest(settings),
    labels: ['rule_group'],
    en: {
      summary: 'Prometheus cannot evaluate rules of ReviewMaps',
      description: `About ${value.count} evaluations of ${label('rule_group')} failed in the last ${window.en}: its alerts are silent.`,
    },
    ko: {
      summary: 'Prometheus가 ReviewMaps 규칙을 평가하지 못합니다',
      description: `최근 ${window.ko} 동안 ${label('rule_group')}의 평가가 약 ${value.count}번 실패했습니다. 해당 알림은 울리지 않습니다.`,
    },
    runbook: {
      queries: [promql`increase(prometheus_rule_evaluation_failures_total[${span(ERROR_WINDOW)}]) > 0`],
      en: {
        means:
          'A rule failed while it ran: series of twice the same labels on one side of a match, too many samples, or a time-out. Its syntax was right, or Prometheus would not have loaded it.',
        confirm: ['The page "Rules" of Prometheus shows the error beside the rule.'],
        act: [
          '"many-to-many matching" or "duplicate series": the same series comes from two targets, often two scrape jobs for one gateway.',
          'Too many samples or a time-out: Prometheus is short of memory or CPU.',
        ],
      },
      ko: {
        means:
          '규칙이 실행 중에 실패했습니다. 매칭 한쪽에 레이블이 같은 시계열이 둘이거나, 샘플이 너무 많거나, 시간이 초과됐습니다. 문법 오류라면 애초에 읽히지 않습니다.',
        confirm: ['Prometheus의 Rules 화면에서 규칙 옆의 오류를 봅니다.'],
        act: [
          '"many-to-many matching", "duplicate series": 같은 시계열이 두 대상에서 옵니다. 한 게이트웨이를 두 작업이 스크레이프하는 경우가 많습니다.',
          '샘플 초과나 시간 초과: Prometheus의 메모리나 CPU가 모자랍니다.',
        ],
      },
    },
  };
}

function watchdog(): Alert {
  return {
    alert: 'ReviewMapsWatchdog',
    severity: 'none',
    expr: promql`vector(1)`,
    forSeconds: 0,
    labels: [],
    en: {
      summary: 'Alerting works',
      description: `This alert always fires (value ${value.count}). When it stops arriving, Prometheus or Alertmanager is broken.`,
    },
    ko: {
      summary: '알림이 정상 동작합니다',
      description: `이 알림은 항상 울립니다 (값 ${value.count}). 도착하지 않으면 Prometheus나 Alertmanager가 고장 난 것입니다.`,
    },
    runbook: {
      queries: [promql`ALERTS{alertname="ReviewMapsWatchdog"}`],
      en: {
        means:
          "It fires for ever and goes to a service outside (a dead man's switch) that calls when it is missing. Its absence is what matters: rules are not evaluated, alerts do not reach Alertmanager, or Alertmanager cannot send.",
        confirm: [
          'Is it in Prometheus at "Alerts", and in Alertmanager? `amtool --alertmanager.url=http://ALERTMANAGER:9093 alert query alertname=ReviewMapsWatchdog`.',
        ],
        act: [
          'Not in Prometheus: it is down, or the rule file is not loaded.',
          'In Prometheus only: the section `alerting` or the network to Alertmanager.',
          'In both: the receiver `heartbeat` of Alertmanager.',
        ],
      },
      ko: {
        means:
          '항상 울리며, 오지 않으면 호출하는 외부 서비스(데드맨 스위치)로 갑니다. 중요한 것은 부재입니다. 규칙이 평가되지 않거나, 알림이 Alertmanager에 닿지 않거나, Alertmanager가 보내지 못하는 것입니다.',
        confirm: [
          'Prometheus의 Alerts와 Alertmanager에 있는지 봅니다: `amtool --alertmanager.url=http://ALERTMANAGER:9093 alert query alertname=ReviewMapsWatchdog`',
        ],
        act: [
          'Prometheus에 없다면 내려갔거나 규칙 파일을 읽지 못한 것입니다.',
          'Prometheus에만 있다면 `alerting` 설정이나 Alertmanager까지의 네트워크를 확인합니다.',
          '둘 다 있다면 Alertmanager의 수신자 `heartbeat`를 확인합니다.',
        ],
      },
    },
  };
}
