import type { MonitoringConfig } from '../../../src/config/config';
import { GROUP_JOBS } from '../../../src/jobs/job';
import type { Alert } from '../definition';
import { latest } from '../gauges';
import { promql } from '../promql';
import { inWords, label, value } from '../text';
import { afterServiceDown, shortest } from '../windows';

/**
 * Without the stage a run by hand pushes as another application: the alert goes on, and that application's data is
 * stale minutes later, which calls someone again.
 */
const BY_HAND = {
  en: (job: string) =>
    `One run by hand: \`STAGE=prod npm run ${job}\`, with the environment of the deployed function. Without \`STAGE\` it pushes as another application and helps nothing.`,
  ko: (job: string) =>
    `직접 한 번 실행: 배포된 함수와 같은 환경 변수로 \`STAGE=prod npm run ${job}\`. \`STAGE\`가 없으면 다른 애플리케이션으로 푸시되어 소용이 없습니다.`,
} as const;

/** The gateway keeps the groups of an application that nobody deploys any more. */
const GONE = {
  en: (job: string) =>
    `An application that is not in service any more, such as a stage that was removed or a run that was tried by hand: remove its group, \`curl -u USER -X DELETE $PUSHGATEWAY_URL/metrics/job/${job}/app/APP\`. APP is the label \`app\` of the alert.`,
  ko: (job: string) =>
    `더 이상 쓰지 않는 애플리케이션(없앤 스테이지나 손으로 시험해 본 실행)이라면 그 그룹을 지웁니다: \`curl -u USER -X DELETE $PUSHGATEWAY_URL/metrics/job/${job}/app/APP\`. APP는 알림의 \`app\` 레이블입니다.`,
} as const;

/** Whether the jobs run, do their work, and use their ledger. */
export function jobAlerts(settings: MonitoringConfig): readonly Alert[] {
  return [probeStale(settings), jobStale(settings), ...failing(settings)];
}

function probeStale(settings: MonitoringConfig): Alert {
  const limit = inWords(settings.staleAfterSeconds);
  return {
    alert: 'ReviewMapsProbeStale',
    severity: 'critical',
    expr: promql`reviewmaps:push_age_seconds{job="${GROUP_JOBS.probe}"} > ${settings.staleAfterSeconds}`,
    forSeconds: shortest(settings),
    labels: ['app', 'job'],
    en: {
      summary: `Nobody knows whether the services of ${label('app')} are up`,
      description: `The job probe pushed ${value.duration} ago (limit ${limit.en}). Until it does, no service can be reported as down.`,
    },
    ko: {
      summary: `${label('app')} 서비스의 상태를 알 수 없습니다`,
      description: `probe 작업의 마지막 푸시가 ${value.duration} 전입니다 (기준 ${limit.ko}). 다시 푸시할 때까지 서비스 중단을 알릴 수 없습니다.`,
    },
    runbook: {
      queries: [promql`reviewmaps:push_age_seconds`, promql`reviewmaps_job_duration_seconds`],
      en: {
        means:
          'The gateway keeps the last push for ever, so an old "up" looks like a new one. Service panels show unknown, and `ReviewMapsServiceDown` cannot speak. That is why this one calls at once.',
        confirm: [
          'The last lines of the function: `aws logs tail /aws/lambda/reviewmaps-monitoring-prod-probe --since 30m`.',
          BY_HAND.en('probe'),
        ],
        act: [
          'No invocations: is the schedule enabled (`scheduleEnabled`), is the function throttled, is concurrency used up?',
          'Errors: the log line names the failure. `STAGE=prod npm run doctor` checks configuration, rights and gateway.',
          'Meanwhile look at the services by hand.',
          GONE.en(GROUP_JOBS.probe),
        ],
      },
      ko: {
        means:
          '게이트웨이는 마지막 푸시를 영원히 보관하므로 오래된 "정상"이 새것처럼 보입니다. 서비스 패널은 알 수 없음으로 바뀌고 `ReviewMapsServiceDown`이 울리지 못하므로 이 알림은 즉시 호출합니다.',
        confirm: [
          '함수의 최근 로그: `aws logs tail /aws/lambda/reviewmaps-monitoring-prod-probe --since 30m`',
          BY_HAND.ko('probe'),
        ],
        act: [
          '실행 기록이 없다면 일정(`scheduleEnabled`), 스로틀링, 동시 실행 한도를 확인합니다.',
          '오류가 있다면 로그에 원인이 있습니다. `STAGE=prod npm run doctor`로 설정, 권한, 게이트웨이를 점검합니다.',
          '그동안 서비스 상태는 직접 확인합니다.',
          GONE.ko(GROUP_JOBS.probe),
        ],
      },
    },
  };
}

function jobStale(settings: MonitoringConfig): Alert {
  const limit = inWords(settings.staleAfterSeconds);
  const others = `${GROUP_JOBS.collect}|${GROUP_JOBS.fold}`;
  return {
    alert: 'ReviewMapsJobStale',
    severity: 'warning',
    expr: promql`reviewmaps:push_age_seconds{job=~"${others}"} > ${settings.staleAfterSeconds}`,
    forSeconds: shortest(settings),
    labels: ['app', 'job'],
    en: {
      summary: `The data of ${label('job')} is out of date`,
      description: `The last push of ${label('job')} for ${label('app')} is ${value.duration} old (limit ${limit.en}). Its numbers stand still.`,
    },
    ko: {
      summary: `${label('job')}의 데이터가 오래됐습니다`,
      description: `${label('app')}의 ${label('job')} 마지막 푸시가 ${value.duration} 전입니다 (기준 ${limit.ko}). 수치가 멈춰 있습니다.`,
    },
    runbook: {
      queries: [
        promql`reviewmaps:push_age_seconds`,
        promql`push_failure_time_seconds > push_time_seconds`,
        promql`reviewmaps_job_duration_seconds`,
      ],
      en: {
        means:
          '`reviewmaps-collect` is campaigns, tables and connections, `reviewmaps-scraper` is what fold sums up of scraper runs. What the panels show of them is as old as the last push; nothing that was counted is lost.',
        confirm: [
          'The log: `aws logs tail /aws/lambda/reviewmaps-monitoring-prod-collect --since 30m` (or `…-fold`). "skipped: another run holds the lease" again and again means that a run hangs.',
          BY_HAND.en('collect` or `STAGE=prod npm run fold'),
        ],
        act: [
          'No invocations: look at the schedule, throttling and concurrency.',
          'The push fails: see [ReviewMapsPushRejected](ReviewMapsPushRejected.md) and [ReviewMapsGatewayDown](ReviewMapsGatewayDown.md).',
          'Configuration or rights: `STAGE=prod npm run doctor`.',
          GONE.en('JOB'),
        ],
      },
      ko: {
        means:
          '`reviewmaps-collect`는 캠페인, 테이블, 연결을, `reviewmaps-scraper`는 fold가 합산한 스크레이퍼 실행을 담습니다. 패널의 값은 마지막 푸시 시점의 것이며, 센 것은 사라지지 않습니다.',
        confirm: [
          '로그: `aws logs tail /aws/lambda/reviewmaps-monitoring-prod-collect --since 30m` (또는 `…-fold`). "skipped: another run holds the lease"가 반복되면 멈춘 실행이 있습니다.',
          BY_HAND.ko('collect` 또는 `STAGE=prod npm run fold'),
        ],
        act: [
          '실행 기록이 없다면 일정, 스로틀링, 동시 실행 한도를 확인합니다.',
          '푸시가 실패한다면 [ReviewMapsPushRejected](ReviewMapsPushRejected.md)와 [ReviewMapsGatewayDown](ReviewMapsGatewayDown.md)을 봅니다.',
          '설정이나 권한 문제는 `STAGE=prod npm run doctor`로 찾습니다.',
          GONE.ko('JOB'),
        ],
      },
    },
  };
}

function failing(settings: MonitoringConfig): readonly Alert[] {
  const seconds = afterServiceDown(settings);
  const long = inWords(seconds);
  return [
    {
      alert: 'ReviewMapsJobFailing',
      severity: 'warning',
      expr: promql`max by (app, job) (${latest('reviewmaps_job_success', settings)}) == 0`,
      forSeconds: seconds,
      labels: ['app', 'job'],
      en: {
        summary: `${label('job')} runs, but parts of it fail`,
        description: `Every run of ${label('job')} for ${label('app')} in ${long.en} left something undone (success = ${value.count}).`,
      },
      ko: {
        summary: `${label('job')} 작업의 일부가 실패하고 있습니다`,
        description: `${label('app')}의 ${label('job')} 작업이 ${long.ko} 동안 매번 일부를 마치지 못했습니다 (success = ${value.count}).`,
      },
      runbook: {
        queries: [
          promql`reviewmaps_collector_success == 0`,
          promql`reviewmaps_fold_step_success == 0`,
          promql`reviewmaps_ledger_lease_held == 0`,
          promql`reviewmaps_probe_failure_reason{reason="internal"}`,
        ],
        en: {
          means:
            'The job pushes, and says that a collector, a probe or a step could not do its work. A service that was found down is no failure. When a more special alert explains it, this one is held back.',
          confirm: [
            'One run by hand prints each part and why it failed: `STAGE=prod npm run collect -- --dry-run`, or `probe` or `fold` for the job of the alert.',
          ],
          act: [
            'Follow the alert of the part that failed.',
            'A probe that threw (reason `internal`) is a defect of this project: the log of the function has it. Every other reason is a service found down.',
          ],
        },
        ko: {
          means:
            '작업은 푸시하지만 수집기, 프로브, 단계 중 일부가 일을 마치지 못했다고 알립니다. 서비스가 내려간 것을 발견한 것은 실패가 아닙니다. 더 구체적인 알림이 있으면 이 알림은 억제됩니다.',
          confirm: [
            '직접 한 번 실행하면 부분별 결과와 원인이 나옵니다: `STAGE=prod npm run collect -- --dry-run`(알림의 작업에 따라 `probe`, `fold`)',
          ],
          act: [
            '실패한 부분의 알림을 따라갑니다.',
            '프로브 자체가 실패했다면(이유 `internal`) 이 프로젝트의 결함이며 함수 로그에 남습니다. 다른 이유는 모두 서비스가 내려간 것을 발견한 것입니다.',
          ],
        },
      },
    },
    {
      alert: 'ReviewMapsCollectorFailing',
      severity: 'warning',
      expr: promql`max by (app, job, collector) (${latest('reviewmaps_collector_success', settings)}) == 0`,
      forSeconds: seconds,
      labels: ['app', 'job', 'collector'],
      en: {
        summary: `Collector ${label('collector')} fails`,
        description: `Its series of ${label('app')} have been missing from every push for ${long.en} (success = ${value.count}).`,
      },
      ko: {
        summary: `수집기 ${label('collector')}의 실행이 실패하고 있습니다`,
        description: `${label('app')}의 해당 시계열이 ${long.ko} 동안 모든 푸시에서 빠졌습니다 (success = ${value.count}).`,
      },
      runbook: {
        queries: [promql`reviewmaps_collector_success`, promql`reviewmaps_collector_duration_seconds`],
        en: {
          means: 'One collector could not read its numbers. The others go on; its own series are a gap.',
          confirm: [
            '`STAGE=prod npm run collect -- --dry-run` prints the error; `STAGE=prod npm run doctor` names missing rights, columns and indexes with the SQL that mends them.',
          ],
          act: [
            'Missing right or column: run the SQL that doctor prints.',
            'Time-out: the table is locked or lacks an index.',
            '`connections`: the role needs `pg_read_all_stats`.',
          ],
        },
        ko: {
          means: '한 수집기가 수치를 읽지 못했습니다. 나머지는 계속되고 이 수집기의 시계열만 비어 있습니다.',
          confirm: [
            '`STAGE=prod npm run collect -- --dry-run`이 오류를 보여 줍니다. `STAGE=prod npm run doctor`는 빠진 권한, 열, 인덱스와 고칠 SQL을 알려 줍니다.',
          ],
          act: [
            '권한이나 열이 없다면 doctor가 출력한 SQL을 실행합니다.',
            '시간 초과라면 테이블이 잠겼거나 인덱스가 없습니다.',
            '`connections`: 역할에 `pg_read_all_stats`가 필요합니다.',
          ],
        },
      },
    },
    {
      alert: 'ReviewMapsLedgerUnavailable',
      severity: 'warning',
      expr: promql`max by (app, job) (${latest('reviewmaps_ledger_lease_held', settings)}) == 0`,
      forSeconds: seconds,
      labels: ['app', 'job'],
      en: {
        summary: `${label('job')} cannot use the ledger`,
        description: `For ${long.en} every push for ${label('app')} has been without its counters (lease held = ${value.count}).`,
      },
      ko: {
        summary: `${label('job')} 작업이 원장을 사용하지 못합니다`,
        description: `${long.ko} 동안 ${label('app')}의 모든 푸시에 카운터가 빠졌습니다 (lease held = ${value.count}).`,
      },
      runbook: {
        queries: [
          promql`reviewmaps_ledger_lease_held`,
          promql`reviewmaps:service_up:current{service="database"}`,
        ],
        en: {
          means:
            'Totals live in the schema `reviewmaps_monitoring`. The job could not call it, so expired campaigns, deletions and everything of scraper runs are missing. What happens meanwhile is counted later.',
          confirm: [
            '`STAGE=prod npm run doctor` says whether it is missing, too old, or closed to the role.',
          ],
          act: [
            'Missing or too old: `npm run migrate -- --grant-to ROLE` with the secret of a role that may create schemas.',
            'There and still unreachable: look at locks on its tables and at the database itself.',
          ],
        },
        ko: {
          means:
            '누적 합계는 스키마 `reviewmaps_monitoring`에 있습니다. 이를 호출하지 못해 마감된 캠페인, 삭제 행, 스크레이퍼 실행의 카운터가 빠집니다. 그동안 일어난 일은 나중에 집계됩니다.',
          confirm: ['`STAGE=prod npm run doctor`가 스키마가 없는지, 오래됐는지, 권한이 없는지 알려 줍니다.'],
          act: [
            '없거나 오래됐다면 스키마를 만들 수 있는 역할의 시크릿으로 `npm run migrate -- --grant-to ROLE`을 실행합니다.',
            '있는데도 닿지 않는다면 원장 테이블의 잠금과 데이터베이스 상태를 확인합니다.',
          ],
        },
      },
    },
  ];
}
