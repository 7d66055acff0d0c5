import {
  type Column,
  inLanguage,
  type Language,
  type Panel,
  type SeriesStyle,
  type Text,
} from './definition';

/** How a panel is drawn, in the words of Grafana's panel plugins. */
export interface Drawing {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Of each field, as far as the plugin adds something of its own. */
  readonly custom?: Readonly<Record<string, unknown>>;
  /** `palette-classic` gives every series a colour, `thresholds` colours by value. */
  readonly colour: 'palette-classic' | 'thresholds';
  readonly overrides?: readonly unknown[];
  readonly transformations?: readonly unknown[];
  /** One moment instead of the time range. */
  readonly instant: boolean;
  readonly format: 'time_series' | 'table';
}

const LEGEND = { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] };
const TOOLTIP = { mode: 'multi', sort: 'desc' };
/** The last value that is one: what a panel of a single number shows. */
const LATEST = { calcs: ['lastNotNull'], fields: '', values: false };

/** The letter that names a panel's query: A, B, … */
export function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

export function draw(panel: Panel, language: Language): Drawing {
  const { view } = panel;
  switch (view.kind) {
    case 'timeseries':
      return {
        type: 'timeseries',
        options: { legend: { ...LEGEND, calcs: ['lastNotNull', 'max'] }, tooltip: TOOLTIP },
        custom: lines(view.stacked === true, view.bars === true, panel.thresholds !== undefined),
        colour: 'palette-classic',
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
        colour: 'thresholds',
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
        colour: 'thresholds',
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
        colour: 'thresholds',
        instant: true,
        format: 'time_series',
      };
    case 'bargauge':
      return {
        type: 'bargauge',
        options: {
          displayMode: 'gradient',
          namePlacement: 'auto',
          orientation: 'horizontal',
          reduceOptions: LATEST,
          showUnfilled: true,
          valueMode: 'color',
        },
        colour: panel.thresholds === undefined ? 'palette-classic' : 'thresholds',
        instant: true,
        format: 'time_series',
      };
    case 'table':
      return {
        type: 'table',
        options: {
          cellHeight: 'sm',
          showHeader: true,
          sortBy: [{ displayName: titleOf(view.columns[view.sortBy], language), desc: true }],
        },
        custom: { align: 'auto', cellOptions: { type: 'auto' } },
        colour: 'thresholds',
        overrides: view.columns.flatMap((column) => columnOverride(column, language)),
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
        colour: 'palette-classic',
        instant: false,
        format: 'time_series',
      };
  }
}

function lines(stacked: boolean, bars: boolean, limited: boolean) {
  return {
    drawStyle: bars ? 'bars' : 'line',
    fillOpacity: bars ? 80 : stacked ? 30 : 10,
    lineWidth: 1,
    showPoints: 'never',
    spanNulls: false,
    stacking: { group: 'A', mode: stacked ? 'normal' : 'none' },
    thresholdsStyle: { mode: limited ? 'dashed' : 'off' },
  };
}

function styleOverride({ legend, colour, dashed }: SeriesStyle, language: Language) {
  const line = [
    { id: 'custom.lineStyle', value: { dash: [10, 10], fill: 'dash' } },
    { id: 'custom.fillOpacity', value: 0 },
    // A limit is beside what it limits, not on top of it.
    { id: 'custom.stacking', value: { group: 'A', mode: 'none' } },
  ];
  return {
    matcher: { id: 'byRegexp', options: inLanguage(legend, language) },
    properties: [
      { id: 'color', value: { fixedColor: colour, mode: 'fixed' } },
      ...(dashed === true ? line : []),
    ],
  };
}

function titleOf(column: Column | undefined, language: Language): string {
  return column?.title[language] ?? '';
}

/** What Grafana calls the column after several queries are merged; with one query it has no letter. */
function fieldName({ field }: Column, queries: number): string {
  if (typeof field === 'string') return field;
  return queries === 1 ? 'Value' : `Value #${refId(field.query)}`;
}

function columnOverride({ field, title, link }: Column, language: Language) {
  const properties = [
    ...(typeof field === 'string' ? [] : [{ id: 'unit', value: field.unit }]),
    ...(link === undefined
      ? []
      : [{ id: 'links', value: [{ title: link.title[language], url: link.url, targetBlank: true }] }]),
  ];
  return properties.length === 0 ? [] : [{ matcher: { id: 'byName', options: title[language] }, properties }];
}

/** One row for each label set, the columns in their order and by their names; the time of the query says nothing. */
function tableTransformations(queries: number, columns: readonly Column[], language: Language) {
  const names = columns.map((column) => fieldName(column, queries));
  const titles: (readonly [string, Text])[] = columns.map((column, index) => [
    names[index] ?? '',
    column.title,
  ]);
  return [
    ...(queries > 1 ? [{ id: 'merge', options: {} }] : []),
    {
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
        renameByName: Object.fromEntries(titles.map(([name, title]) => [name, title[language]])),
      },
    },
  ];
}
