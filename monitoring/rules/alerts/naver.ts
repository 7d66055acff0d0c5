import type { MonitoringConfig } from '../../../src/config/config';
import { anyIncrease, firstEvents } from '../counters';
import type { Alert } from '../definition';
import { promql } from '../promql';
import { inWords, label, percent, value } from '../text';
import { HOUR, runs, shortest } from '../windows';

const HITS = 'reviewmaps_naver_api_rate_limit_hits';

/** Whether the Naver API still serves us. */
export function naverAlerts(settings: MonitoringConfig): readonly Alert[] {
  const seconds = runs(settings, 15);
  const window = inWords(seconds);
  const quota = settings.naverDailyQuota;
  return [
    {
      alert: 'ReviewMapsNaverRateLimited',
      severity: 'warning',
      expr: promql`
sum by (app) (${anyIncrease(HITS, '', seconds)}) > 0
or
sum by (app) (${firstEvents(HITS, seconds)}) > 0`,
      forSeconds: 0,
      labels: ['app'],
      en: {
        summary: `Naver refuses calls of ${label('app')}`,
        description: `${value.count} calls in the last ${window.en} were refused because the rate limit was reached (status 429).`,
      },
      ko: {
        summary: `네이버가 ${label('app')}의 호출을 거부하고 있습니다`,
        description: `최근 ${window.ko} 동안 호출 ${value.count}건이 호출 한도 때문에 거부됐습니다 (상태 429).`,
      },
      runbook: {
        queries: [
          promql`sum by (app, endpoint, status_code) (${anyIncrease('reviewmaps_naver_api_calls_total', '', HOUR)}) > 0`,
          promql`reviewmaps:naver_quota_used:ratio24h`,
        ],
        en: {
          means:
            'Naver answered 429: too many calls a second, or the daily quota is used up. Campaigns are enriched late or not at all.',
          confirm: [
            'Near 100 % of the quota: it is used up until midnight in Seoul. Far below: calls come too fast.',
          ],
          act: [
            'Too fast: let fewer scrapers run at once, or slow their calls down.',
            'Used up: wait for midnight in Seoul, or ask Naver for more and set `monitoring.naver.dailyQuota`.',
          ],
        },
        ko: {
          means:
            '네이버가 429로 응답했습니다. 초당 호출이 너무 많거나 하루 할당량을 다 쓴 것입니다. 캠페인 보강이 늦어지거나 빠집니다.',
          confirm: [
            '할당량 사용률이 100%에 가까우면 할당량을 다 쓴 것이며 서울 시각 자정에 초기화됩니다. 훨씬 낮으면 초당 호출이 너무 많은 것입니다.',
          ],
          act: [
            '너무 빠르다면 동시에 도는 스크레이퍼를 줄이거나 호출 간격을 늘립니다.',
            '소진됐다면 서울 자정을 기다리거나, 할당량을 늘려 받고 `monitoring.naver.dailyQuota`를 고칩니다.',
          ],
        },
      },
    },
    {
      alert: 'ReviewMapsNaverQuotaNearlyUsed',
      severity: 'warning',
      expr: promql`reviewmaps:naver_quota_used:ratio24h >= ${settings.naverQuotaWarnRatio}`,
      forSeconds: shortest(settings),
      labels: ['app'],
      en: {
        summary: `The Naver quota of ${label('app')} is nearly used up`,
        description: `The last 24 hours used ${value.percent} of ${quota} calls a day (limit ${percent(settings.naverQuotaWarnRatio)}).`,
      },
      ko: {
        summary: `${label('app')}의 네이버 할당량이 거의 소진됐습니다`,
        description: `최근 24시간 동안 하루 ${quota}건의 ${value.percent}를 사용했습니다 (기준 ${percent(settings.naverQuotaWarnRatio)}).`,
      },
      runbook: {
        queries: [
          promql`reviewmaps:naver_calls:increase24h`,
          promql`sum by (app, endpoint) (${anyIncrease('reviewmaps_naver_api_calls_total', '', HOUR)})`,
        ],
        en: {
          means:
            "Calls of the last 24 rolling hours against the daily quota. Naver counts by the day in Seoul; rolling hours were chosen because they are never below the day's own count, so the warning is never late, and they need no clock arithmetic that is wrong for an hour around midnight. The price: it can speak for calls of yesterday evening.",
          confirm: ["Naver's developer console shows what Naver counted today."],
          act: [
            'Find the endpoint that grew, and whether a scraper repeats failed calls without end.',
            'Put off enrichment that can wait, or ask Naver for more and set `monitoring.naver.dailyQuota`.',
          ],
        },
        ko: {
          means:
            '최근 24시간의 호출 수를 하루 할당량과 비교합니다. 네이버는 서울 기준 하루로 세지만, 24시간 이동 합은 그날의 호출 수보다 작을 수 없어 경고가 늦지 않고 자정 전후의 시각 계산 오류도 없으므로 이쪽을 택했습니다. 대신 어제 저녁의 호출 때문에 울릴 수 있습니다.',
          confirm: ['네이버 개발자 센터에서 오늘 집계된 호출 수를 확인합니다.'],
          act: [
            '호출이 늘어난 엔드포인트를 찾고, 실패한 호출을 끝없이 반복하는 스크레이퍼가 있는지 봅니다.',
            '급하지 않은 보강을 미루거나, 할당량을 늘려 받고 `monitoring.naver.dailyQuota`를 고칩니다.',
          ],
        },
      },
    },
  ];
}
