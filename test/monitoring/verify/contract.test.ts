import { describe, expect, it } from '@jest/globals';
import { contractSection } from '../../../monitoring/verify/contract';
import type { Evidence } from '../../../monitoring/verify/evidence';
import { scrapeConfigs } from '../../../monitoring/verify/relabel';
import { CONFIGURATION, found, healthy, jobWith, without } from './healthy';

describe('metrics of the contract', () => {
  const absent = (metric: string, evidence: Evidence = healthy) =>
    found(contractSection(without(evidence, ({ name }) => name.startsWith(metric))), metric);

  it('say how many series there are, and from where', () => {
    expect(found(contractSection(healthy), 'reviewmaps_ledger_lease_held').text).toBe(
      '4 series from reviewmaps-collect, reviewmaps-scraper',
    );
  });

  it.each([
    ['reviewmaps_probe_failure_reason', 'no probe fails'],
    ['reviewmaps_enrichment_duration_seconds', 'no scraper run has reported one yet'],
    ['reviewmaps_fold_rejected_series_total', 'nothing was rejected'],
  ])('%s is rightly absent', (metric, text) => {
    expect(absent(metric)).toMatchObject({ status: 'empty', text });
  });

  it.each([
    ['reviewmaps_service_up', 'the job probe pushes, but not this'],
    ['reviewmaps_table_size_bytes', 'the job collect pushes, but not this'],
  ])('%s must be there when its job pushes', (metric, text) => {
    expect(absent(metric)).toMatchObject({ status: 'fail', text });
  });

  it('names the part of the job that failed', () => {
    const failing = jobWith(healthy, 'collect', { failures: ['collector tables/campaign'] });
    expect(absent('reviewmaps_table_size_bytes', failing)).toMatchObject({
      status: 'fail',
      text: 'its job failed in part: collector tables/campaign',
    });
    // Absent for a reason that is no reason while the job fails.
    expect(absent('reviewmaps_campaign_active_total', failing).status).toBe('fail');
  });

  it('is not judged when its job does not push', () => {
    const dead = jobWith(healthy, 'probe', { pushAge: 4_000 });
    expect(absent('reviewmaps_service_up', dead)).toMatchObject({
      status: 'skip',
      text: 'needs: the job probe',
    });
  });

  it('is empty when its job is not deployed', () => {
    const settings = { ...healthy.settings, jobs: ['collect', 'probe'] as const };
    expect(absent('reviewmaps_fold_groups_read', { ...healthy, settings }).status).toBe('empty');
  });

  it('that the gateway has and Prometheus has not shows that the scrape drops it', () => {
    const labels = { job: 'reviewmaps-probe', app: healthy.app };
    const group = { labels, pushedAt: 1, lastPushSuccessful: true, families: { reviewmaps_service_up: [] } };
    const gateway = { now: 1, groups: [group] };
    const seen = jobWith({ ...healthy, gateway }, 'probe', { pushedAt: 1 });
    expect(absent('reviewmaps_service_up', seen)).toMatchObject({
      status: 'fail',
      text: 'what the job probe pushed of it is at the gateway and not in Prometheus',
    });
    // Prometheus has seen another push than the gateway has now.
    const before = jobWith({ ...healthy, gateway }, 'probe', { pushedAt: 0.5 });
    expect(absent('reviewmaps_service_up', before).text).toBe('the job probe pushes, but not this');
  });

  it('that Django has too is missed all the same, where the gateway has that of a job', () => {
    const metric = 'reviewmaps_naver_api_calls_total';
    const labels = { job: 'reviewmaps-scraper', app: healthy.app };
    const group = { labels, pushedAt: 1, lastPushSuccessful: true, families: { [metric]: [] } };
    const evidence = jobWith({ ...healthy, gateway: { now: 1, groups: [group] } }, 'fold', { pushedAt: 1 });
    expect(found(contractSection(evidence), metric).status).toBe('ok');
    const dropped = without(evidence, ({ name, job }) => name === metric && job !== 'django');
    expect(found(contractSection(dropped), metric)).toMatchObject({
      status: 'fail',
      text: 'what the job fold pushed of it is at the gateway and not in Prometheus',
    });
  });

  it('that the scrape drops is not taken for rightly absent', () => {
    const config = CONFIGURATION.replace(
      'action: drop',
      'action: drop\n      - source_labels: [__name__]\n        regex: reviewmaps_(campaign_active|enrichment).*\n        action: drop',
    );
    const evidence = { ...healthy, scrape: scrapeConfigs(config) };
    expect(absent('reviewmaps_campaign_active_total', evidence)).toMatchObject({
      status: 'fail',
      text: 'the scrape drops or renames reviewmaps_campaign_active_total',
    });
    expect(absent('reviewmaps_enrichment_duration_seconds', evidence).text).toContain('_seconds_bucket');
    expect(absent('reviewmaps_scraper_runs_silent_total', evidence).status).toBe('empty');
  });

  it('is not taken for dropped where the scrape keeps what its target has', () => {
    const config = CONFIGURATION.replace(
      'action: drop',
      'action: drop\n      - source_labels: [namespace]\n        regex: monitoring\n        action: keep',
    );
    const targets = healthy.targets.map((one) => ({
      ...one,
      labels: { ...one.labels, namespace: 'monitoring' },
    }));
    const evidence = { ...healthy, targets, scrape: scrapeConfigs(config) };
    expect(absent('reviewmaps_probe_failure_reason', evidence).status).toBe('empty');
  });

  it('without a label, or with one that was moved aside, tells its series apart no more', () => {
    const metric = 'reviewmaps_campaign_active_total';
    const cut = found(contractSection({ ...healthy, withoutLabel: new Set([metric]) }), metric);
    expect(cut).toMatchObject({ status: 'fail', text: 'is stored without a label of its own (region)' });
    const aside = found(contractSection({ ...healthy, labelAside: new Set([metric]) }), metric);
    expect(aside).toMatchObject({ status: 'fail', text: expect.stringContaining('exported_') });
  });

  it('a histogram without its buckets is wrong', () => {
    const cut = without(healthy, ({ name }) => name === 'reviewmaps_naver_api_duration_seconds_bucket');
    expect(found(contractSection(cut), 'reviewmaps_naver_api_duration_seconds')).toMatchObject({
      status: 'fail',
      text: 'without reviewmaps_naver_api_duration_seconds_bucket',
    });
  });

  it('of a job whose label was moved aside does not count: nothing reads it so', () => {
    const name = 'reviewmaps_service_up';
    const stock = healthy.stock.map((one) =>
      one.name === name ? { ...one, job: 'pushgateway', exportedJob: one.job } : one,
    );
    const evidence = jobWith({ ...healthy, stock }, 'probe', { pushAge: undefined });
    expect(found(contractSection(evidence), name).status).toBe('skip');
  });

  it('a histogram that was made a native one is wrong', () => {
    const name = 'reviewmaps_naver_api_duration_seconds';
    const classic = without(healthy, (one) => one.name.startsWith(name));
    const native = { name, job: 'reviewmaps-scraper', app: healthy.app, exportedJob: '', count: 1 };
    const section = contractSection({ ...classic, stock: [...classic.stock, native] });
    expect(found(section, name)).toMatchObject({ status: 'fail', text: expect.stringContaining('native') });
  });

  it('of another application is named, and does not count', () => {
    const other = { ...healthy, stock: healthy.stock.map((one) => ({ ...one, app: 'other' })) };
    expect(found(contractSection(other), 'reviewmaps_service_up').text).toContain('app="other" has it');
  });
});
