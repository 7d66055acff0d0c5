/** One line with a sample: `name{label="value",…} number [timestamp]`. */
export interface SampleLine {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** As written; what it means depends on the family. */
  readonly value: string;
  readonly hasTimestamp: boolean;
}

/** What is wrong in a line, in the real gateway's words, so that tools that read them work with both. */
export class LineError extends Error {}

const NAME = /[a-zA-Z_:][\w:]*/y;
const LABEL_NAME = /[a-zA-Z_]\w*/y;
const BLANKS = /[ \t]*/y;
const TOKEN = /[^ \t]*/y;
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', n: '\n' };

/** A line and how far it has been read. */
class Cursor {
  private position = 0;

  constructor(private readonly line: string) {}

  take(pattern: RegExp): string {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.line)?.[0] ?? '';
    this.position += found.length;
    return found;
  }

  skipBlanks(): void {
    this.take(BLANKS);
  }

  /** The next character, which is then read; empty at the end. */
  next(): string {
    const character = this.line.charAt(this.position);
    this.position += 1;
    return character;
  }

  /** Reads the character if it is the next one. */
  skip(character: string): boolean {
    if (this.line.charAt(this.position) !== character) return false;
    this.position += 1;
    return true;
  }

  get rest(): string {
    return this.line.slice(this.position);
  }
}

function quotedValue(cursor: Cursor): string {
  const start = cursor.next();
  if (start !== '"') throw new LineError(`expected '"' at start of label value, found '${start}'`);
  let value = '';
  for (let character = cursor.next(); character !== '"'; character = cursor.next()) {
    if (character === '') throw new LineError(`label value "${value}" contains unescaped new-line`);
    if (character !== '\\') {
      value += character;
      continue;
    }
    const escaped = cursor.next();
    const meant = ESCAPES[escaped];
    if (meant === undefined) throw new LineError(`invalid escape sequence '\\${escaped}'`);
    value += meant;
  }
  return value;
}

function labelsOf(cursor: Cursor, metric: string): Readonly<Record<string, string>> {
  const labels = new Map<string, string>();
  for (;;) {
    cursor.skipBlanks();
    if (cursor.skip('}')) break;
    const name = cursor.take(LABEL_NAME);
    if (name === '') throw new LineError(`invalid label name for metric "${metric}"`);
    if (name === '__name__') throw new LineError('label name "__name__" is reserved');
    if (labels.has(name)) throw new LineError(`duplicate label names for metric "${metric}"`);
    cursor.skipBlanks();
    const equals = cursor.next();
    if (equals !== '=') throw new LineError(`expected '=' after label name, found '${equals}'`);
    cursor.skipBlanks();
    const value = quotedValue(cursor);
    labels.set(name, value);
    cursor.skipBlanks();
    if (cursor.skip(',')) continue;
    if (!cursor.skip('}')) throw new LineError(`unexpected end of label value "${value}"`);
    break;
  }
  return Object.fromEntries(labels);
}

/** Reads a line without its newline. @throws LineError */
export function readSampleLine(line: string): SampleLine {
  const cursor = new Cursor(line);
  cursor.skipBlanks();
  const name = cursor.take(NAME);
  if (name === '') throw new LineError('invalid metric name');
  cursor.skipBlanks();
  const labels = cursor.skip('{') ? labelsOf(cursor, name) : {};
  cursor.skipBlanks();
  const value = cursor.take(TOKEN);
  if (cursor.rest === '') return { name, labels, value, hasTimestamp: false };
  cursor.skipBlanks();
  const timestamp = cursor.take(TOKEN);
  if (!/^[+-]?\d+$/.test(timestamp)) {
    throw new LineError(`expected integer as timestamp, got "${timestamp}"`);
  }
  if (cursor.rest !== '') throw new LineError(`spurious string after timestamp: "${cursor.rest}"`);
  return { name, labels, value, hasTimestamp: true };
}
