import * as v from 'valibot';
import { AnswerError, askJson, type Service } from './http';

/** One series of an instant query. */
export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Target {
  /** After relabelling: `job`, `instance` and what the configuration adds. */
  readonly labels: Readonly<Record<string, string>>;
  /** Name of its scrape configuration. */
  readonly scrapePool: string;
  /** Such as `1m30s`; empty where it is not told. */
  readonly scrapeInterval: string;
  readonly health: string;
  readonly lastError: string;
}

export interface LoadedRule {
  readonly type: 'alerting' | 'recording';
  readonly name: string;
  /** As Prometheus writes it: on one line. */
  readonly query: string;
  /** `ok`, `err`, or `unknown` before the first evaluation. */
  readonly health: string;
  readonly lastError: string;
  /** Of an alert: `inactive`, `pending` or `firing`. */
  readonly state: string;
  /** Of an alert: seconds that the expression must hold, and that it goes on afterwards; undefined where it is not told. */
  readonly duration: number | undefined;
  readonly keepFiringFor: number | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /** Of an alert, as they are written; empty where they are not told. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Of an alert: how many label sets it fires for. */
  readonly firing: number;
}

/** What is asked of Prometheus. What a compatible service or a proxy does not let one ask is undefined: only queries are certain. */
export interface Prometheus {
  version(): Promise<string | undefined>;
  query(expr: string): Promise<readonly Series[]>;
  rules(): Promise<readonly LoadedRule[] | undefined>;
  targets(): Promise<readonly Target[] | undefined>;
  /** Addresses of the Alertmanagers that it sends to. */
  alertmanagers(): Promise<readonly string[] | undefined>;
  /** Its whole configuration, YAML. */
  configuration(): Promise<string | undefined>;
  /** Families that each of the targets declares, those without any series included. @param selector of the targets */
  families(selector: string): Promise<ReadonlySet<string> | undefined>;
  /** An expression as Prometheus writes it, but for blanks. */
  format(expr: string): Promise<string | undefined>;
}

const text = v.optional(v.string(), '');
const labels = v.record(v.string(), v.string());
const answer = <T extends v.GenericSchema>(data: T) => v.object({ data });
/** Go writes an empty list as null unless someone takes care. */
const list = <T extends v.GenericSchema>(item: T) => v.nullish(v.array(item), []);

const VERSION = answer(v.object({ version: v.string() }));
const VECTOR = answer(
  v.object({
    resultType: v.string(),
    result: list(
      v.object({
        metric: labels,
        // A native histogram has no value that could be shown.
        value: v.optional(v.tuple([v.number(), v.string()]), [0, 'NaN']),
      }),
    ),
  }),
);
const TARGETS = answer(
  v.object({
    activeTargets: list(
      v.object({ labels, scrapePool: text, scrapeInterval: text, health: v.string(), lastError: text }),
    ),
  }),
);
const RULES = answer(
  v.object({
    groups: list(
      v.object({
        rules: list(
          v.object({
            type: v.picklist(['alerting', 'recording']),
            name: v.string(),
            query: v.string(),
            health: v.string(),
            lastError: text,
            state: text,
            duration: v.optional(v.number()),
            keepFiringFor: v.optional(v.number()),
            labels: v.nullish(labels, {}),
            annotations: v.nullish(labels, {}),
            alerts: list(v.object({ state: v.string() })),
          }),
        ),
      }),
    ),
  }),
);
const ALERTMANAGERS = answer(v.object({ activeAlertmanagers: list(v.object({ url: v.string() })) }));
const CONFIGURATION = answer(v.object({ yaml: v.string() }));
const FAMILIES = answer(list(v.object({ target: labels, metric: v.string() })));
const FORMATTED = answer(v.string());

/**
 * Statuses of a service that does not have a part of the API, or of a proxy that does not show it. Queries have to
 * answer all the same, so wrong credentials do not pass for that.
 */
const NOT_THERE = [400, 401, 403, 404, 405, 501];

/** Prometheus's HTTP API. */
export function prometheus(service: Service, signal: AbortSignal): Prometheus {
  async function ask<T extends v.GenericSchema>(
    schema: T,
    path: string,
    form?: Readonly<Record<string, string>>,
  ): Promise<v.InferOutput<T>> {
    const body = await askJson(
      service,
      { path: `/api/v1/${path}`, ...(form === undefined ? {} : { form }) },
      signal,
    );
    const checked = v.safeParse(schema, body);
    if (checked.success) return checked.output;
    throw new AnswerError(
      `${service.what} at ${service.url} answers /api/v1/${path} with something else than a Prometheus does; check ${service.option}`,
    );
  }

  /** Undefined where the service does not have this part of the API. */
  async function optional<T>(asked: Promise<T>): Promise<T | undefined> {
    return await asked.catch((thrown: unknown) => {
      if (thrown instanceof AnswerError && NOT_THERE.includes(thrown.status ?? 0)) return undefined;
      throw thrown;
    });
  }

  return {
    version: () => optional(ask(VERSION, 'status/buildinfo').then(({ data }) => data.version)),
    query: async (expr) => {
      const { data } = await ask(VECTOR, 'query', { query: expr });
      return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
    },
    rules: () =>
      optional(
        ask(RULES, 'rules').then(({ data }) =>
          data.groups.flatMap(({ rules }) =>
            rules.map(({ alerts, duration, keepFiringFor, ...rule }) => ({
              ...rule,
              duration,
              keepFiringFor,
              firing: alerts.filter(({ state }) => state === 'firing').length,
            })),
          ),
        ),
      ),
    targets: () => optional(ask(TARGETS, 'targets?state=active').then(({ data }) => data.activeTargets)),
    alertmanagers: () =>
      optional(
        ask(ALERTMANAGERS, 'alertmanagers').then(({ data }) =>
          data.activeAlertmanagers.map(({ url }) => url),
        ),
      ),
    configuration: () => optional(ask(CONFIGURATION, 'status/config').then(({ data }) => data.yaml)),
    families: (selector) =>
      optional(
        ask(FAMILIES, `targets/metadata?match_target=${encodeURIComponent(selector)}`).then(({ data }) =>
          inEach(data),
        ),
      ),
    format: (expr) => optional(ask(FORMATTED, 'format_query', { query: expr }).then(({ data }) => data)),
  };
}

type Families = v.InferOutput<typeof FAMILIES>['data'];

/** One pod of an older version is enough to lack a family. Undefined when no target says anything. */
function inEach(families: Families): ReadonlySet<string> | undefined {
  const byTarget = Map.groupBy(families, ({ target }) => JSON.stringify(target));
  const [first, ...others] = [...byTarget.values()].map((own) => new Set(own.map(({ metric }) => metric)));
  return first && new Set([...first].filter((name) => others.every((other) => other.has(name))));
}

/** Why Prometheus refused a query, in its own words; undefined when someone else refused it, such as a proxy. */
export function queryProblem(thrown: AnswerError): string | undefined {
  try {
    return v.parse(v.object({ error: v.string() }), JSON.parse(thrown.body)).error;
  } catch {
    return undefined;
  }
}
