import { unsupportedResult } from './errors';

const BOUNDS = /^(?:\[-?\d+:-?\d+\])+=/;
const ELEMENT = /"((?:[^"\\]|\\.)*)"|([^,{}"]+)/suy;

/**
 * The elements of an array in PostgreSQL's text form, `{1,NULL,"a,b"}`; NULL is null.
 * @throws UnsupportedResultException for more than one dimension.
 */
export function arrayElements(text: string): (string | null)[] {
  const inner = text.replace(BOUNDS, '').slice(1, -1);
  if (inner.startsWith('{')) throw unsupportedResult('The result contains a multidimensional array');
  const elements: (string | null)[] = [];
  for (let position = 0; position < inner.length; ) {
    ELEMENT.lastIndex = position;
    const match = ELEMENT.exec(inner);
    if (match === null) throw unsupportedResult('The result contains an array that cannot be read');
    const [whole, quoted, bare] = match;
    if (quoted !== undefined) elements.push(quoted.replace(/\\(.)/gsu, '$1'));
    else elements.push(bare === undefined || bare === 'NULL' ? null : bare);
    position += whole.length + 1;
  }
  return elements;
}
