import { inLanguage, type Panel, type Query, type Row } from '../dashboard/definition';
import { everyValue, rateIntervalSeconds, seriesIn } from '../dashboard/expressions';
import { THRESHOLDS } from '../dashboard/variables';
import type { Evidence } from './evidence';
import { counted, empty, type Finding, fail, ok, type Section, skip } from './finding';
import { AnswerError } from './http';
import { type Prometheus, queryProblem, type Series } from './prometheus';
import type { WhyEmpty } from './verdicts';

/** Queries that are asked at the same time. */
const AT_ONCE = 4;

interface Asked {
  readonly expr: string;
  readonly series: readonly Series[];
}

/** Every query of every panel, with the application chosen alone and with all, and with each slow-request limit. */
export async function panelSection(
  evidence: Evidence,
  rows: readonly Row[],
  prometheus: Prometheus,
  why: WhyEmpty,
): Promise<Section> {
  const { app, settings } = evidence;
  const pending = rows.flatMap((row) =>
    row.panels.flatMap((panel) =>
      panel.queries.map((query, index) => async (): Promise<Finding> => {
        const number = panel.queries.length > 1 ? ` (${index + 1})` : '';
        const name = `${panel.title.en}${number}`;
        if (panel.view.kind === 'logs') return skip(name, 'needs: Loki, which is not asked');
        const windows = {
          rateInterval: `${rateIntervalSeconds(panel, settings.scrapeIntervalSeconds)}s`,
          range: '6h',
        };
        try {
          const asked = await inTurn(
            everyValue(query.expr, [app], windows).map(
              (expr) => async (): Promise<Asked> => ({ expr, series: await prometheus.query(expr) }),
            ),
            1,
          );
          return judged(name, panel, query, asked, why, missingBounds(evidence, query));
        } catch (thrown) {
          const problem = thrown instanceof AnswerError ? queryProblem(thrown) : undefined;
          if (problem === undefined) throw thrown;
          return fail(name, `Prometheus refuses its query: ${problem}`);
        }
      }),
    ),
  );
  return { title: 'Panels', findings: await inTurn(pending, AT_ONCE) };
}

function judged(
  name: string,
  panel: Panel,
  query: Query,
  asked: readonly Asked[],
  why: WhyEmpty,
  bounds: readonly string[],
): Finding {
  // A clock or ratio that is infinite is a number that nobody can read.
  const bad = asked.find(({ series }) => series.some(({ value }) => !Number.isFinite(value)));
  if (bad !== undefined) return fail(name, `gives a value that is no number for ${bad.expr}`);
  const without = asked.filter(({ series }) => series.length === 0);
  const [first] = asked;
  if (without.length === 0) return ok(name, counted(first?.series.length ?? 0, 'series'));
  const names = seriesIn(query.expr);
  const reason = why(names);
  if (reason?.status === 'skip') return skip(name, reason.text);
  if (bounds.length > 0) {
    return fail(
      name,
      `nothing for a slow-request limit ($threshold) of ${bounds.join(', ')} s`,
      "Django's PROMETHEUS_LATENCY_BUCKETS must have these bounds",
    );
  }
  if (panel.empty !== undefined) return empty(name, inLanguage(panel.empty, 'en'));
  if (reason !== undefined && query.zero !== true) return empty(name, reason.text);
  if (query.zero === true) return fail(name, 'is empty, and must be 0 when nothing happened');
  return query.expr.includes('[')
    ? empty(name, 'nothing within its window yet')
    : fail(name, names.length === 0 ? 'is empty' : `is empty, though there is ${names.join(', ')}`);
}

/** Slow-request limits that the variable offers and Django's histogram does not have as bounds. */
function missingBounds({ latencyBounds }: Evidence, { expr }: Query): readonly string[] {
  return latencyBounds.size > 0 && expr.includes('le="$threshold"')
    ? THRESHOLDS.filter((bound) => !latencyBounds.has(bound))
    : [];
}

/** Does the work, so many at a time, and gives the results in order. */
async function inTurn<T>(work: readonly (() => Promise<T>)[], atOnce: number): Promise<readonly T[]> {
  const results: T[] = [];
  for (let from = 0; from < work.length; from += atOnce) {
    results.push(...(await Promise.all(work.slice(from, from + atOnce).map((start) => start()))));
  }
  return results;
}
