import { withPart } from '../page-parts';
import type { Language, Panel, Row } from './definition';
import { seriesIn } from './expressions';
import { UNITS } from './units';

/** The part of docs/dashboard.md and docs/dashboard.ko.md that lists the panels. */

const HEAD: Readonly<Record<Language, readonly string[]>> = {
  ko: ['패널', '보여 주는 것', '단위', '메트릭', '알림'],
  en: ['Panel', 'What it shows', 'Unit', 'Metrics', 'Alerts'],
};

/**
 * The page with the list of panels in the place of the one that it has.
 * @throws RangeError for a page without the marks around it.
 */
export function withPanels(page: string, rows: readonly Row[], language: Language): string {
  return withPart(page, 'panels', panelTables(rows, language));
}

function panelTables(rows: readonly Row[], language: Language): string {
  return rows
    .map((row, index) => {
      const lines = [
        HEAD[language],
        HEAD[language].map(() => '---'),
        ...row.panels.map((panel) => cells(panel, language)),
      ];
      return [
        `### ${index + 1}. ${row.title[language]}`,
        '',
        ...lines.map((one) => `| ${one.join(' | ')} |`),
      ].join('\n');
    })
    .join('\n\n');
}

function cells(panel: Panel, language: Language): string[] {
  const metrics = panel.view.kind === 'logs' ? [] : panel.queries.flatMap(({ expr }) => seriesIn(expr));
  const alerts = (panel.alerts ?? []).map((alert) => `[${alert}](runbooks/${alert}.md)`);
  return [
    panel.title[language],
    panel.description[language].replaceAll('$threshold', '`$threshold`').replaceAll('|', '\\|'),
    panel.view.kind === 'logs' ? '–' : UNITS[panel.unit][language],
    [...new Set(metrics)].map((name) => `\`${name}\``).join(', ') || '–',
    alerts.join(', ') || '–',
  ];
}
