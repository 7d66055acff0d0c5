/** Pieces of Markdown of which the reference is made. */

export const code = (text: string): string => `\`${text}\``;

/** The anchor that GitHub gives a heading. */
export function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** A link to a heading of the page that is a name. */
export const toName = (name: string): string => `[${code(name)}](#${anchor(name)})`;

export const toAlert = (alert: string): string => `[${alert}](runbooks/${alert}.md)`;

export const orNone = (parts: readonly string[]): string => parts.join(', ') || '–';

export function table(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...lines]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

export function promqlBlock(text: string): string {
  return `\`\`\`promql\n${text}\n\`\`\``;
}
