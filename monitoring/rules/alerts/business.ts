import type { MonitoringConfig } from '../../../src/config/config';
import { OTHER } from '../../../src/metrics/catalog';
import { pushedIncrease } from '../counters';
import type { Alert } from '../definition';
import { latest } from '../gauges';
import { promql, span } from '../promql';
import { inWords, label, percent, value } from '../text';
import { DAY, HOUR, runs } from '../windows';

/** Whether campaigns come in. */
export function businessAlerts(settings: MonitoringConfig): readonly Alert[] {
  return [...scrapers(settings), campaignsDropped(settings), regionEmpty(settings)];
}

const RUNS = 'reviewmaps_scraper_runs_total';

function scrapers(settings: MonitoringConfig): readonly Alert[] {
  const within = inWords(settings.scraperSuccessWithinSeconds);
  const window = inWords(settings.scraperFailingWithinSeconds);
  const failed = pushedIncrease(RUNS, 'status="failed"', settings.scraperFailingWithinSeconds);
  const succeeded = pushedIncrease(RUNS, 'status="success"', settings.scraperFailingWithinSeconds);
  return [
    {
      alert: 'ReviewMapsScraperNotSucceeding',
      severity: 'warning',
      expr: promql`
time() - max by (app, scraper) (${latest('reviewmaps_scraper_last_success_timestamp_seconds', settings)}) > ${settings.scraperSuccessWithinSeconds}`,
      forSeconds: runs(settings, 5),
      labels: ['app', 'scraper'],
      en: {
        summary: `Scraper ${label('scraper')} has not succeeded for long`,
        description: `Its latest successful run for ${label('app')} ended ${value.duration} ago (limit ${within.en}).`,
      },
      ko: {
        summary: `${label('scraper')} 스크레이퍼가 오랫동안 성공하지 못했습니다`,
        description: `${label('app')}의 마지막 성공이 ${value.duration} 전입니다 (기준 ${within.ko}).`,
      },
      runbook: {
        queries: [
          promql`time() - reviewmaps_scraper_last_success_timestamp_seconds`,
          promql`reviewmaps_scraper_runs_in_flight`,
          promql`reviewmaps_scraper_runs_total`,
        ],
        en: {
          means: `No run of this scraper has ended well within ${within.en} (\`monitoring.scrapers.successWithin\`): it does not run, it fails, or it does not say that it succeeded.`,
          confirm: [
            '`kubectl get cronjobs,jobs` shows when it was last started, `kubectl logs job/NAME` what it said.',
          ],
          act: [
            'Not started: the CronJob is suspended, or its last job still runs and forbids another.',
            'Started and failed: its log.',
            'Ended well, but unseen: did it push `reviewmaps_scraper_run_completed`, and could it reach the gateway?',
            "Retired on purpose: the ledger never forgets a scraper. Silence the alert, or take its row out as the owner of the schema: `delete from reviewmaps_monitoring.scraper where app = 'APP' and scraper = 'NAME';`",
          ],
        },
        ko: {
          means: `${within.ko}(\`monitoring.scrapers.successWithin\`) 안에 성공한 실행이 없습니다. 돌지 않거나, 실패하거나, 성공을 알리지 않는 것입니다.`,
          confirm: [
            '`kubectl get cronjobs,jobs`로 마지막 시작을, `kubectl logs job/NAME`으로 로그를 봅니다.',
          ],
          act: [
            '시작되지 않았다면 CronJob이 중단됐거나 이전 작업이 끝나지 않아 막힌 것입니다.',
            '시작했는데 실패했다면 로그를 봅니다.',
            '성공했는데 보이지 않는다면 `reviewmaps_scraper_run_completed`를 푸시했는지, 게이트웨이에 닿았는지 확인합니다.',
            "일부러 없앤 스크레이퍼라도 원장은 잊지 않습니다. 알림을 침묵시키거나 스키마 소유자로 행을 지웁니다: `delete from reviewmaps_monitoring.scraper where app = 'APP' and scraper = 'NAME';`",
          ],
        },
      },
    },
    {
      alert: 'ReviewMapsScraperFailing',
      severity: 'warning',
      expr: promql`
sum by (app, scraper) (${failed}) > 0
unless on (app, scraper)
sum by (app, scraper) (${succeeded}) > 0`,
      forSeconds: 0,
      labels: ['app', 'scraper'],
      en: {
        summary: `Runs of scraper ${label('scraper')} fail`,
        description: `${value.count} runs for ${label('app')} failed in the last ${window.en}, and none succeeded.`,
      },
      ko: {
        summary: `스크레이퍼 ${label('scraper')}의 실행이 실패하고 있습니다`,
        description: `최근 ${window.ko} 동안 ${label('app')}의 실행 ${value.count}건이 실패했고 성공은 없습니다.`,
      },
      runbook: {
        queries: [
          promql`sum by (app, scraper, status) (${pushedIncrease(RUNS, '', DAY)})`,
          promql`sum by (app, exception_type, view_name) (${pushedIncrease('reviewmaps_exceptions_total', '', DAY)}) > 0`,
        ],
        en: {
          means: `Runs ended with \`reviewmaps_scraper_run_completed 0\` within ${window.en}, and none with 1. One failure that a later run made up for calls nobody.`,
          confirm: ['The second query says which exception in which step; the log of the run has the rest.'],
          act: [
            'Naver refuses or does not answer: see [ReviewMapsNaverRateLimited](ReviewMapsNaverRateLimited.md).',
            'A source changed its pages: mend the parser.',
            "The database refuses: see the database's alerts.",
          ],
        },
        ko: {
          means: `${window.ko} 동안 \`reviewmaps_scraper_run_completed 0\`으로 끝난 실행이 있고 1로 끝난 실행은 없습니다. 이후 실행이 만회한 한 번의 실패에는 울리지 않습니다.`,
          confirm: ['두 번째 쿼리로 어느 단계의 어떤 예외인지 보고, 나머지는 실행 로그에서 봅니다.'],
          act: [
            '네이버가 거부하거나 응답하지 않는다면 [ReviewMapsNaverRateLimited](ReviewMapsNaverRateLimited.md)를 봅니다.',
            '원본 사이트의 구조가 바뀌었다면 파서를 고칩니다.',
            '데이터베이스가 거부한다면 데이터베이스 알림을 봅니다.',
          ],
        },
      },
    },
    {
      alert: 'ReviewMapsScraperSilent',
      severity: 'warning',
      expr: promql`
sum by (app, scraper) (${pushedIncrease('reviewmaps_scraper_runs_silent_total', '', settings.scraperFailingWithinSeconds)}) > 0`,
      forSeconds: 0,
      labels: ['app', 'scraper'],
      en: {
        summary: `Runs of scraper ${label('scraper')} vanish`,
        description: `${value.count} runs for ${label('app')} were given up in the last ${window.en}: they neither ended nor pushed.`,
      },
      ko: {
        summary: `스크레이퍼 ${label('scraper')}의 실행이 사라지고 있습니다`,
        description: `최근 ${window.ko} 동안 ${label('app')}의 실행 ${value.count}건이 끝나지도 푸시하지도 않아 포기 처리됐습니다.`,
      },
      runbook: {
        queries: [promql`reviewmaps_scraper_runs_silent_total`, promql`reviewmaps_scraper_runs_in_flight`],
        en: {
          means:
            'A run pushed once and was not heard of again for `fold.silentAfter`. It was killed (memory, eviction, deadline of its job) or lost the gateway. What it had pushed is counted.',
          confirm: [
            '`kubectl get events` and `kubectl describe pod`: look for OOMKilled, Evicted, DeadlineExceeded.',
          ],
          act: [
            'Give it memory or time; let it end its run in a `finally`.',
            'It runs longer than `fold.silentAfter` between pushes: raise that, or push now and then.',
          ],
        },
        ko: {
          means:
            '한 번 푸시한 뒤 `fold.silentAfter` 동안 소식이 없는 실행입니다. 강제 종료(메모리, 축출, 작업 기한)됐거나 게이트웨이에 닿지 못한 것입니다. 이미 푸시한 값은 집계됩니다.',
          confirm: [
            '`kubectl get events`와 `kubectl describe pod`에서 OOMKilled, Evicted, DeadlineExceeded를 찾습니다.',
          ],
          act: [
            '메모리나 시간을 늘리고, 실행 종료를 `finally`에서 알리게 합니다.',
            '푸시 간격이 `fold.silentAfter`보다 길다면 그 값을 올리거나 중간에 푸시합니다.',
          ],
        },
      },
    },
  ];
}

function campaignsDropped(settings: MonitoringConfig): Alert {
  const limit = percent(settings.campaignDropRatio);
  const before = promql`avg_over_time(reviewmaps:campaigns_active:sum[${span(HOUR)}] offset ${span(DAY)})`;
  return {
    alert: 'ReviewMapsCampaignsDropped',
    severity: 'warning',
    expr: promql`
reviewmaps:campaigns_active:sum / (${before} >= ${settings.campaignsLeast}) <= ${settings.campaignDropRatio}`,
    forSeconds: runs(settings, 15),
    labels: ['app'],
    en: {
      summary: `Active campaigns of ${label('app')} dropped`,
      description: `${value.percent} of the active campaigns of a day before are left (limit ${limit}).`,
    },
    ko: {
      summary: `${label('app')}의 활성 캠페인이 급감했습니다`,
      description: `하루 전 활성 캠페인의 ${value.percent}만 남았습니다 (기준 ${limit}).`,
    },
    runbook: {
      queries: [
        promql`reviewmaps:campaigns_active:sum`,
        promql`reviewmaps_campaign_active_total - reviewmaps_campaign_active_total offset ${span(DAY)}`,
        promql`sum by (app, region) (${pushedIncrease('reviewmaps_campaign_expired_total', '', DAY)})`,
        promql`sum by (app, table_name) (${pushedIncrease('reviewmaps_cleanup_deleted_rows', '', DAY)})`,
      ],
      en: {
        means: `The sum over all regions is at most ${limit} of its mean in the hour that lies a day back, which was at least ${settings.campaignsLeast}.`,
        confirm: ['The queries tell the regions, and whether campaigns expired or were deleted.'],
        act: [
          'Many expired, none came: scrapers do not bring new ones; look at their alerts.',
          'Many were deleted: look at the cleanup job and whoever deletes; restore from a backup if it was a mistake.',
        ],
      },
      ko: {
        means: `모든 지역의 합이 하루 전 한 시간 평균(${settings.campaignsLeast}건 이상이었을 때)의 ${limit} 이하입니다.`,
        confirm: ['쿼리로 어느 지역인지, 만료된 것인지 삭제된 것인지 봅니다.'],
        act: [
          '만료만 되고 새로 들어오지 않는다면 스크레이퍼 알림을 확인합니다.',
          '많이 삭제됐다면 정리 작업과 삭제한 주체를 찾고, 실수라면 백업에서 복구합니다.',
        ],
      },
    },
  };
}

function regionEmpty(settings: MonitoringConfig): Alert {
  const region = `reviewmaps_campaign_active_total{region!="${OTHER}"}`;
  return {
    alert: 'ReviewMapsRegionEmpty',
    severity: 'warning',
    expr: promql`
max by (app, region) (avg_over_time(${region}[${span(HOUR)}] offset ${span(DAY)})) >= ${settings.campaignsLeastInRegion}
and on (app, region)
max by (app, region) (${latest(region, settings)}) == 0`,
    forSeconds: runs(settings, 15),
    labels: ['app', 'region'],
    en: {
      summary: `No active campaign is left in ${label('region')}`,
      description: `A day before there were ${value.count} in ${label('app')}; now there are 0.`,
    },
    ko: {
      summary: `${label('region')} 지역에 활성 캠페인이 없습니다`,
      description: `하루 전 ${label('app')}에 ${value.count}건이 있었으나 지금은 0건입니다.`,
    },
    runbook: {
      queries: [
        promql`reviewmaps_campaign_active_total == 0`,
        promql`sum by (app, region) (${pushedIncrease('reviewmaps_campaign_expired_total', '', DAY)})`,
      ],
      en: {
        means: `A region that had ${settings.campaignsLeastInRegion} or more active campaigns a day before has none. A region reports 0 for 30 days after its last one, so this is a zero that was counted, not a gap.`,
        confirm: ['Is there a new region of nearly the same name? Then a source changed its spelling.'],
        act: [
          'Spelling: map the new name to the old one in the scraper.',
          'Otherwise look at the scraper of that region, and at what its source offers.',
        ],
      },
      ko: {
        means: `하루 전 활성 캠페인이 ${settings.campaignsLeastInRegion}건 이상이던 지역이 0건입니다. 마지막 캠페인 뒤 30일 동안 0을 보고하므로, 빈 값이 아니라 실제로 센 0입니다.`,
        confirm: ['이름이 거의 같은 새 지역이 있는지 봅니다. 있다면 원본의 표기가 바뀐 것입니다.'],
        act: [
          '표기 문제라면 스크레이퍼에서 새 이름을 기존 이름으로 맞춥니다.',
          '아니라면 그 지역의 스크레이퍼와 원본 사이트를 확인합니다.',
        ],
      },
    },
  };
}
