/** A value of docker-compose.yml. Scalars are text, as they are written. */
export type Value = string | undefined | readonly Value[] | Mapping;
export interface Mapping {
  readonly [key: string]: Value;
}

interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

export function isMapping(value: Value): value is Mapping {
  return typeof value === 'object' && !Array.isArray(value);
}

function scalar(text: string): string {
  const quoted = /^'([^'\\]*)'$|^"([^"\\]*)"$/.exec(text);
  if (quoted !== null) return quoted[1] ?? quoted[2] ?? '';
  // Anchors, tags, block text, flow mappings, comments behind a value and the like are not in this file.
  if (/^[&*!|>{}[\]'"%@`#]|: | #/.test(text)) throw new Error(`cannot read ${text}`);
  return text;
}

function scalarOrList(text: string): Value {
  if (!text.startsWith('[') || !text.endsWith(']')) return scalar(text);
  return text
    .slice(1, -1)
    .split(',')
    .map((item) => scalar(item.trim()));
}

/**
 * Reads as much of YAML as docker-compose.yml uses: mappings, lists of scalars, and lists on one line.
 * @throws Error for everything else, and for a key that is there twice
 */
export function parseCompose(source: string): Mapping {
  const lines: Line[] = source
    .split('\n')
    .map((line, index) => ({
      number: index + 1,
      indent: line.length - line.trimStart().length,
      text: line.trim(),
    }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'));
  let next = 0;

  function list(indent: number): readonly Value[] {
    const items: Value[] = [];
    for (let line = lines[next]; line?.indent === indent; line = lines[next]) {
      if (!line.text.startsWith('- ')) throw new Error(`line ${line.number} is no item of its list`);
      items.push(scalar(line.text.slice(2)));
      next += 1;
    }
    return items;
  }

  function mapping(indent: number): Mapping {
    const entries = new Map<string, Value>();
    for (let line = lines[next]; line?.indent === indent; line = lines[next]) {
      const [, key, value] = /^([\w.-]+):(?: (.+))?$/.exec(line.text) ?? [];
      if (key === undefined) throw new Error(`line ${line.number} is no key: ${line.text}`);
      if (entries.has(key)) throw new Error(`line ${line.number} says ${key} again`);
      next += 1;
      entries.set(key, value === undefined ? below(indent) : scalarOrList(value));
    }
    return Object.fromEntries(entries);
  }

  function below(indent: number): Value {
    const line = lines[next];
    if (line === undefined || line.indent <= indent) return undefined;
    return line.text.startsWith('- ') ? list(line.indent) : mapping(line.indent);
  }

  const file = mapping(0);
  const left = lines[next];
  if (left !== undefined) throw new Error(`line ${left.number} is indented like nothing above it`);
  return file;
}

/** `${NAME:-otherwise}` and `${NAME}` become what Compose makes of them. */
export function interpolate(text: string, environment: Readonly<Record<string, string>> = {}): string {
  return text.replaceAll(
    /\$\{(\w+)(?::-([^}]*))?\}/g,
    (_whole, name: string, otherwise: string | undefined) => environment[name] || (otherwise ?? ''),
  );
}
