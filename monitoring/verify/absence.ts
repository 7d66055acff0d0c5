import type { MetricName } from '../../src/metrics/catalog';

const NO_RUN = 'no scraper run has reported one yet';
const NO_SCRAPER = 'no scraper run has ended yet';

/**
 * Metrics that are rightly absent at times, and when. Every other one is there after a single run of its job that did
 * all its work.
 */
export const RIGHTLY_ABSENT: Partial<Readonly<Record<MetricName, string>>> = {
  reviewmaps_campaign_active_total: 'no region had an active campaign in the last 30 days',
  reviewmaps_campaign_expired_total: 'no campaign has expired yet',
  reviewmaps_cleanup_deleted_rows:
    'no table is configured for cleanup, or no run has reported deleted rows yet',
  reviewmaps_enrichment_total: NO_RUN,
  reviewmaps_enrichment_duration_seconds: NO_RUN,
  reviewmaps_naver_api_calls_total: NO_RUN,
  reviewmaps_naver_api_duration_seconds: NO_RUN,
  reviewmaps_naver_api_rate_limit_hits: NO_RUN,
  reviewmaps_exceptions_total: 'nothing has raised yet, neither in Django nor in a scraper run',
  reviewmaps_scraper_runs_total: NO_SCRAPER,
  reviewmaps_scraper_runs_silent_total: 'no scraper run was killed',
  reviewmaps_scraper_runs_in_flight: 'no scraper has ever run',
  reviewmaps_scraper_last_run_duration_seconds: NO_SCRAPER,
  reviewmaps_scraper_last_success_timestamp_seconds: 'no scraper run has succeeded yet',
  reviewmaps_fold_rejected_series_total: 'nothing was rejected',
  reviewmaps_fold_rejected_groups_total: 'nothing was rejected',
  reviewmaps_probe_failure_reason: 'no probe fails',
  reviewmaps_probe_certificate_expiry_timestamp_seconds: 'no probe speaks TLS',
};
