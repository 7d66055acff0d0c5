import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { anchorOf, codeOf, type Page, parsePage } from './markdown';
import { ROOT, readText } from './project';

/** npm's own words; every other word after `npm` has to be `run`. */
const NPM_WORDS = new Set(['ci', 'install', 'start', 'test']);

/** npm scripts and local programs that a page names and that do not exist. */
export function unknownScripts(page: Page, scripts: ReadonlySet<string>): string[] {
  const code = codeOf(page).join('\n');
  const runs = [...code.matchAll(/\bnpm (?:--silent )?run ([\w:-]+)/g)].map(([, name = '']) => name);
  const words = [...code.matchAll(/\bnpm (?!--silent|run\b)([\w-]+)/g)].map(([, word = '']) => word);
  const programs = [...code.matchAll(/\bnpx ([\w@/-]+)/g)].map(([, name = '']) => name);
  return [
    ...runs.filter((name) => !scripts.has(name)).map((name) => `npm run ${name}`),
    ...words
      .filter((word) => !NPM_WORDS.has(word) || (/^(start|test)$/.test(word) && !scripts.has(word)))
      .map((word) => `npm ${word}`),
    ...programs
      .filter((name) => !existsSync(join(ROOT, 'node_modules', '.bin', name)))
      .map((name) => `npx ${name}`),
  ];
}

/** Relative links whose file or heading does not exist. @param path of the page, from the project's folder */
export function brokenLinks(path: string, source: string): string[] {
  return parsePage(source).links.filter((link) => {
    if (/^https?:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : normalize(join(dirname(path), file));
    if (!existsSync(join(ROOT, target))) return true;
    if (anchor === undefined) return false;
    const text = target === path ? source : readText(target);
    return !parsePage(text).headings.some(({ title }) => anchorOf(title) === decodeURIComponent(anchor));
  });
}

/** What two sets do not share, in words. */
export function difference(documented: Iterable<string>, real: Iterable<string>): string[] {
  const [ours, theirs] = [[...documented], [...real]];
  return [
    ...theirs.filter((name) => !ours.includes(name)).map((name) => `not documented: ${name}`),
    ...ours.filter((name) => !theirs.includes(name)).map((name) => `does not exist: ${name}`),
    ...ours.filter((name, index) => ours.indexOf(name) !== index).map((name) => `twice: ${name}`),
  ];
}

/** Shortest piece of a sentence that says enough to be looked for. */
const SHORTEST_PIECE = 8;

/** Error sentences that no source can print; `…` stands for what varies. */
export function unprintable(sentences: readonly string[], sources: string): string[] {
  return sentences.filter((sentence) => {
    const pieces = sentence
      .split('…')
      .map((piece) => piece.trim())
      .filter((piece) => piece.length >= SHORTEST_PIECE);
    return pieces.length === 0 || pieces.some((piece) => !sources.includes(piece));
  });
}
