import type { IncomingMessage } from 'node:http';
import * as v from 'valibot';
import { messageOf } from '../../src/errors';
import { badRequest } from './errors';

const HINTS = ['DATE', 'DECIMAL', 'JSON', 'TIME', 'TIMESTAMP', 'UUID'] as const;
export type TypeHint = (typeof HINTS)[number];

const value = v.object({
  isNull: v.optional(v.boolean()),
  booleanValue: v.optional(v.boolean()),
  /** A string: the digits are kept as they were sent. */
  longValue: v.optional(v.pipe(v.string(), v.regex(/^-?\d+$/))),
  doubleValue: v.optional(v.union([v.number(), v.picklist(['NaN', 'Infinity', '-Infinity'])])),
  stringValue: v.optional(v.string()),
  /** Base64. */
  blobValue: v.optional(v.string()),
  arrayValue: v.optional(v.unknown()),
});
const parameters = v.array(v.object({ name: v.string(), value, typeHint: v.optional(v.picklist(HINTS)) }));
const address = { resourceArn: v.string(), secretArn: v.string() };
const target = {
  ...address,
  database: v.optional(v.string()),
  schema: v.optional(v.string()),
  transactionId: v.optional(v.string()),
};

export const executeRequest = v.object({
  ...target,
  sql: v.string(),
  parameters: v.optional(parameters, []),
  includeResultMetadata: v.optional(v.boolean(), false),
  continueAfterTimeout: v.optional(v.boolean(), false),
  formatRecordsAs: v.optional(v.picklist(['JSON', 'NONE']), 'NONE'),
  resultSetOptions: v.optional(
    v.object({
      decimalReturnType: v.optional(v.picklist(['STRING', 'DOUBLE_OR_LONG']), 'STRING'),
      longReturnType: v.optional(v.picklist(['STRING', 'LONG']), 'LONG'),
    }),
    {},
  ),
});
export const batchRequest = v.object({
  ...target,
  sql: v.string(),
  parameterSets: v.optional(v.array(parameters), []),
});
export const beginRequest = v.object(target);
export const endRequest = v.object({ ...address, transactionId: v.string() });

export type SqlParameter = v.InferOutput<typeof parameters>[number];
export type ExecuteRequest = v.InferOutput<typeof executeRequest>;
export type BatchRequest = v.InferOutput<typeof batchRequest>;
export type Target = v.InferOutput<typeof beginRequest>;

/** The body as text. @throws BadRequestException when it has more than `limit` bytes. */
export async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size > limit) throw badRequest(`The request is larger than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** JSON numbers above 2^53 lose digits in JavaScript: they are quoted first. In a JSON string the quotes of the key would be escaped. */
function quoteLongs(body: string): string {
  return body.replace(/"longValue"\s*:\s*(-?\d+)(?=\s*[,}])/g, '"longValue":"$1"');
}

/** @throws BadRequestException with the first thing that does not fit. */
export function parseBody<Schema extends v.GenericSchema>(
  schema: Schema,
  body: string,
): v.InferOutput<Schema> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(quoteLongs(body));
  } catch (thrown) {
    throw badRequest(`The request is not JSON: ${messageOf(thrown)}`);
  }
  const result = v.safeParse(schema, dropNulls(parsed));
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw badRequest(`${v.getDotPath(issue) ?? 'The request'}: ${issue.message}`);
}

/** A member that is null counts as absent, as in every AWS JSON protocol. */
function dropNulls(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(dropNulls);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([, member]) => member !== null);
  return Object.fromEntries(kept.map(([key, member]) => [key, dropNulls(member)]));
}
