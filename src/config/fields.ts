import * as v from 'valibot';
import type { TableRef } from './config';

/** The parts of the user's configuration, each with the sentence that says how to mend it. */

/** Longest identifier that PostgreSQL keeps (NAMEDATALEN - 1), in bytes. */
const LONGEST_IDENTIFIER = 63;

function identifierProblem(name: string): string | undefined {
  if (name === '') return 'is empty: write a name';
  if (/["'`]/.test(name))
    return `must not contain quotes: write the bare name, it is quoted where it is used (got ${name})`;
  if (Array.from(name).some((letter) => letter < ' ')) return 'must not contain control characters';
  if (Buffer.byteLength(name) > LONGEST_IDENTIFIER)
    return `is longer than the ${LONGEST_IDENTIFIER} bytes that PostgreSQL keeps of a name: ${name}`;
  return undefined;
}

/** An object that knows all its keys, and names them when it meets another. */
export function section<E extends v.ObjectEntries>(entries: E) {
  return v.strictObject(entries, (issue) => {
    if (issue.expected === 'never')
      return `is not a known key; known here: ${Object.keys(entries).join(', ')}`;
    if (issue.received === 'undefined') return 'is missing';
    return `must be an object with the keys ${Object.keys(entries).join(', ')}`;
  });
}

const identifier = (what: string) =>
  v.pipe(
    v.string(`must be the name of ${what}, as a string`),
    v.rawCheck(({ dataset, addIssue }) => {
      const problem = dataset.typed ? identifierProblem(dataset.value) : undefined;
      if (problem !== undefined) addIssue({ message: problem });
    }),
  );

export const column = identifier('a column');

/** `table`, `schema.table`, or `{ schema, table }` where a name has a dot in it. */
export const table = v.pipe(
  v.union(
    [v.string(), section({ schema: v.optional(v.string()), table: v.string() })],
    'must be a table: "table", "schema.table" or { schema: "…", table: "…" }',
  ),
  v.rawTransform(({ dataset, addIssue, NEVER }): TableRef => {
    const ref = tableRef(dataset.value);
    for (const name of [ref.schema, ref.table]) {
      const problem = name === undefined ? undefined : identifierProblem(name);
      if (problem !== undefined) {
        addIssue({ message: problem });
        return NEVER;
      }
    }
    return ref;
  }),
);

function tableRef(input: string | { schema?: string | undefined; table: string }): TableRef {
  if (typeof input !== 'string') {
    return {
      schema: input.schema,
      table: input.table,
      label: input.schema === undefined ? input.table : `${input.schema}.${input.table}`,
    };
  }
  const dot = input.indexOf('.');
  return dot < 0
    ? { schema: undefined, table: input, label: input }
    : { schema: input.slice(0, dot), table: input.slice(dot + 1), label: input };
}

const UNIT_SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Seconds as a user writes them: in the largest unit that they are whole in. */
function written(seconds: number): string {
  const { d, h, m } = UNIT_SECONDS;
  if (seconds % d === 0) return `${seconds / d}d`;
  if (seconds % h === 0) return `${seconds / h}h`;
  return seconds % m === 0 ? `${seconds / m}m` : `${seconds}s`;
}

/** A duration such as "90s", "15m", "26h" or "7d", as seconds; both limits are allowed, in seconds. */
export const duration = (limits: { least: number; most: number }) =>
  v.pipe(
    v.string('must be a duration such as "30s", "15m", "26h" or "7d"'),
    v.rawTransform(({ dataset, addIssue, NEVER }): number => {
      const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(dataset.value);
      const unit = match?.[2];
      if (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd') {
        addIssue({
          message: `must be a duration such as "30s", "15m", "26h" or "7d" (got "${dataset.value}")`,
        });
        return NEVER;
      }
      const seconds = Number(match?.[1]) * UNIT_SECONDS[unit];
      if (seconds < limits.least || seconds > limits.most) {
        addIssue({
          message: `must be from ${written(limits.least)} to ${written(limits.most)} (got "${dataset.value}")`,
        });
        return NEVER;
      }
      return seconds;
    }),
  );

export const wholeNumber = (least: number, most: number) => {
  const sentence = `must be a whole number from ${least} to ${most}`;
  return v.pipe(
    v.number(sentence),
    v.check(
      (value) => Number.isInteger(value) && value >= least && value <= most,
      (issue) => `${sentence} (got ${issue.received})`,
    ),
  );
};

/** A label value that a user writes: what is easy to type in a query. */
export const labelValue = (what: string) =>
  v.pipe(
    v.string(`must be ${what}, as a string`),
    v.regex(
      /^[a-z0-9][a-z0-9_.-]{0,62}$/i,
      (issue) => `must be letters, digits, "_", "." or "-", at most 63 of them (got ${issue.received})`,
    ),
  );

/** Label names: what Prometheus allows, without those that the Pushgateway or Prometheus keep for themselves. */
export function labelNameProblem(name: string): string | undefined {
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
    return `"${name}" is not allowed as a label name: letters, digits and "_" only, not starting with a digit`;
  if (name.startsWith('__'))
    return `"${name}" is not allowed as a label name: names that start with "__" belong to Prometheus`;
  if (name === 'job') return '"job" is not allowed here: it has a key of its own';
  return undefined;
}
