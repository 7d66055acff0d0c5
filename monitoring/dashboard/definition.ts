/** What a dashboard is made of, before it is Grafana's JSON: data, in both languages. */

export const LANGUAGES = ['ko', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Text = Readonly<Record<Language, string>>;

/**
 * Grafana's names of units, but for `days`; `cpm` is counts a minute, `percentunit` a ratio shown in percent, `locale` a
 * number with all its digits.
 */
export type Unit =
  | 'none'
  | 'locale'
  | 'percentunit'
  | 's'
  | 'days'
  | 'bytes'
  | 'reqps'
  | 'cpm'
  | 'dateTimeFromNow';

export type Colour = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'purple' | 'text';

/** From `from` upwards the value has this colour; below the first step it has the base colour. */
interface Step {
  readonly from: number;
  readonly colour: Colour;
}

export interface Thresholds {
  readonly base: Colour;
  /** Ascending. */
  readonly steps: readonly Step[];
}

/** What one value is called. */
export interface Mapping {
  readonly value: number;
  readonly text: Text;
  readonly colour: Colour;
}

export interface Query {
  /** PromQL (LogQL in a log panel) with the dashboard's variables. */
  readonly expr: string;
  /** Grafana's legend format; a text when words are in it. */
  readonly legend: string | Text;
  /** Why a window is written out instead of following the time range. */
  readonly fixedWindow?: string;
  /** The value of a system without such events is 0 and not absent. */
  readonly zero?: true;
}

/** Series whose legend matches the regular expression are drawn like this. */
export interface SeriesStyle {
  readonly legend: string | Text;
  readonly colour: Colour;
  readonly dashed?: true;
  /** Only in the legend: of what is stacked, the sum is seen. */
  readonly notDrawn?: true;
}

/** A column of a table, in order: a label of the series, or the value of the query at an index. */
export interface Column {
  readonly field: string | { readonly query: number; readonly unit: Unit };
  readonly title: Text;
  /** Where a click on a value leads; `${__value.raw}` in it is the value. */
  readonly link?: { readonly title: Text; readonly url: string };
  readonly decimals?: number;
  /** In pixels. Columns without one share what is left. */
  readonly width?: number;
}

/** A series of a stat, by its legend, that is coloured by other limits than the panel's. */
interface SeriesThresholds {
  readonly legend: string;
  readonly thresholds: Thresholds;
}

type View =
  | {
      readonly kind: 'timeseries';
      readonly stacked?: true;
      readonly bars?: true;
      readonly styles?: readonly SeriesStyle[];
      /** The axis reaches this far even when all values are less. */
      readonly softMax?: number;
      /** Beside the graph, where there is room for many names, and not below it. */
      readonly legend?: 'right';
    }
  | { readonly kind: 'state-timeline' }
  | { readonly kind: 'stat'; readonly sparkline?: true; readonly ownThresholds?: readonly SeriesThresholds[] }
  | { readonly kind: 'gauge' }
  | { readonly kind: 'bargauge'; readonly colour?: Colour }
  | {
      readonly kind: 'table';
      readonly columns: readonly Column[];
      /** Index of the column by which rows are sorted, greatest first unless ascending. */
      readonly sortBy: number;
      readonly ascending?: true;
    }
  | { readonly kind: 'logs' };

export interface Panel {
  readonly title: Text;
  readonly description: Text;
  readonly view: View;
  readonly unit: Unit;
  readonly queries: readonly Query[];
  /** Of 24 columns. */
  readonly width: number;
  readonly height: number;
  readonly thresholds?: Thresholds;
  readonly mappings?: readonly Mapping[];
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  /** Said instead of "No data". */
  readonly empty?: Text;
  /** Alerts that watch what the panel shows; each is a link to its runbook. */
  readonly alerts?: readonly string[];
  /**
   * How often the values change, when that is not at every scrape: the shortest step. Windows are at least four times
   * this; of bars they are one step and a scrape, because each bar is to have its own events.
   */
  readonly minStepSeconds?: number;
}

export interface Row {
  readonly title: Text;
  readonly panels: readonly Panel[];
}

export function drawsBars({ view }: Panel): boolean {
  return view.kind === 'timeseries' && view.bars === true;
}

/** A text that may be the same in both languages. */
export function inLanguage(text: string | Text, language: Language): string {
  return typeof text === 'string' ? text : text[language];
}

/** Both languages the same: names, numbers and signs. */
export function same(text: string): Text {
  return { ko: text, en: text };
}
