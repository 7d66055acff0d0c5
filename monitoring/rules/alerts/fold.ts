import type { MonitoringConfig } from '../../../src/config/config';
import { pushedIncrease } from '../counters';
import type { Alert } from '../definition';
import { latest } from '../gauges';
import { promql } from '../promql';
import { inWords, label, value } from '../text';
import { afterServiceDown, runs } from '../windows';

/** Whether what scraper runs push is counted. */
export function foldAlerts(settings: MonitoringConfig): readonly Alert[] {
  const failing = inWords(afterServiceDown(settings));
  const waiting = inWords(runs(settings, 15));
  const window = runs(settings, 15);
  return [
    {
      alert: 'ReviewMapsFoldStepFailing',
      severity: 'warning',
      expr: promql`max by (app, job, step) (${latest('reviewmaps_fold_step_success', settings)}) == 0`,
      forSeconds: afterServiceDown(settings),
      labels: ['app', 'job', 'step'],
      en: {
        summary: `Step ${label('step')} of fold fails`,
        description: `In every fold of ${label('app')} for ${failing.en} the step ${label('step')} failed (success = ${value.count}).`,
      },
      ko: {
        summary: `fold의 ${label('step')} 단계가 실패하고 있습니다`,
        description: `${label('app')}의 fold가 ${failing.ko} 동안 매번 ${label('step')} 단계에서 실패했습니다 (success = ${value.count}).`,
      },
      runbook: {
        queries: [promql`reviewmaps_fold_step_success`, promql`reviewmaps_fold_groups_waiting`],
        en: {
          means:
            '`read` asks the gateway for the groups of runs, `count` adds them to the ledger, `remove` deletes what is counted, `totals` reads the sums. Nothing is lost while the gateway keeps the groups; nothing is counted twice when the step works again.',
          confirm: ['`STAGE=prod npm run fold -- --dry-run` prints each step and its error.'],
          act: [
            '`read` and `remove`: the gateway, its credentials, or a proxy that refuses DELETE.',
            '`count` and `totals`: the ledger; see [ReviewMapsLedgerUnavailable](ReviewMapsLedgerUnavailable.md).',
          ],
        },
        ko: {
          means:
            '`read`는 게이트웨이에서 실행 그룹을 읽고, `count`는 원장에 더하고, `remove`는 집계한 그룹을 지우고, `totals`는 합계를 읽습니다. 게이트웨이에 그룹이 남아 있는 한 잃지 않으며, 복구 뒤에도 두 번 세지 않습니다.',
          confirm: ['`STAGE=prod npm run fold -- --dry-run`이 단계별 결과와 오류를 출력합니다.'],
          act: [
            '`read`, `remove`: 게이트웨이, 인증 정보, DELETE를 막는 프록시를 확인합니다.',
            '`count`, `totals`: 원장 문제입니다. [ReviewMapsLedgerUnavailable](ReviewMapsLedgerUnavailable.md)을 봅니다.',
          ],
        },
      },
    },
    {
      alert: 'ReviewMapsFoldBehind',
      severity: 'warning',
      expr: promql`max by (app, job) (${latest('reviewmaps_fold_groups_waiting', settings)}) > 0`,
      forSeconds: runs(settings, 15),
      labels: ['app', 'job'],
      en: {
        summary: `Fold of ${label('app')} does not keep up`,
        description: `${value.count} groups of runs are waiting; for ${waiting.en} no fold got through them all.`,
      },
      ko: {
        summary: `${label('app')}의 fold가 밀리고 있습니다`,
        description: `실행 그룹 ${value.count}개가 대기 중이며, ${waiting.ko} 동안 모두 처리한 fold가 없습니다.`,
      },
      runbook: {
        queries: [promql`reviewmaps_fold_groups_read`, promql`reviewmaps_job_duration_seconds`],
        en: {
          means:
            'More groups arrive than a fold can count within its time. Runs that ended come first, then those that have waited longest: nothing is lost, but numbers are late.',
          confirm: [
            'Are there many groups of runs that never end? `reviewmaps_scraper_runs_in_flight` by scraper says whose.',
          ],
          act: [
            'Let runs push fewer label values, and say that they ended with `reviewmaps_scraper_run_completed`.',
            'Give the function more memory, which is more CPU; look at how long the ledger takes.',
          ],
        },
        ko: {
          means:
            '한 번의 fold가 처리할 수 있는 것보다 많은 그룹이 들어옵니다. 끝난 실행부터, 그다음은 오래 기다린 순서로 처리하므로 잃지는 않지만 수치가 늦어집니다.',
          confirm: [
            '끝나지 않는 실행 그룹이 많은지 봅니다. `reviewmaps_scraper_runs_in_flight`가 스크레이퍼별로 알려 줍니다.',
          ],
          act: [
            '실행이 푸시하는 레이블 값의 수를 줄이고, 끝났음을 `reviewmaps_scraper_run_completed`로 알리게 합니다.',
            '함수 메모리를 늘려 CPU를 더 주고, 원장 응답 시간을 확인합니다.',
          ],
        },
      },
    },
    {
      alert: 'ReviewMapsFoldRejecting',
      severity: 'warning',
      // Some reasons are of both: without a label that tells them apart the series would hide the groups.
      expr: promql`
sum by (app, reason) (
  label_replace(${pushedIncrease('reviewmaps_fold_rejected_series_total', '', window)}, "what", "series", "", "")
  or
  label_replace(${pushedIncrease('reviewmaps_fold_rejected_groups_total', '', window)}, "what", "group", "", "")
) > 0`,
      forSeconds: 0,
      labels: ['app', 'reason'],
      en: {
        summary: `Fold rejects what scrapers of ${label('app')} push`,
        description: `${value.count} series or groups were not counted in the last ${inWords(window).en}: ${label('reason')}.`,
      },
      ko: {
        summary: `${label('app')} 스크레이퍼의 푸시가 거부되고 있습니다`,
        description: `최근 ${inWords(window).ko} 동안 시계열 또는 그룹 ${value.count}개가 집계되지 않았습니다: ${label('reason')}.`,
      },
      runbook: {
        queries: [
          promql`reviewmaps_fold_rejected_series_total`,
          promql`reviewmaps_fold_rejected_groups_total`,
        ],
        en: {
          means:
            'A run pushed something that cannot be counted. It is left out; the rest of the run counts, but for a whole group that is `refused`, `oversized` or `replayed`. `unknown_metric`, `wrong_type`, `wrong_labels`, `bad_value`, `bad_buckets`, `duplicate`, `too_long` and `oversized` are mistakes of the pusher; `other_source` is a table whose deletions are counted elsewhere; `refused` is a push that the database refused, a defect of this project; `poison` is a family with a wrong type, which made the pushes of others fail; `went_back` is a late or restored push and may follow a restart of the gateway; `replayed` is a push after the end of its run; `push_refused` is a push that the gateway answered with 400, so that nothing of it arrived.',
          confirm: [
            'The log of fold names the run and its scraper: `aws logs tail /aws/lambda/reviewmaps-monitoring-prod-fold --since 1h`. The event is "series of a run are not counted" (`reasons` has the number of series and the metric of one), "a group of a run is removed", or "the gateway refused the newest push of a run".',
            '`push_refused`: the log of that scraper has the sentence of the gateway. See [ReviewMapsGatewayRefusedPush](ReviewMapsGatewayRefusedPush.md).',
          ],
          act: [
            "Bring the scraper's definitions in line with the contract; the Python package does it by itself. [What is rejected](../scraper-runs.md#what-is-rejected) says what to do about each reason.",
            '`went_back` once after a restart of the gateway needs nothing.',
          ],
        },
        ko: {
          means:
            '집계할 수 없는 것을 실행이 푸시했습니다. 그 부분만 빠지고 나머지는 집계되지만, 그룹 전체가 `refused`, `oversized`, `replayed`이면 아무것도 집계되지 않습니다. `unknown_metric`, `wrong_type`, `wrong_labels`, `bad_value`, `bad_buckets`, `duplicate`, `too_long`, `oversized`는 푸시하는 쪽의 잘못이고, `other_source`는 삭제 행을 다른 출처에서 세는 테이블이며, `refused`는 데이터베이스가 거부한 푸시로 이 프로젝트의 결함이고, `poison`은 다른 타입의 메트릭이라 다른 푸시까지 실패하게 한 것이며, `went_back`은 늦거나 복원된 푸시로 게이트웨이 재시작 뒤에 생길 수 있고, `replayed`는 실행이 끝난 뒤의 푸시이며, `push_refused`는 게이트웨이가 400으로 거부해 아무것도 도착하지 않은 푸시입니다.',
          confirm: [
            'fold 로그에 실행과 스크레이퍼가 나옵니다: `aws logs tail /aws/lambda/reviewmaps-monitoring-prod-fold --since 1h`. 이벤트는 "series of a run are not counted"(`reasons`에 시계열 수와 메트릭 하나가 있음), "a group of a run is removed", "the gateway refused the newest push of a run"입니다.',
            '`push_refused`라면 게이트웨이의 답이 그 스크레이퍼의 로그에 있습니다. [ReviewMapsGatewayRefusedPush](ReviewMapsGatewayRefusedPush.md)를 봅니다.',
          ],
          act: [
            '스크레이퍼의 메트릭 정의를 계약에 맞춥니다. Python 패키지를 쓰면 저절로 맞습니다. 이유별 조치는 [거부되는 것](../scraper-runs.ko.md#거부되는-것)에 있습니다.',
            '게이트웨이 재시작 직후 한 번의 `went_back`은 조치가 필요 없습니다.',
          ],
        },
      },
    },
  ];
}
