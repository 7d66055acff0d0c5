import * as v from 'valibot';

/** Grafana's classic dashboard schema, as far as the dashboards use it: a misspelled key is a problem. */

const text = v.pipe(v.string(), v.nonEmpty());
const datasource = v.strictObject({
  type: v.picklist(['prometheus', 'loki']),
  uid: v.pipe(v.string(), v.regex(/^\$\{(datasource|loki)\}$/)),
});
const link = v.strictObject({
  asDropdown: v.boolean(),
  icon: v.string(),
  includeVars: v.boolean(),
  keepTime: v.boolean(),
  tags: v.array(v.string()),
  targetBlank: v.boolean(),
  title: text,
  tooltip: v.string(),
  type: v.literal('link'),
  url: v.pipe(v.string(), v.regex(/^(https?:\/\/|\/d\/)/)),
});
const wholeNumber = (least: number, most: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));
const gridPos = v.strictObject({
  h: wholeNumber(1, 40),
  w: wholeNumber(1, 24),
  x: wholeNumber(0, 23),
  y: wholeNumber(0, 10_000),
});
const step = v.strictObject({ color: text, value: v.nullable(v.number()) });
const result = v.strictObject({ color: text, index: v.number(), text });
const mapping = v.variant('type', [
  v.strictObject({ type: v.literal('value'), options: v.record(v.string(), result) }),
  v.strictObject({
    type: v.literal('special'),
    options: v.strictObject({ match: v.literal('null+nan'), result }),
  }),
]);
const colour = v.variant('mode', [
  v.strictObject({ mode: v.picklist(['palette-classic', 'thresholds']) }),
  v.strictObject({ mode: v.literal('fixed'), fixedColor: text }),
]);
const override = v.strictObject({
  matcher: v.strictObject({ id: v.picklist(['byName', 'byRegexp']), options: text }),
  properties: v.array(v.strictObject({ id: text, value: v.unknown() })),
});
const target = v.strictObject({
  datasource,
  editorMode: v.literal('code'),
  expr: text,
  format: v.optional(v.picklist(['time_series', 'table'])),
  instant: v.optional(v.boolean()),
  interval: v.optional(v.pipe(v.string(), v.regex(/^\d+s$/))),
  legendFormat: text,
  queryType: v.optional(v.literal('range')),
  range: v.optional(v.boolean()),
  refId: v.pipe(v.string(), v.regex(/^[A-Z]$/)),
});
const panel = v.strictObject({
  datasource,
  description: text,
  fieldConfig: v.strictObject({
    defaults: v.strictObject({
      color: colour,
      custom: v.optional(v.record(v.string(), v.unknown())),
      decimals: v.optional(wholeNumber(0, 10)),
      mappings: v.array(mapping),
      max: v.optional(v.number()),
      min: v.optional(v.number()),
      noValue: text,
      thresholds: v.strictObject({ mode: v.literal('absolute'), steps: v.array(step) }),
      unit: text,
    }),
    overrides: v.array(override),
  }),
  gridPos,
  id: wholeNumber(1, 10_000),
  interval: v.optional(v.pipe(v.string(), v.regex(/^\d+s$/))),
  links: v.array(link),
  options: v.record(v.string(), v.unknown()),
  targets: v.pipe(v.array(target), v.nonEmpty()),
  title: text,
  transformations: v.optional(
    v.array(v.strictObject({ id: v.picklist(['merge', 'organize']), options: v.unknown() })),
  ),
  type: v.picklist(['timeseries', 'state-timeline', 'stat', 'gauge', 'bargauge', 'table', 'logs']),
});
const row = v.strictObject({
  collapsed: v.literal(false),
  gridPos,
  id: wholeNumber(1, 10_000),
  panels: v.strictTuple([]),
  title: text,
  type: v.literal('row'),
});

const variable = { name: text, label: text, hide: v.literal(0) };
const choice = v.strictObject({ selected: v.boolean(), text, value: text });
const dataSourceVariable = (name: string, query: string) =>
  v.strictObject({
    ...variable,
    name: v.literal(name),
    type: v.literal('datasource'),
    query: v.literal(query),
    regex: v.literal(''),
    refresh: v.literal(1),
    multi: v.literal(false),
    includeAll: v.literal(false),
    options: v.strictTuple([]),
    current: v.strictObject({}),
  });

export const classicDashboard = v.strictObject({
  annotations: v.strictObject({ list: v.strictTuple([]) }),
  description: text,
  /** It is generated: what is changed by hand would be lost. */
  editable: v.literal(false),
  fiscalYearStartMonth: v.literal(0),
  graphTooltip: v.literal(1),
  /** Grafana gives its own. */
  id: v.null(),
  links: v.array(link),
  panels: v.array(v.variant('type', [panel, row])),
  refresh: v.literal('1m'),
  schemaVersion: wholeNumber(36, 41),
  tags: v.array(text),
  templating: v.strictObject({
    list: v.strictTuple([
      dataSourceVariable('datasource', 'prometheus'),
      v.strictObject({
        ...variable,
        name: v.literal('application'),
        type: v.literal('query'),
        datasource,
        definition: text,
        query: v.strictObject({ query: text, refId: text }),
        regex: v.literal(''),
        // When the time range changes: an application of last month is not among today's.
        refresh: v.literal(2),
        sort: v.literal(1),
        multi: v.literal(true),
        includeAll: v.literal(true),
        allValue: text,
        options: v.strictTuple([]),
        current: v.strictObject({
          selected: v.literal(true),
          text: v.array(text),
          value: v.array(text),
        }),
      }),
      v.strictObject({
        ...variable,
        name: v.literal('threshold'),
        type: v.literal('custom'),
        query: text,
        multi: v.literal(false),
        includeAll: v.literal(false),
        options: v.array(choice),
        current: choice,
      }),
      dataSourceVariable('loki', 'loki'),
    ]),
  }),
  time: v.strictObject({ from: text, to: text }),
  timepicker: v.strictObject({}),
  timezone: v.literal('browser'),
  title: text,
  /** At most 40 letters. */
  uid: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9_-]{1,40}$/)),
  version: v.literal(1),
  weekStart: v.literal(''),
});

export type ClassicDashboard = v.InferOutput<typeof classicDashboard>;
