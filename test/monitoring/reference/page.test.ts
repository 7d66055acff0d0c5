import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { families } from '../../../monitoring/reference/families';
import { labels } from '../../../monitoring/reference/labels';
import { inMarkdown } from '../../../monitoring/reference/metric';
import { others } from '../../../monitoring/reference/others';
import { referencePage } from '../../../monitoring/reference/page';
import { readersOf, recordsFrom, rules } from '../../../monitoring/reference/readers';
import { thresholds } from '../../../monitoring/reference/thresholds';
import { isAlert } from '../../../monitoring/rules/definition';
import { seriesNames } from '../../../monitoring/rules/names';
import { userConfig } from '../../../src/config/schema';
import { catalog, definitionOf, isMetric, RUN_MARKS } from '../../../src/metrics/catalog';
import { brokenLinks, difference } from '../../docs/checks';
import { keysOf } from '../../docs/keys';
import { parsePage } from '../../docs/markdown';
import { readText } from '../../docs/project';
import { PATH, queries, sections } from './sections';

const source = readFileSync(PATH, 'utf8');
const page = referencePage(source);
const parsed = parsePage(page);
const names = Object.keys(catalog).filter(isMetric);

describe('docs/metrics.md', () => {
  it('has every metric of the catalog once, and no other', () => {
    const members = families.flatMap(({ metrics }) => metrics);
    expect(difference(members, names)).toEqual([]);
    const titles = parsed.headings.map(({ title }) => title);
    for (const name of names) expect(titles.filter((title) => title === `\`${name}\``)).toHaveLength(1);
  });

  it('lists them all in its contents, by the families that are its headings', () => {
    const contents = sections(page).find(({ title }) => title === 'Contents')?.text ?? '';
    for (const name of names) expect(contents).toContain(`](#${name})`);
    const listed = parsePage(contents).links.filter((link) => !link.startsWith('#reviewmaps_'));
    const headings = parsed.headings.filter(({ level, title }) => level === 2 && title !== 'Contents');
    expect(listed).toHaveLength(headings.length);
  });

  it('has links that lead somewhere', () => {
    expect(parsed.links.length).toBeGreaterThan(200);
    expect(brokenLinks(PATH, page)).toEqual([]);
  });

  it('has headings of which no two have the same anchor', () => {
    const titles = parsed.headings.map(({ title }) => title.toLowerCase());
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  it('names only metrics that exist', () => {
    const known = new Set<string>([
      ...names,
      ...Object.keys(RUN_MARKS),
      // What clients of Python push or expose.
      'reviewmaps_cleanup_deleted_rows_total',
      'reviewmaps_naver_api_rate_limit_hits_total',
      // What the page makes up to show how a metric is added, and the Python package.
      'reviewmaps_reviews_pending',
      'reviewmaps_monitoring',
    ]);
    const named = [...parsed.prose.matchAll(/(?<![\w/#.])reviewmaps_[a-z0-9_]*[a-z0-9]/g)].map(
      ([name]) => name,
    );
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });

  it('is the same when it is generated again', () => {
    expect(referencePage(page)).toBe(page);
  });

  it('keeps what is written by hand', () => {
    const prose = (text: string) => text.replaceAll(/(<!-- .*? written by .*?-->).*?(<!-- end of)/gs, '$1$2');
    expect(prose(page)).toBe(prose(source));
    expect(prose(page)).toContain('## Tuning thresholds');
  });
});

describe.each(names)('%s', (name) => {
  const section = sections(page).find(({ title }) => title === `\`${name}\``)?.text ?? '';
  const { help, labels: own, buckets } = definitionOf(name);

  it('says what it means, what 0 and absence mean, and what its labels are', () => {
    expect(section).toContain(inMarkdown(help));
    expect(inMarkdown(help).replaceAll('`', '')).toBe(help);
    for (const fact of ['Type', 'Labels', 'From', '0', 'Absent', 'Panels', 'Alerts']) {
      expect(section).toMatch(new RegExp(`^- \\*\\*${fact}:\\*\\* .*\\S`, 'm'));
    }
    for (const label of own) expect(section).toContain(`[\`${label}\`](#${label})`);
    if (buckets !== undefined) expect(section).toContain(`- **Bounds:** ${buckets.join(', ')} (seconds). `);
  });

  it('has an example query that reads it', () => {
    const read = queries(section).flatMap((query) => seriesNames(query));
    expect(read.map((series) => series.replace(/_(bucket|sum|count)$/, ''))).toContain(name);
  });
});

describe('the labels', () => {
  const valuesOf = (label: keyof typeof labels, metric = '') =>
    Object.keys(labels[label].values ?? labels[label].valuesOf?.[metric] ?? {});
  const inSource = (path: string, list: RegExp, item: RegExp) =>
    [...(list.exec(readText(path))?.[1] ?? '').matchAll(item)].map(([, value = '']) => value);

  it('are explained each, in a section of its own', () => {
    for (const label of new Set(names.flatMap((name) => definitionOf(name).labels))) {
      const section = sections(page).find(({ title }) => title === `\`${label}\``)?.text ?? '';
      expect(section.length).toBeGreaterThan(40);
    }
  });

  it('have the states that the collector always reports', () => {
    const states = inSource('src/collectors/connections.ts', /const STATES = \[(.*?)\]/s, /'([^'\n]+)',/g);
    expect(states.length).toBeGreaterThan(3);
    expect(difference(valuesOf('state'), states)).toEqual([]);
  });

  it('have the steps of fold, in their order', () => {
    const steps = inSource('src/jobs/fold.ts', /(.*)/s, /steps\.run\('(\w+)'/g);
    expect(valuesOf('step')).toEqual(steps);
  });

  it('have the reasons that the ledger adds, and each is in the HELP text of its metric', () => {
    for (const metric of [
      'reviewmaps_fold_rejected_series_total',
      'reviewmaps_fold_rejected_groups_total',
    ] as const) {
      const reasons = valuesOf('reason', metric);
      expect(reasons.length).toBeGreaterThan(2);
      for (const reason of reasons) expect(definitionOf(metric).help).toMatch(new RegExp(`\\b${reason}\\b`));
      const said = /(?::|by reason)(.*)/s.exec(definitionOf(metric).help)?.[1] ?? '';
      const words = [...said.matchAll(/\b[a-z]+_[a-z]+\b/g)].map(([word]) => word);
      expect(words.filter((word) => !reasons.includes(word))).toEqual([]);
    }
  });

  it('have values that fold accepts', () => {
    const pattern = (label: string) => {
      const [, body = ''] = new RegExp(` ${label}: /(.*)/,`).exec(readText('src/fold/series.ts')) ?? [];
      return new RegExp(body);
    };
    for (const value of valuesOf('status')) expect(value).toMatch(pattern('status'));
    expect('unheard').not.toMatch(pattern('status'));
    for (const value of ['100', '599', 'timeout', 'error']) {
      expect(value).toMatch(pattern('status_code'));
      expect(valuesOf('status_code').join(' ')).toContain(value);
    }
  });
});

describe('who reads a metric', () => {
  const alertsOf = (name: string) => readersOf(name).alerts.map(({ alert }) => alert);

  it('is found in alerts, panels and recording rules, a histogram by its parts', () => {
    expect(alertsOf('reviewmaps_campaign_active_total')).toEqual(['ReviewMapsRegionEmpty']);
    expect(recordsFrom('reviewmaps_campaign_active_total').map(({ record }) => record)).toEqual([
      'reviewmaps:campaigns_active:sum',
    ]);
    expect(alertsOf('reviewmaps:campaigns_active:sum')).toEqual(['ReviewMapsCampaignsDropped']);
    expect(readersOf('reviewmaps_naver_api_duration_seconds').panels.map(({ title }) => title)).toEqual([
      'Naver API response time P95',
    ]);
  });

  it('goes on through recording rules that rest on recording rules', () => {
    expect(recordsFrom('reviewmaps_naver_api_calls_total').map(({ record }) => record)).toEqual([
      'reviewmaps:naver_calls:increase24h',
      'reviewmaps:naver_quota_used:ratio24h',
    ]);
  });

  it('is not whoever only takes its 0 from it', () => {
    expect(readersOf('reviewmaps_job_success').panels.map(({ title }) => title)).toEqual([
      'Runs of the jobs',
    ]);
  });

  it('is everybody: no alert and no recording rule is left out', () => {
    const known = [
      ...names,
      ...Object.keys(others),
      ...rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])),
    ];
    const readers = new Set(
      known
        .map(readersOf)
        .flatMap(({ alerts, records }) => [
          ...alerts.map(({ alert }) => alert),
          ...records.map(({ record }) => record),
        ]),
    );
    const all = rules
      .filter(({ expr }) => seriesNames(expr.text).length > 0)
      .map((rule) => (isAlert(rule) ? rule.alert : rule.record));
    expect(all.filter((rule) => !readers.has(rule))).toEqual([]);
  });
});

describe('the thresholds', () => {
  it('are the settings of the section monitoring, without addresses', () => {
    const keys = keysOf(userConfig).filter((key) => /^monitoring\.(?!runbooks|grafana)/.test(key));
    expect(keys.length).toBeGreaterThan(10);
    expect(
      difference(
        thresholds().map(({ key }) => key),
        keys,
      ),
    ).toEqual([]);
  });

  it('name the rules that they change, and each changes one', () => {
    const of = (key: string) => thresholds().find((one) => one.key === key);
    expect(of('monitoring.requests.errorRatio')).toMatchObject({
      value: '5%',
      alerts: ['ReviewMapsHighErrorRatio'],
      records: [],
    });
    expect(of('monitoring.naver.dailyQuota')?.records).toEqual(['reviewmaps:naver_quota_used:ratio24h']);
    expect(of('monitoring.staleAfterRuns')?.records).toEqual(['reviewmaps:service_up:current']);
    for (const { key, alerts, records } of thresholds()) {
      expect({ key, rules: alerts.length + records.length }).not.toEqual({ key, rules: 0 });
    }
  });
});
