import { settings } from '../settings';
import type { Language, Panel, Row, Text } from './definition';
import { drawsBars, inLanguage, LANGUAGES } from './definition';
import { type Position, place } from './layout';
import { absenceText, mappings } from './mappings';
import { refId } from './tables';
import { thresholds } from './thresholds';
import { grafanaUnit } from './units';
import { DATASOURCE, LOKI, UIDS, variables } from './variables';
import { draw } from './views';

/**
 * Writes a dashboard in Grafana's classic schema, which every version since 9 imports from a file: ids, refIds and
 * uids follow from the definitions, so the same definitions are the same text.
 */

/** Of Grafana 11; newer versions migrate it when they load it. */
const SCHEMA_VERSION = 39;

/** Ids of a row and its panels: the row's hundred, then one by one. A row has fewer panels than that. */
const IDS_PER_ROW = 100;

const OTHER_LANGUAGE: Text = { ko: 'English', en: '한국어' };

/** Where the page about an alert is. */
function runbookUrl(alert: string): string {
  return `${settings.runbooksUrl}/${alert}.md`;
}

export interface DashboardText {
  readonly title: Text;
  readonly description: Text;
}

export function grafanaDashboard(
  { title, description }: DashboardText,
  rows: readonly Row[],
  language: Language,
) {
  const places = place(rows);
  return {
    annotations: { list: [] },
    description: description[language],
    editable: false,
    fiscalYearStartMonth: 0,
    graphTooltip: 1,
    id: null,
    links: LANGUAGES.filter((other) => other !== language).map((other) =>
      link(OTHER_LANGUAGE[language], `/d/${UIDS[other]}`, true),
    ),
    panels: rows.flatMap((row, rowIndex) => {
      const placed = places[rowIndex];
      const id = (rowIndex + 1) * IDS_PER_ROW;
      return [
        {
          collapsed: false,
          gridPos: gridPos(placed?.position),
          id,
          panels: [],
          title: row.title[language],
          type: 'row',
        },
        ...row.panels.map((panel, index) => ({
          id: id + index + 1,
          gridPos: gridPos(placed?.panels[index]),
          ...body(panel, language),
        })),
      ];
    }),
    refresh: '1m',
    schemaVersion: SCHEMA_VERSION,
    tags: ['reviewmaps'],
    templating: { list: variables(language) },
    time: { from: 'now-6h', to: 'now' },
    timepicker: {},
    timezone: 'browser',
    title: title[language],
    uid: UIDS[language],
    version: 1,
    weekStart: '',
  };
}

function body(panel: Panel, language: Language) {
  const drawing = draw(panel, language);
  const datasource = panel.view.kind === 'logs' ? LOKI : DATASOURCE;
  return {
    datasource,
    description: panel.description[language],
    fieldConfig: {
      defaults: {
        color: drawing.colour,
        ...(drawing.custom === undefined ? {} : { custom: drawing.custom }),
        ...(panel.decimals === undefined ? {} : { decimals: panel.decimals }),
        mappings: mappings(panel, language),
        ...(panel.max === undefined ? {} : { max: panel.max }),
        ...(panel.min === undefined ? {} : { min: panel.min }),
        noValue: absenceText(panel, language),
        thresholds: thresholds(panel.thresholds ?? { base: 'green', steps: [] }),
        unit: grafanaUnit(panel.unit, language),
      },
      overrides: drawing.overrides ?? [],
    },
    ...(panel.minStepSeconds === undefined ? {} : { interval: `${panel.minStepSeconds}s` }),
    links: (panel.alerts ?? []).map((alert) => link(`Runbook: ${alert}`, runbookUrl(alert), false)),
    options: drawing.options,
    targets: panel.queries.map((query, index) => ({
      datasource,
      editorMode: 'code',
      expr: query.expr,
      ...(panel.view.kind === 'logs'
        ? { queryType: 'range' }
        : { format: drawing.format, instant: drawing.instant, range: !drawing.instant }),
      // Of the query, and not only of the panel: $__rate_interval is four of this, else four scrapes.
      ...(panel.minStepSeconds === undefined || drawsBars(panel)
        ? {}
        : { interval: `${panel.minStepSeconds}s` }),
      legendFormat: inLanguage(query.legend, language),
      refId: refId(index),
    })),
    title: panel.title[language],
    ...(drawing.transformations === undefined ? {} : { transformations: drawing.transformations }),
    type: drawing.type,
  };
}

function gridPos(position: Position | undefined): Position {
  if (position === undefined) throw new RangeError('a panel without a place');
  return position;
}

function link(title: string, url: string, withVariables: boolean) {
  return {
    asDropdown: false,
    icon: withVariables ? 'dashboard' : 'doc',
    includeVars: withVariables,
    keepTime: withVariables,
    tags: [],
    targetBlank: !withVariables,
    title,
    tooltip: '',
    type: 'link',
    url,
  };
}
