import { rows } from '../../../monitoring/dashboard/dashboard';
import type { Panel, Query } from '../../../monitoring/dashboard/definition';

/** A query of a panel. */
export interface PanelQuery {
  readonly title: string;
  readonly panel: Panel;
  readonly query: Query;
}

/** Every query that Prometheus gets from the dashboard: only the panel with logs asks somebody else. */
export const panelQueries: readonly PanelQuery[] = rows.flatMap((row) =>
  row.panels
    .filter(({ view }) => view.kind !== 'logs')
    .flatMap((panel) =>
      panel.queries.map((query, index) => ({
        title: `${row.title.en} / ${panel.title.en} / ${index + 1}`,
        panel,
        query,
      })),
    ),
);

/** Whether the panel shows this moment only. */
export const isInstant = ({ view }: Panel): boolean =>
  view.kind === 'stat' ? view.sparkline !== true : ['gauge', 'bargauge', 'table'].includes(view.kind);
