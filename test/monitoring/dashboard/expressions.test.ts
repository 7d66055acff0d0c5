import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { rows } from '../../../monitoring/dashboard/dashboard';
import {
  DEFAULT_VALUES,
  everyValue,
  rateIntervalSeconds,
  seriesIn,
  substitute,
} from '../../../monitoring/dashboard/expressions';
import { THRESHOLDS } from '../../../monitoring/dashboard/variables';
import { isInstalled } from '../../servers/prometheus';

const CI = process.env['CI'] !== undefined && process.env['CI'] !== 'false' && process.env['CI'] !== '';
const describePromtool = isInstalled('promtool') || CI ? describe : describe.skip;
const expressions = rows
  .flatMap(({ panels }) => panels.filter(({ view }) => view.kind !== 'logs'))
  .flatMap(({ queries }) => queries.map(({ expr }) => expr));

async function check(written: readonly string[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'reviewmaps-promtool-'));
  try {
    const file = path.join(folder, 'rules.yml');
    const rules = written.map((expr, index) => ({ record: `panel:query_${index}`, expr }));
    await writeFile(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
    const { stdout } = await promisify(execFile)('promtool', ['check', 'rules', file]);
    return stdout;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('the variables', () => {
  it('are replaced by their values', () => {
    const expr = 'rate(x{app=~"$application",le="$threshold"}[$__rate_interval]) or y[$__range:]';
    expect(
      substitute(expr, { application: '(a|b)', threshold: '0.5', rateInterval: '2m', range: '1d' }),
    ).toBe('rate(x{app=~"(a|b)",le="0.5"}[2m]) or y[1d:]');
  });

  it('have to exist', () => {
    expect(() => substitute('x{app="$app"}', DEFAULT_VALUES)).toThrow('the dashboard has no variable $app');
  });

  it('are tried one by one, all together and as "All"', () => {
    expect(everyValue('x{app=~"$application"}', ['a', 'b.c'])).toEqual([
      'x{app=~"a"}',
      String.raw`x{app=~"b\\.c"}`,
      String.raw`x{app=~"(a|b\\.c)"}`,
      'x{app=~".+"}',
    ]);
    expect(everyValue('vector($threshold)', ['a', 'b'])).toEqual(
      THRESHOLDS.map((value) => `vector(${value})`),
    );
  });
});

describe('rateIntervalSeconds', () => {
  const [row] = rows;
  const [first] = row?.panels ?? [];
  if (first === undefined) throw new Error('there is a panel');
  const { minStepSeconds: _step, ...panel } = first;
  const bars = { ...panel, view: { kind: 'timeseries', bars: true } } as const;
  const line = { ...panel, view: { kind: 'timeseries' } } as const;

  it('is four scrapes, and four steps of what changes less often', () => {
    expect(rateIntervalSeconds(line, 15)).toBe(60);
    expect(rateIntervalSeconds({ ...line, minStepSeconds: 60 }, 15)).toBe(240);
  });

  it('is a step and a scrape of bars, so that each has its own events', () => {
    expect(rateIntervalSeconds({ ...bars, minStepSeconds: 60 }, 15)).toBe(75);
    expect(rateIntervalSeconds({ ...bars, minStepSeconds: 20 }, 15)).toBe(60);
    expect(rateIntervalSeconds({ ...bars, minStepSeconds: 60 }, 0.5)).toBe(61);
  });
});

describe('seriesIn', () => {
  it('names what is read, and neither functions nor labels', () => {
    const expr =
      'sum by (app, le) (rate(a_bucket{app=~"$application",x="y{z}"}[$__rate_interval])) * on (app) group_left (exact) count_values by (app) ("exact", r:b:sum) unless last_over_time(c[1d] offset $__range) or vector($threshold)';
    expect(seriesIn(expr)).toEqual(['a_bucket', 'r:b:sum', 'c']);
  });
});

describePromtool('promtool', () => {
  it('accepts every query with every value of the variables', async () => {
    const written = expressions.flatMap((expr) =>
      everyValue(expr, ['reviewmaps-server', 'reviewmaps.dev+1']),
    );
    expect(written.length).toBeGreaterThan(4 * 60);
    expect(await check(written)).toContain(`${written.length} rules found`);
  });

  it('is really asked', async () => {
    await expect(check(['sum by (app) (rate(x[5m])'])).rejects.toThrow(
      /could not parse expression|parse error/,
    );
  });
});
