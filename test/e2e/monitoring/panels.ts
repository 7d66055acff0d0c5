import type { Panel } from '../../../monitoring/dashboard/definition';
import { everyValue, rateIntervalSeconds } from '../../../monitoring/dashboard/expressions';
import { settings } from '../../../monitoring/settings';
import { isInstant, type PanelQuery } from '../../monitoring/dashboard/panel-queries';
import type { RunningPrometheus, Sample } from '../../servers/prometheus';
import { FACTOR, shorterSeconds } from './pace';

/** What is drawn is as long as this, in seconds. */
const DRAWN = 5;
/** Longer than the world exists. */
const RANGE = '10m';

/** What Grafana takes for a rate. */
function rateInterval(panel: Panel): string {
  return `${Math.ceil(rateIntervalSeconds(panel, settings.scrapeIntervalSeconds) / FACTOR)}s`;
}

/** The query as Prometheus gets it, once for each value of the dashboard's variables. */
export function written({ panel, query }: PanelQuery): readonly string[] {
  const windows = { rateInterval: rateInterval(panel), range: RANGE };
  return everyValue(shorterSeconds(query.expr), [settings.app], windows);
}

/** The series that the panel shows now. */
export async function drawn(
  prometheus: RunningPrometheus,
  { panel }: PanelQuery,
  expr: string,
): Promise<readonly Sample[]> {
  const now = Date.now() / 1_000;
  return await prometheus.ask(expr, isInstant(panel) ? now : { from: now - DRAWN, to: now });
}

/** Labels of the series that have a value which is no number. */
export function unreal(series: readonly Sample[]): readonly Sample['labels'][] {
  return series
    .filter(({ values }) => values.some((value) => !Number.isFinite(value)))
    .map(({ labels }) => labels);
}
