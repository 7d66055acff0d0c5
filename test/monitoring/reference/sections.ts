import { parsePage } from '../../docs/markdown';

export const PATH = 'docs/metrics.md';

/** What stands under each heading of the second and third level, up to the next. */
export function sections(page: string): readonly { readonly title: string; readonly text: string }[] {
  return page
    .split(/^#{2,3} /m)
    .slice(1)
    .map((section) => {
      const [title = '', ...lines] = section.split('\n');
      return { title, text: lines.join('\n') };
    });
}

/** The PromQL blocks of a page, in order. */
export function queries(page: string): readonly string[] {
  return parsePage(page)
    .blocks.filter(({ language }) => language === 'promql')
    .map(({ text }) => text.trim());
}
