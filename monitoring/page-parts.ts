/** Pages that are written by hand, with parts in them that `npm run generate` writes. */

/**
 * The page with the content in the place of what is between the part's two marks.
 * @throws RangeError for a page without these marks.
 */
export function withPart(page: string, part: string, content: string): string {
  const begin = `<!-- ${part}: written by "npm run generate" -->`;
  const end = `<!-- end of ${part} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new RangeError(`the page has no "${begin}" before "${end}"`);
  return `${page.slice(0, from + begin.length)}\n\n${content}\n\n${page.slice(to)}`;
}
