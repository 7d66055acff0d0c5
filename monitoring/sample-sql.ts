import { initialCampaigns } from '../dev/sample/campaigns';
import { createRandom } from '../dev/sample/random';
import { review } from '../dev/sample/reviews';
import { SCHEMA } from '../dev/sample/schema';
import { type Run, storeCampaigns, storeReviews } from '../dev/sample/store';

/** Fewer rows than `npm start` loads: the file is committed. */
const CAMPAIGNS = 500;
const REVIEWS = 600;
const SEED = 20_251_101;

/** PostgreSQL keeps six decimals of a coordinate; of a time, no more than that matters. */
const DECIMALS = 6;

function shorter(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toFixed(DECIMALS)) : value;
}

/** A statement's only parameter is a JSON array: written into the statement, one element a line. */
function withText(sql: string, text: string): string {
  const elements: unknown = JSON.parse(text);
  if (!Array.isArray(elements)) throw new Error('the sample data is not an array');
  const lines = elements.map((element) => JSON.stringify(element, shorter)).join(',\n');
  // A function: "$" in the data means nothing.
  return sql.replace('$1', () => `'[\n${lines.replaceAll("'", "''")}\n]'`);
}

/**
 * deploy/postgres/init/reviewmaps.sql: ReviewMaps' tables and sample rows, for an empty database. Their times
 * are relative to the moment at which it runs.
 */
export function sampleSql(): string {
  const statements: string[] = [];
  const collect: Run = (sql, text) => {
    statements.push(text === undefined ? sql : withText(sql, text));
    return Promise.resolve(0);
  };
  const random = createRandom(SEED);
  for (const statement of SCHEMA) void collect(statement);
  void storeCampaigns(collect, initialCampaigns(random, CAMPAIGNS));
  void storeReviews(
    collect,
    Array.from({ length: REVIEWS }, () => review(random, CAMPAIGNS)),
  );
  void collect('ANALYZE campaign');
  void collect('ANALYZE reviews');
  return `-- Made by "npm run generate" from monitoring/sample-sql.ts and dev/sample. Do not edit.
SET client_encoding TO 'UTF8';
BEGIN;
${statements.map((statement) => `${statement.trim()};\n`).join('')}COMMIT;
`;
}
