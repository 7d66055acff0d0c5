import { describe, expect, it } from '@jest/globals';
import type { Evidence } from '../../../monitoring/verify/evidence';
import { scrapeConfigs } from '../../../monitoring/verify/relabel';
import { relabellingSection } from '../../../monitoring/verify/relabelling';
import { CONFIGURATION, djangoTarget, found, healthy, silent, targetWith, unusual } from './healthy';

const withConfiguration = (text: string): Evidence => ({ ...silent, scrape: scrapeConfigs(text) });
const HITS = 'rename reviewmaps_naver_api_rate_limit_hits';
const ROWS = 'rename reviewmaps_cleanup_deleted_rows';

describe('relabelling', () => {
  it('is seen in what is stored: pushed labels that were moved aside', () => {
    const moved = {
      ...healthy,
      stock: [{ name: 'up', job: 'pushgateway', app: '', exportedJob: 'reviewmaps-probe', count: 1 }],
    };
    expect(found(relabellingSection(moved), 'honor_labels')).toMatchObject({
      status: 'fail',
      text: expect.stringContaining('exported_job'),
      fix: expect.stringContaining('honor_labels: true'),
    });
  });

  it('is seen in what is stored: series of single runs', () => {
    const finding = found(relabellingSection({ ...healthy, runSeries: 3 }), 'run dropped');
    expect(finding).toMatchObject({ status: 'fail', text: expect.stringMatching(/^3 series of single/) });
  });

  it('is seen in what is stored: names with _total', () => {
    const hits = {
      name: 'reviewmaps_naver_api_rate_limit_hits_total',
      job: 'django',
      app: healthy.app,
      exportedJob: '',
      count: 1,
    };
    const section = (app: string) =>
      relabellingSection({ ...healthy, stock: [...healthy.stock, { ...hits, app }] });
    expect(unusual(section(healthy.app))).toEqual([`fail ${HITS}`]);
    expect(unusual(section('another'))).toEqual([]);
  });

  it('who removes the label run stores the runs all the same', () => {
    const labels = { job: 'scraper', run: 'a', scraper: 's' };
    const gateway = { now: 1, groups: [{ labels, pushedAt: 1, lastPushSuccessful: true, families: {} }] };
    const changed = CONFIGURATION.replace(
      /source_labels: \[run\]\s+regex: \.\+\s+action: drop/,
      'regex: run\n        action: labeldrop',
    );
    const evidence = { ...healthy, gateway, scrape: scrapeConfigs(changed) };
    expect(unusual(relabellingSection(evidence))).toEqual(['fail run dropped']);
  });

  it('one of two scrape configurations that does not do it is enough', () => {
    const second = { ...djangoTarget('10.0.0.9', healthy.app, 'up'), scrapePool: 'canary' };
    const configuration = `${CONFIGURATION}  - job_name: canary\n`;
    const evidence = { ...withConfiguration(configuration), targets: [...healthy.targets, second] };
    expect(unusual(relabellingSection(evidence))).toEqual([`fail ${HITS}`, `fail ${ROWS}`]);
  });

  it('is proven by groups of runs at the gateway of which nothing is stored', () => {
    const labels = { job: 'scraper', run: 'a', scraper: 's' };
    const gateway = { now: 1, groups: [{ labels, pushedAt: 1, lastPushSuccessful: true, families: {} }] };
    expect(found(relabellingSection({ ...healthy, gateway }), 'run dropped').text).toContain(
      'wait at the gateway (1)',
    );
  });

  it('before there are series, the configuration of Prometheus tells', () => {
    expect(unusual(relabellingSection(silent))).toEqual([]);
    expect(found(relabellingSection(silent), HITS).text).toBe('configured; Django counted none yet');
  });

  it.each([
    ['honor_labels', 'honor_labels: true', 'honor_labels: false'],
    ['run dropped', 'action: drop', 'action: keep'],
    ['run dropped', 'source_labels: [run]', 'source_labels: [runs]'],
    [HITS, '(reviewmaps_naver_api_rate_limit_hits|', '('],
    [ROWS, '|reviewmaps_cleanup_deleted_rows)', ')'],
  ])('a configuration without it: %s', (name, written, changed) => {
    expect(CONFIGURATION).toContain(written);
    const section = relabellingSection(withConfiguration(CONFIGURATION.replace(written, changed)));
    expect(unusual(section)).toEqual([`fail ${name}`]);
    expect(found(section, name).text).toBe('is not configured');
  });

  it('a counter that is always there and nowhere stored is lost, whatever the configuration seems to do', () => {
    const { families } = healthy;
    const section = relabellingSection({ ...silent, families });
    expect(unusual(section)).toEqual([`fail ${HITS}`]);
    expect(found(section, HITS).text).toContain('under no name that is read');
    expect(unusual(relabellingSection({ ...silent, families, scrape: undefined }))).toContain(`fail ${HITS}`);
  });

  it('without series and without a configuration nothing is claimed', () => {
    const section = relabellingSection({ ...silent, scrape: undefined });
    expect(unusual(section)).toEqual([
      'empty honor_labels',
      'empty run dropped',
      `empty ${HITS}`,
      `empty ${ROWS}`,
    ]);
  });

  it.each([
    ['no label app', undefined, 'its targets have no label app, by which everything selects'],
    ['another app', 'web', 'its targets have app="web", none has "reviewmaps-server"'],
  ])("Django's targets with %s are wrong", (_, app, text) => {
    const labels = { job: 'django', instance: 'x', ...(app === undefined ? {} : { app }) };
    expect(found(relabellingSection(targetWith('django', { labels })), 'app of Django')).toMatchObject({
      status: 'fail',
      text,
    });
  });

  it('of what is not scraped nothing is said', () => {
    const nothing = { ...silent, targets: [] };
    expect(new Set(relabellingSection(nothing).findings.map(({ status }) => status))).toEqual(
      new Set(['skip']),
    );
  });
});
