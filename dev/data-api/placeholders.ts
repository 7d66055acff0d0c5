/** One `:name` in a statement. */
export interface Placeholder {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** What may hide a colon: strings, identifiers and comments. Dollar quotes hide nothing from the service. */
const HIDDEN = [
  /[eE]'(?:[^'\\]|\\.|'')*(?:'|$)/suy,
  /'[^']*(?:'|$)/uy,
  /"[^"]*(?:"|$)/uy,
  /--[^\n]*/uy,
] as const;
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const NAMED = /:([A-Za-z_]\w*)/y;
/** A run of two or more colons is a cast, whatever follows. */
const COLONS = /::+\w*/y;
const COMMENT_EDGE = /\/\*|\*\//g;

function matchAt(pattern: RegExp, sql: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(sql);
}

/** Block comments nest in PostgreSQL. Gives the position after the one that begins at `start`. */
function endOfComment(sql: string, start: number): number {
  let depth = 0;
  for (
    let edge = matchAt(COMMENT_EDGE, sql, start);
    edge !== null;
    edge = matchAt(COMMENT_EDGE, sql, edge.index + 2)
  ) {
    depth += edge[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.index + 2;
  }
  return sql.length;
}

/** The end of what begins at `position` and cannot have a placeholder in it; undefined if it can. */
function endOfHidden(sql: string, position: number): number | undefined {
  if (sql.startsWith('/*', position)) return endOfComment(sql, position);
  for (const pattern of [...HIDDEN, COLONS, WORD]) {
    const match = matchAt(pattern, sql, position);
    if (match !== null) return position + match[0].length;
  }
  return undefined;
}

/** Every `:name` of a statement, in order, where the service sees one. */
export function findPlaceholders(sql: string): Placeholder[] {
  const found: Placeholder[] = [];
  let position = 0;
  while (position < sql.length) {
    const hidden = endOfHidden(sql, position);
    const named = hidden === undefined ? matchAt(NAMED, sql, position) : null;
    if (named?.[1] !== undefined) {
      found.push({ name: named[1], start: position, end: position + named[0].length });
    }
    position = hidden ?? position + (named?.[0].length ?? 1);
  }
  return found;
}
