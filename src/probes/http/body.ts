import type { HttpProbeConfig } from '../../config/config';
import { BODY_LIMIT_BYTES } from './exchange';

/** Characters of a body that a log line shows. */
const EXCERPT_LENGTH = 80;

interface Body {
  readonly bytes: Buffer;
  readonly cut: boolean;
  /** Texts that an excerpt must not show, though a page may repeat them. */
  readonly hidden: readonly string[];
}

/**
 * What is wrong with a body, as a sentence that continues after the address; undefined if it is as expected.
 * The body is read as UTF-8.
 */
export function bodyProblem(
  { body, json }: Pick<HttpProbeConfig, 'body' | 'json'>,
  { bytes, cut, hidden }: Body,
): string | undefined {
  const text = new TextDecoder().decode(bytes);
  const shown = (found: string) => excerpt(found, hidden);
  if (body !== undefined && !text.includes(body)) {
    const where = cut ? `in its first ${BODY_LIMIT_BYTES} bytes` : 'in its body';
    return `does not have the text ${JSON.stringify(body)} ${where}, which starts ${shown(text)}`;
  }
  if (json === undefined) return undefined;
  if (cut)
    return `has a body above ${BODY_LIMIT_BYTES} bytes, too long to look for the field "${json.field}"`;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return `has a body that is not JSON: ${shown(text)}`;
  }
  const found = fieldOf(parsed, json.field);
  if (found === undefined) return `has no field "${json.field}" in its JSON body: ${shown(text)}`;
  if (found.value === json.equals) return undefined;
  return `has ${shown(JSON.stringify(found.value))} in the field "${json.field}", expected ${JSON.stringify(json.equals)}`;
}

/** Follows a path of own keys (`a.b.c`; an array's are its indexes). */
function fieldOf(json: unknown, path: string): { readonly value: unknown } | undefined {
  let value = json;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return { value };
}

function excerpt(text: string, hidden: readonly string[]): string {
  if (text === '') return 'nothing (it is empty)';
  let safe = text;
  for (const secret of hidden) if (secret !== '') safe = safe.replaceAll(secret, '***');
  const characters = Array.from(safe.replace(/[\s\p{Cc}]+/gu, ' ').trim());
  return characters.length > EXCERPT_LENGTH
    ? `${characters.slice(0, EXCERPT_LENGTH).join('')}…`
    : characters.join('');
}

/** What an address holds that may be secret: its query values, as they are written and as they are meant. */
export function secretsOf(url: URL): string[] {
  const written = url.search
    .slice(1)
    .split('&')
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
  return [...url.searchParams.values(), ...written].sort((a, b) => b.length - a.length);
}
