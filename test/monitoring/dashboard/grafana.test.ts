import { describe, expect, it } from '@jest/globals';
import * as v from 'valibot';
import { rows } from '../../../monitoring/dashboard/dashboard';
import { place } from '../../../monitoring/dashboard/layout';
import { DASHBOARD_UID, settings } from '../../../monitoring/settings';
import { type ClassicDashboard, classicDashboard } from './classic-schema';
import { files } from './files';

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

const overlap = (a: Box, b: Box) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

function overlapping(boxes: readonly Box[]): (readonly [Box, Box])[] {
  return boxes.flatMap((one, index) =>
    boxes.slice(index + 1).flatMap((other) => (overlap(one, other) ? [[one, other] as const] : [])),
  );
}

const ORGANIZED = v.object({ renameByName: v.record(v.string(), v.string()) });
const STACKED = v.object({ mode: v.literal('normal') });

const dashboards = files.filter(([path]) => path.endsWith('.json'));
const parsed = (content: string): ClassicDashboard => v.parse(classicDashboard, JSON.parse(content));
const panelsOf = (dashboard: ClassicDashboard) =>
  dashboard.panels.flatMap((panel) => (panel.type === 'row' ? [] : [panel]));

describe.each(dashboards)('%s', (_path, content) => {
  const dashboard = parsed(content);

  it('has each id once, and five rows', () => {
    const ids = dashboard.panels.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(dashboard.panels.filter(({ type }) => type === 'row')).toHaveLength(5);
  });

  it('fits into the grid without overlaps or gaps', () => {
    const boxes = dashboard.panels.map(({ gridPos }) => gridPos);
    expect(boxes.filter(({ x, w }) => x + w > 24)).toEqual([]);
    expect(overlapping(boxes)).toEqual([]);
    const bottom = Math.max(...boxes.map(({ y, h }) => y + h));
    expect(boxes.reduce((area, { w, h }) => area + w * h, 0)).toBe(24 * bottom);
  });

  it("has each query's letter once in its panel, and asks the panel's data source", () => {
    for (const { targets, datasource } of panelsOf(dashboard)) {
      expect(targets.map(({ refId }) => refId)).toEqual(['A', 'B', 'C', 'D', 'E'].slice(0, targets.length));
      expect(new Set(targets.map((target) => JSON.stringify(target.datasource)))).toEqual(
        new Set([JSON.stringify(datasource)]),
      );
    }
  });

  it('reduces to the latest value wherever it shows one number', () => {
    const reduced = panelsOf(dashboard).filter(({ type }) => ['stat', 'gauge', 'bargauge'].includes(type));
    expect(reduced.length).toBeGreaterThan(5);
    for (const { options } of reduced)
      expect(options['reduceOptions']).toMatchObject({ calcs: ['lastNotNull'] });
  });

  it('gives queries of what jobs push their step, which $__rate_interval is four of, and bars to the panel alone', () => {
    const stepped = panelsOf(dashboard).filter(({ interval }) => interval !== undefined);
    expect(stepped.length).toBeGreaterThan(5);
    for (const { interval, fieldConfig, targets } of stepped) {
      const bars = fieldConfig.defaults.custom?.['drawStyle'] === 'bars';
      expect(targets.map((target) => target.interval)).toEqual(
        targets.map(() => (bars ? undefined : interval)),
      );
    }
    expect(stepped.map(({ fieldConfig }) => fieldConfig.defaults.custom?.['drawStyle'])).toContain('bars');
  });

  it('colours the absence of a value as something unknown, and not as the lowest value', () => {
    const values = panelsOf(dashboard).filter(({ type }) => ['stat', 'gauge', 'bargauge'].includes(type));
    for (const { fieldConfig } of values) {
      const { mappings, noValue: text } = fieldConfig.defaults;
      expect(mappings.at(-1)).toMatchObject({
        type: 'special',
        options: { match: 'null+nan', result: { color: 'purple', index: expect.any(Number), text } },
      });
    }
  });

  it('has bars of which one does not fill its panel', () => {
    const bars = panelsOf(dashboard).filter(({ type }) => type === 'bargauge');
    expect(bars.length).toBeGreaterThan(3);
    for (const { options } of bars)
      expect(options).toMatchObject({ displayMode: 'basic', sizing: 'manual', maxVizHeight: 48 });
  });

  it('keeps what an empty table says out of its cells', () => {
    const tables = panelsOf(dashboard).filter(({ type }) => type === 'table');
    expect(tables.length).toBeGreaterThan(2);
    for (const { transformations = [], fieldConfig } of tables) {
      const { renameByName } = v.parse(ORGANIZED, transformations.at(-1)?.options);
      const dashed = fieldConfig.overrides.filter(({ properties }) =>
        properties.some(({ id, value }) => id === 'noValue' && value === '–'),
      );
      expect(dashed.map(({ matcher }) => matcher.options)).toEqual(Object.values(renameByName));
    }
  });

  it('stacks areas without lines, and draws the limits beside them', () => {
    const stacked = panelsOf(dashboard).filter(({ fieldConfig: { defaults } }) => {
      const { stacking, drawStyle } = defaults.custom ?? {};
      return drawStyle === 'line' && v.is(STACKED, stacking);
    });
    expect(stacked.length).toBeGreaterThan(3);
    for (const { fieldConfig } of stacked)
      expect(fieldConfig.defaults.custom).toMatchObject({ lineWidth: 0, fillOpacity: 70 });
    const limits = stacked
      .flatMap(({ fieldConfig }) => fieldConfig.overrides)
      .filter(({ properties }) => properties.some(({ id }) => id === 'custom.lineStyle'));
    expect(limits.map(({ properties }) => properties)).toEqual([
      expect.arrayContaining([{ id: 'custom.lineWidth', value: 1 }]),
    ]);
  });

  it('leads from each watched panel to the runbooks', () => {
    const links = panelsOf(dashboard).flatMap((panel) => panel.links);
    expect(links.length).toBeGreaterThan(10);
    for (const { title, url } of links) {
      expect(url).toBe(`${settings.runbooksUrl}/${title.replace('Runbook: ', '')}.md`);
    }
  });

  it('leads from each alert that fires to its runbook', () => {
    const links = panelsOf(dashboard).flatMap(({ fieldConfig }) =>
      fieldConfig.overrides.flatMap(({ properties }) => properties.filter(({ id }) => id === 'links')),
    );
    const url = `${settings.runbooksUrl}/\${__value.raw}.md`;
    expect(links).toEqual([{ id: 'links', value: [expect.objectContaining({ url, targetBlank: true })] }]);
  });

  it("offers the bounds of django-prometheus's histogram as limits, and 1.0 unless the settings differ", () => {
    const [, , threshold] = dashboard.templating.list;
    expect(threshold.options.map(({ value }) => value)).toEqual(
      '0.01 0.025 0.05 0.075 0.1 0.25 0.5 0.75 1.0 2.5 5.0 7.5 10.0 25.0 50.0 75.0'.split(' '),
    );
    expect(Number(threshold.current.value)).toBe(settings.slowRequestSeconds);
    expect(threshold.options.filter(({ selected }) => selected)).toEqual([threshold.current]);
  });
});

describe('the two languages', () => {
  const [ko, en] = dashboards.map(([, content]) => parsed(content));
  if (ko === undefined || en === undefined) throw new Error('there are not two dashboards');

  it('ask the same, at the same places', () => {
    const shape = (dashboard: ClassicDashboard) =>
      panelsOf(dashboard).map(({ id, gridPos, type, targets, fieldConfig }) => ({
        id,
        gridPos,
        type,
        unit: fieldConfig.defaults.unit.replace(/^suffix: .*/, 'suffix'),
        expressions: targets.map(({ expr }) => expr),
      }));
    expect(shape(en)).toEqual(shape(ko));
  });

  it('are two dashboards that lead to each other; alerts link to the Korean one', () => {
    expect(ko.uid).toBe(DASHBOARD_UID);
    expect(ko.links.map(({ url }) => url)).toEqual([`/d/${en.uid}`]);
    expect(en.links.map(({ url }) => url)).toEqual([`/d/${ko.uid}`]);
  });

  it('are Korean and English', () => {
    expect(JSON.stringify({ ...en, links: [] }).match(/[가-힣]+/g)).toBeNull();
    expect(panelsOf(ko).filter(({ description }) => !/[가-힣]/.test(description))).toEqual([]);
  });
});

describe('the checks of this file', () => {
  it('find panels that overlap', () => {
    const box = { x: 0, y: 0, w: 12, h: 8 };
    expect(overlapping([box, { ...box, x: 11 }])).toHaveLength(1);
    expect(overlapping([box, { ...box, x: 12 }, { ...box, y: 8 }])).toEqual([]);
  });

  it('find keys that Grafana does not have', () => {
    for (const [, content] of dashboards) {
      expect(v.safeParse(classicDashboard, { ...parsed(content), panel: [] }).success).toBe(false);
    }
  });
});

describe('place', () => {
  it('begins a line below the tallest panel of the line before, and a row below its heading', () => {
    const [panel] = rows.flatMap((row) => row.panels);
    if (panel === undefined) throw new Error('no panels');
    const sized = (width: number, height: number) => ({ ...panel, width, height });
    const row = { title: { ko: '줄', en: 'row' }, panels: [sized(12, 4), sized(8, 6), sized(5, 3)] };
    expect(place([row, { ...row, panels: [] }])).toEqual([
      {
        position: { x: 0, y: 0, w: 24, h: 1 },
        panels: [
          { x: 0, y: 1, w: 12, h: 4 },
          { x: 12, y: 1, w: 8, h: 6 },
          { x: 0, y: 7, w: 5, h: 3 },
        ],
      },
      { position: { x: 0, y: 10, w: 24, h: 1 }, panels: [] },
    ]);
  });
});
