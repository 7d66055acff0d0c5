import * as v from 'valibot';
import { DEFAULT_LABEL_LIMITS } from '../metrics/catalog';
import { column, duration, labelNameProblem, labelValue, section, table, wholeNumber } from './fields';
import { monitoring } from './monitoring';

/** The shape of reviewmaps.config.ts, with its defaults. What is here has no secrets and no addresses. */

/** A probe must leave time for the push in a run of 50 s. */
const LONGEST_PROBE_SECONDS = 35;
const DAY = 86_400;
/**
 * A response of the Data API is at most 1 MiB; this many regions of 100 Korean letters, with the JSON around them,
 * stay below it.
 */
const MOST_LABEL_SETS = 2_000;

const common = {
  name: v.optional(labelValue("the probe's name")),
  timeout: v.optional(duration({ least: 0.1, most: LONGEST_PROBE_SECONDS }), '10s'),
};
/** For what asks the database: a paused cluster takes 15 s to wake, and more than 30 s after a day. */
const askingDatabase = {
  ...common,
  timeout: v.optional(duration({ least: 0.1, most: LONGEST_PROBE_SECONDS }), '35s'),
};
const statusCode = wholeNumber(100, 599);

const httpProbe = section({
  kind: v.literal('http'),
  ...common,
  /** Name of the environment variable with the address. */
  urlFrom: v.pipe(
    v.string('must be the name of an environment variable'),
    v.regex(
      /^[A-Z][A-Z0-9_]*_URL$/,
      (issue) => `must be the name of an environment variable that ends in _URL (got ${issue.received})`,
    ),
  ),
  /** Statuses that mean up: one, or both ends of a range. */
  status: v.optional(
    v.union(
      [
        statusCode,
        v.pipe(
          v.tuple([statusCode, statusCode]),
          v.check(([from, to]) => from <= to, 'must be [lowest, highest]'),
        ),
      ],
      'must be a status such as 200, or a range such as [200, 299]',
    ),
    [200, 299],
  ),
  /** Text that the body must contain. */
  body: v.optional(v.pipe(v.string('must be a text'), v.minLength(1, 'must not be empty'))),
  /** Field of the JSON body (keys joined by dots) and its value. */
  json: v.optional(
    section({
      field: v.pipe(
        v.string('must be a path of keys such as "status" or "checks.db"'),
        v.minLength(1, 'must not be empty'),
      ),
      equals: v.union(
        [v.string(), v.number(), v.boolean(), v.null()],
        'must be a text, a number, true, false or null',
      ),
    }),
  ),
});

const databaseProbe = section({
  kind: v.literal('database'),
  ...askingDatabase,
  /** A SELECT that gives at least one row. */
  query: v.optional(
    v.pipe(
      v.string('must be a SELECT'),
      v.regex(/^\s*(select|with|values|table)\b/i, 'must be one SELECT: probes only read'),
    ),
    'select 1',
  ),
});

const freshnessProbe = section({
  kind: v.literal('freshness'),
  ...askingDatabase,
  table,
  /** A timestamp column with an index. */
  column,
  maxAge: duration({ least: 1, most: 366 * DAY }),
});

const heartbeatProbe = section({
  kind: v.literal('heartbeat'),
  ...common,
  /** The group's label `job`. */
  job: v.pipe(v.string('must be the job of a group at the Pushgateway'), v.minLength(1, 'must not be empty')),
  labels: v.optional(
    v.pipe(
      v.record(v.string(), v.string('must be a text')),
      v.rawCheck(({ dataset, addIssue }) => {
        for (const name of dataset.typed ? Object.keys(dataset.value) : []) {
          const message = labelNameProblem(name);
          if (message !== undefined) addIssue({ message });
        }
      }),
    ),
    {},
  ),
  /** A gauge with a time in seconds since 1970; without it the group's last push counts. */
  metric: v.optional(
    v.pipe(v.string('must be a metric name'), v.regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/, 'must be a metric name')),
  ),
  maxAge: duration({ least: 1, most: 366 * DAY }),
});

const probe = v.variant(
  'kind',
  [httpProbe, databaseProbe, freshnessProbe, heartbeatProbe],
  'must have a kind: "http", "database", "freshness" or "heartbeat"',
);

const cleanup = v.variant(
  'source',
  [
    section({ source: v.literal('statistics'), table }),
    section({
      source: v.literal('soft-delete'),
      table,
      column: v.optional(column, 'deleted_at'),
      id: v.optional(column, 'id'),
    }),
    section({ source: v.literal('runs'), table }),
  ],
  'must have a source: "statistics", "soft-delete" or "runs"',
);

export const userConfig = section({
  app: v.optional(labelValue('the name of the application'), 'reviewmaps-server'),
  /** The one stage whose `app` carries no stage. */
  productionStage: v.optional(labelValue('the name of the production stage'), 'prod'),
  campaigns: v.optional(
    section({
      table: v.optional(table, 'campaign'),
      columns: v.optional(
        section({
          id: v.optional(column, 'id'),
          region: v.optional(column, 'region'),
          deadline: v.optional(column, 'apply_deadline'),
          created: v.optional(column, 'created_at'),
          /** null: campaigns are never soft-deleted. */
          softDeleted: v.optional(v.nullable(column), 'deleted_at'),
        }),
        {},
      ),
    }),
    {},
  ),
  tables: v.optional(
    section({
      names: v.optional(v.array(table, 'must be a list of tables'), ['campaign', 'reviews']),
      exactUpTo: v.optional(wholeNumber(0, 1_000_000_000), 1_000_000),
    }),
    {},
  ),
  cleanup: v.optional(v.array(cleanup, 'must be a list of tables with their source'), [
    { source: 'statistics', table: 'campaign' },
  ]),
  services: v.optional(
    v.record(
      labelValue("the service's name"),
      v.pipe(
        v.array(probe, 'must be a list of probes'),
        v.minLength(1, 'must have at least one probe: a service without one would always be up'),
      ),
    ),
    {
      django: [{ kind: 'http', urlFrom: 'DJANGO_HEALTH_URL', json: { field: 'status', equals: 'healthy' } }],
      scraper: [{ kind: 'freshness', table: 'campaign', column: 'created_at', maxAge: '26h' }],
      database: [{ kind: 'database' }],
    },
  ),
  ledger: v.optional(
    section({
      /** Longer than any transaction of the application. */
      lookback: v.optional(duration({ least: 60, most: 7 * DAY }), '1h'),
    }),
    {},
  ),
  fold: v.optional(
    section({
      /** The label `job` of the groups that scraper runs push. */
      job: v.optional(labelValue('the job of scraper runs'), 'scraper'),
      /** A run that neither ended nor pushed for this long is given up. */
      silentAfter: v.optional(duration({ least: 60, most: 30 * DAY }), '6h'),
    }),
    {},
  ),
  labelLimits: v.optional(
    section(
      Object.fromEntries(
        Object.keys(DEFAULT_LABEL_LIMITS).map((metric) => [
          metric,
          v.optional(wholeNumber(1, MOST_LABEL_SETS)),
        ]),
      ),
    ),
    {},
  ),
  /** Thresholds of the alerts and the dashboard; `npm run generate` writes them into both. */
  monitoring: v.optional(monitoring, {}),
});

export type UserConfig = v.InferInput<typeof userConfig>;
export type CheckedUserConfig = v.InferOutput<typeof userConfig>;

/** Gives a configuration file its types; checking happens in `parse`, where all problems are reported together. */
export function defineConfig(config: UserConfig): UserConfig {
  return config;
}
