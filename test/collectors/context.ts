import type { CollectorContext } from '../../src/collectors/collector';
import type { Database } from '../../src/database/database';
import { createLog } from '../../src/log';
import type { Sample } from '../../src/metrics/sample';
import { type LogLine, stubLedger } from '../jobs/context';

/** A collector's context on a database; the ledger knows nothing and the log is remembered. */
export function collectorContext(database: Database, ledger = stubLedger()) {
  const lines: LogLine[] = [];
  const context: CollectorContext = {
    database,
    ledger,
    log: createLog({ level: 'debug', now: () => 0, write: (line) => lines.push(JSON.parse(line)) }),
    signal: AbortSignal.timeout(20_000),
  };
  return { context, lines, ledger };
}

/** A database that gives the same rows to every statement, and remembers the statements. */
export function databaseOf(
  rows: Awaited<ReturnType<Database['query']>>,
): Database & { statements: string[] } {
  const statements: string[] = [];
  return {
    statements,
    query: async ({ sql }) => {
      statements.push(sql);
      return rows;
    },
  };
}

/** Values of one metric by the values of its labels. */
export function values(samples: readonly Sample[], metric: string): Record<string, number> {
  return Object.fromEntries(
    samples
      .filter((one) => one.metric === metric)
      .map(({ labels, value }) => [
        Object.values(labels).join(),
        typeof value === 'number' ? value : value.count,
      ]),
  );
}
