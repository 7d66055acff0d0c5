import { counters } from './001-counters';
import { runs } from './002-runs';
import { findings } from './003-findings';

interface Migration {
  readonly version: number;
  readonly name: string;
  /** Statements that run inside one PL/pgSQL block, so all of them or none. */
  readonly sql: string;
}

/** In the order in which they are applied. A migration that was released is never edited: a change is a new one. */
export const migrations: readonly Migration[] = [
  { version: 1, name: 'counters', sql: counters },
  { version: 2, name: 'runs', sql: runs },
  { version: 3, name: 'findings', sql: findings },
];

export const LATEST_VERSION = migrations.length;
