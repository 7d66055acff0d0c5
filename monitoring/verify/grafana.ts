import * as v from 'valibot';
import { LANGUAGES, type Row } from '../dashboard/definition';
import { UIDS } from '../dashboard/variables';
import { empty, type Finding, fail, ok, type Section, skip } from './finding';
import { AnswerError, askJson, type Service } from './http';

const HEALTH = v.object({ version: v.optional(v.string(), '') });
const SOURCES = v.array(v.object({ type: v.string(), name: v.string() }));
const TARGETS = v.optional(v.array(v.object({ expr: v.optional(v.string(), '') })), []);
const DASHBOARD = v.object({
  dashboard: v.object({
    panels: v.optional(
      v.array(
        v.object({
          targets: TARGETS,
          // Of a row that is folded.
          panels: v.optional(v.array(v.object({ targets: TARGETS })), []),
        }),
      ),
      [],
    ),
  }),
});

const IMPORT = 'import the file of deploy/grafana/dashboards again, replacing the old one';

/** Grafana: reachable, with a Prometheus data source and the dashboard of this version. */
export async function grafanaSection(
  service: Service,
  rows: readonly Row[],
  signal: AbortSignal,
): Promise<Section> {
  const title = `Grafana at ${service.url}`;
  const ask = async <T extends v.GenericSchema>(schema: T, path: string): Promise<v.InferOutput<T>> =>
    v.parse(schema, await askJson(service, { path }, signal));
  try {
    const { version } = await ask(HEALTH, '/api/health');
    const server = ok('server', version === '' ? 'answers' : `version ${version}`);
    const expressions = new Set(
      rows.flatMap(({ panels }) => panels.flatMap(({ queries }) => queries.map(({ expr }) => expr))),
    );
    const boards = await Promise.all(
      LANGUAGES.map((language) =>
        dashboard(`dashboard ${UIDS[language]}`, language, expressions, () =>
          ask(DASHBOARD, `/api/dashboards/uid/${UIDS[language]}`),
        ),
      ),
    );
    return {
      title,
      findings: [server, await source(() => ask(SOURCES, '/api/datasources')), ...needed(boards)],
    };
  } catch (thrown) {
    return { title, findings: [fail('server', sentenceOf(thrown))] };
  }
}

async function source(ask: () => Promise<v.InferOutput<typeof SOURCES>>): Promise<Finding> {
  const name = 'data source';
  try {
    const found = (await ask()).filter(({ type }) => type === 'prometheus').map((one) => one.name);
    return found.length > 0
      ? ok(name, found.join(', '))
      : fail(name, 'there is none of type prometheus', 'deploy/grafana/provisioning/datasources has one');
  } catch (thrown) {
    // Only who may administer data sources sees the list.
    if (thrown instanceof AnswerError && thrown.status === 403)
      return skip(name, 'needs: the right to list data sources');
    throw thrown;
  }
}

async function dashboard(
  name: string,
  language: string,
  expressions: ReadonlySet<string>,
  ask: () => Promise<v.InferOutput<typeof DASHBOARD>>,
): Promise<Finding> {
  try {
    const { panels } = (await ask()).dashboard;
    const theirs = new Set(
      panels.flatMap(({ targets, panels: folded }) =>
        [...targets, ...folded.flatMap((one) => one.targets)].map(({ expr }) => expr),
      ),
    );
    const missing = [...expressions].filter((expr) => !theirs.has(expr));
    return missing.length === 0
      ? ok(name, `all ${expressions.size} queries of this version (${language})`)
      : fail(name, `lacks ${missing.length} of this version's ${expressions.size} queries`, IMPORT);
  } catch (thrown) {
    if (thrown instanceof AnswerError && thrown.status === 404)
      return empty(name, `is not imported (${language})`);
    throw thrown;
  }
}

/** One language is enough. */
function needed(boards: readonly Finding[]): readonly Finding[] {
  return boards.every(({ status }) => status === 'empty')
    ? boards.map(({ name, text }) => fail(name, text, 'import a file of deploy/grafana/dashboards'))
    : boards;
}

function sentenceOf(thrown: unknown): string {
  if (thrown instanceof AnswerError) return thrown.message;
  if (thrown instanceof v.ValiError)
    return 'answers with something else than a Grafana does; check --grafana';
  throw thrown;
}
