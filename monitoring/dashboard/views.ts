import type { Language, Panel } from './definition';
import { lines, styleOverride } from './lines';
import { columnOverride, tableTransformations } from './tables';
import { thresholds } from './thresholds';

/** `palette-classic` gives every series a colour, `thresholds` colours by value. */
type ColourMode =
  | { readonly mode: 'palette-classic' | 'thresholds' }
  | { readonly mode: 'fixed'; readonly fixedColor: string };

/** How a panel is drawn, in the words of Grafana's panel plugins. */
export interface Drawing {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Of each field, as far as the plugin adds something of its own. */
  readonly custom?: Readonly<Record<string, unknown>>;
  readonly colour: ColourMode;
  readonly overrides?: readonly unknown[];
  readonly transformations?: readonly unknown[];
  /** One moment instead of the time range. */
  readonly instant: boolean;
  readonly format: 'time_series' | 'table';
}

const LEGEND = { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] };
const LEGENDS = {
  below: { ...LEGEND, calcs: ['lastNotNull', 'max'] },
  right: { ...LEGEND, displayMode: 'table', placement: 'right', calcs: ['lastNotNull'] },
};
const TOOLTIP = { mode: 'multi', sort: 'desc' };
/** The last value that is one: what a panel of a single number shows. */
const LATEST = { calcs: ['lastNotNull'], fields: '', values: false };

const PALETTE: ColourMode = { mode: 'palette-classic' };
const BY_VALUE: ColourMode = { mode: 'thresholds' };

export function draw(panel: Panel, language: Language): Drawing {
  const { view } = panel;
  switch (view.kind) {
    case 'timeseries':
      return {
        type: 'timeseries',
        options: { legend: LEGENDS[view.legend ?? 'below'], tooltip: TOOLTIP },
        custom: lines({
          stacked: view.stacked === true,
          bars: view.bars === true,
          limited: panel.thresholds !== undefined,
          softMax: view.softMax,
        }),
        colour: PALETTE,
        overrides: (view.styles ?? []).map((style) => styleOverride(style, language)),
        instant: false,
        format: 'time_series',
      };
    case 'state-timeline':
      return {
        type: 'state-timeline',
        options: {
          legend: { ...LEGEND, showLegend: false },
          tooltip: TOOLTIP,
          mergeValues: true,
          showValue: 'auto',
          alignValue: 'left',
          rowHeight: 0.9,
        },
        custom: { fillOpacity: 70, lineWidth: 0 },
        colour: BY_VALUE,
        instant: false,
        format: 'time_series',
      };
    case 'stat':
      return {
        type: 'stat',
        options: {
          colorMode: panel.thresholds === undefined ? 'value' : 'background',
          graphMode: view.sparkline === true ? 'area' : 'none',
          justifyMode: 'auto',
          orientation: 'auto',
          reduceOptions: LATEST,
          textMode: 'value_and_name',
          wideLayout: true,
        },
        colour: BY_VALUE,
        overrides: (view.ownThresholds ?? []).map(({ legend, thresholds: own }) => ({
          matcher: { id: 'byName', options: legend },
          properties: [{ id: 'thresholds', value: thresholds(own) }],
        })),
        instant: view.sparkline !== true,
        format: 'time_series',
      };
    case 'gauge':
      return {
        type: 'gauge',
        options: {
          orientation: 'auto',
          reduceOptions: LATEST,
          showThresholdLabels: false,
          showThresholdMarkers: true,
        },
        colour: BY_VALUE,
        instant: true,
        format: 'time_series',
      };
    case 'bargauge':
      return {
        type: 'bargauge',
        options: {
          displayMode: 'basic',
          // Else one bar is as high as the panel.
          maxVizHeight: 48,
          minVizHeight: 16,
          minVizWidth: 8,
          namePlacement: 'auto',
          orientation: 'horizontal',
          reduceOptions: LATEST,
          showUnfilled: true,
          sizing: 'manual',
          text: { titleSize: 13, valueSize: 18 },
          valueMode: 'color',
        },
        colour: view.colour === undefined ? BY_VALUE : { mode: 'fixed', fixedColor: view.colour },
        instant: true,
        format: 'time_series',
      };
    case 'table':
      return {
        type: 'table',
        options: {
          cellHeight: 'sm',
          showHeader: true,
          sortBy: [
            {
              displayName: view.columns[view.sortBy]?.title[language] ?? '',
              desc: view.ascending !== true,
            },
          ],
        },
        custom: { align: 'auto', cellOptions: { type: 'auto' } },
        colour: BY_VALUE,
        overrides: view.columns.map((column) => columnOverride(column, language)),
        transformations: tableTransformations(panel.queries.length, view.columns, language),
        instant: true,
        format: 'table',
      };
    case 'logs':
      return {
        type: 'logs',
        options: {
          dedupStrategy: 'none',
          enableLogDetails: true,
          prettifyLogMessage: false,
          showCommonLabels: false,
          showLabels: false,
          showTime: true,
          sortOrder: 'Descending',
          wrapLogMessage: true,
        },
        colour: PALETTE,
        instant: false,
        format: 'time_series',
      };
  }
}
