/** The keys of a valibot schema, as the documentation writes them: `a.b`, `a[].b` in a list, `a.*` in a record. */
export function keysOf(schema: unknown, path = ''): string[] {
  const entries = field(schema, 'entries');
  if (isObject(entries)) {
    return Object.entries(entries).flatMap(([key, inner]) =>
      keysOf(inner, path === '' ? key : `${path}.${key}`),
    );
  }
  const wrapped = field(schema, 'wrapped');
  if (wrapped !== undefined) return keysOf(wrapped, path);
  switch (field(schema, 'type')) {
    case 'array':
      return keysOf(field(schema, 'item'), `${path}[]`);
    case 'record':
      return keysOf(field(schema, 'value'), `${path}.*`);
    case 'variant':
      // Kinds share keys; each is written once.
      return [...new Set(list(field(schema, 'options')).flatMap((option) => keysOf(option, path)))];
    default:
      // A list or a map of plain values is written as its own key.
      return [path.replace(/(\[\]|\.\*)$/, '')];
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Without `instanceof` and casts: a schema's shape is looked at, not assumed. A pipe keeps its first schema's fields. */
function field(value: unknown, name: string): unknown {
  return isObject(value) ? Reflect.get(value, name) : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
