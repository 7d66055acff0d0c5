import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { catalog, definitionOf, type MetricName } from '../../src/metrics/catalog';
import { exposition } from '../../src/metrics/exposition';
import type { Sample } from '../../src/metrics/sample';

const METRICS = Object.keys(catalog) as MetricName[];

/** The contract's own exceptions: two gauges end in _total, two counters do not. */
const DOCUMENTED = [
  'reviewmaps_campaign_active_total non-counter metrics should not have "_total" suffix',
  'reviewmaps_table_rows_total non-counter metrics should not have "_total" suffix',
  'reviewmaps_cleanup_deleted_rows counter metrics should have "_total" suffix',
  'reviewmaps_naver_api_rate_limit_hits counter metrics should have "_total" suffix',
];

function exampleValue(metric: MetricName): Sample['value'] {
  const { type, buckets = [] } = definitionOf(metric);
  return type === 'histogram' ? { buckets: buckets.map(() => 1), sum: 1, count: 1 } : 1;
}

const promtool = spawnSync('promtool', ['--version']).status === 0;
const withPromtool = promtool || process.env['CI'] ? it : it.skip;

describe('catalog', () => {
  it.each([
    ['reviewmaps_campaign_active_total', 'gauge', ['region']],
    ['reviewmaps_campaign_expired_total', 'counter', ['region']],
    ['reviewmaps_table_rows_total', 'gauge', ['table_name']],
    ['reviewmaps_table_size_bytes', 'gauge', ['table_name']],
    ['reviewmaps_cleanup_deleted_rows', 'counter', ['table_name']],
    ['reviewmaps_service_up', 'gauge', ['service']],
  ] as const)('keeps the contract of %s', (metric, type, labels) => {
    expect(definitionOf(metric)).toMatchObject({ type, labels });
  });

  it.each(METRICS)('says in a sentence what %s is', (metric) => {
    expect(definitionOf(metric).help).toMatch(/^(?:[A-Z]|\d).{10,}\.$/s);
  });

  it('has no label that the Pushgateway or Prometheus use themselves', () => {
    for (const metric of METRICS) {
      for (const label of definitionOf(metric).labels)
        expect(['job', 'instance', 'app', 'run', 'le']).not.toContain(label);
    }
  });

  withPromtool('passes promtool but for the documented exceptions', async () => {
    const samples: Sample[] = METRICS.map((metric) => ({
      metric,
      labels: Object.fromEntries(definitionOf(metric).labels.map((label) => [label, 'x'])),
      value: exampleValue(metric),
    }));
    const { stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await exposition(samples),
      encoding: 'utf8',
    });
    const findings = `${stdout}${stderr}`.split('\n').filter((line) => line.trim() !== '');
    expect(findings.sort()).toEqual([...DOCUMENTED].sort());
  });
});
