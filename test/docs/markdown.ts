/** The parts of a Markdown page that the checks look at. */

export interface Block {
  readonly language: string;
  readonly text: string;
}

interface Heading {
  readonly level: number;
  readonly title: string;
}

export interface Page {
  readonly headings: readonly Heading[];
  readonly blocks: readonly Block[];
  /** Rows of each table, cells trimmed; the first row is the header. */
  readonly tables: readonly (readonly (readonly string[])[])[];
  /** Targets of `[text](target)`. */
  readonly links: readonly string[];
  /** The page without its fenced blocks. */
  readonly prose: string;
}

export function parsePage(source: string): Page {
  const blocks: Block[] = [];
  const prose = source.replaceAll(/^```(\w*)\n(.*?)^```$/gms, (_, language: string, text: string) => {
    blocks.push({ language, text });
    return '';
  });
  const headings = [...prose.matchAll(/^(#{1,6}) (.+)$/gm)].map(([, marks = '', title = '']) => ({
    level: marks.length,
    title,
  }));
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return { headings, blocks, tables: tablesOf(prose), links, prose };
}

function tablesOf(prose: string): string[][][] {
  const tables: string[][][] = [];
  let inTable = false;
  for (const line of prose.split('\n')) {
    const isRow = line.startsWith('|');
    if (isRow && !inTable) tables.push([]);
    inTable = isRow;
    if (isRow && !/^[|\s:-]+$/.test(line)) tables.at(-1)?.push(cellsOf(line));
  }
  return tables;
}

function cellsOf(row: string): string[] {
  return row
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

/** The anchor that GitHub gives a heading. */
export function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** What stands in backticks at the beginning of each row's first cell, in the table whose first header is given. */
export function firstColumn(page: Page, header: string): string[] {
  const table = page.tables.find(([head]) => head?.[0] === header);
  if (table === undefined) throw new Error(`no table begins with "${header}"`);
  return table.slice(1).map(([cell = '']) => /^`([^`]+)`/.exec(cell)?.[1] ?? cell);
}

/** Lines of the shell blocks that run something. */
export function commandsOf(page: Page): string[] {
  return page.blocks
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.split('\n'))
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Blocks and inline code, where commands are named. */
export function codeOf(page: Page): string[] {
  return [
    ...page.blocks.filter(({ language }) => language === 'sh').map(({ text }) => text),
    ...[...page.prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code),
  ];
}
