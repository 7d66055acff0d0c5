import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** Every Markdown page of the project. */
export function pagePaths(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' });
  return [
    'README.md',
    'README.ko.md',
    'CHANGELOG.md',
    ...docs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ];
}

/** Pages that exist in both languages. */
export function translatedPages(): { english: string; korean: string }[] {
  return pagePaths()
    .filter((path) => path.endsWith('.ko.md'))
    .map((korean) => ({ english: korean.replace(/\.ko\.md$/, '.md'), korean }));
}

/** The members of an exported union of texts, as the source writes it; none if there is no such type. */
export function unionOf(path: string, name: string): string[] {
  const [, members = ''] = new RegExp(`^export type ${name} =([^;]+);`, 'm').exec(readText(path)) ?? [];
  return [...members.matchAll(/'(\w+)'/g)].map(([, member = '']) => member);
}

function matches(path: string, pattern: RegExp): string[] {
  return [...readText(path).matchAll(pattern)].map(([, name = '']) => name);
}

/** The variables that the program, the deployment and the local endpoint name. */
export function environmentVariables(): Set<string> {
  return new Set([
    ...matches('src/config/environment.ts', /\benv,\s*'([A-Z][A-Z0-9_]*)'/g),
    ...matches('src/config/environment.ts', /'([A-Z]+_(?:USERNAME|PASSWORD|TOKEN))'/g),
    ...matches('serverless.yml', /env:([A-Z][A-Z0-9_]*)/g),
    ...matches('serverless/environment.js', /\b([A-Z][A-Z0-9_]*): '(?:param|sls):/g),
    ...matches('dev/data-api/report.ts', /^ {4}([A-Z][A-Z0-9_]*):/gm),
  ]);
}

/** Names of the deployment's parameters. */
export function deploymentParameters(): string[] {
  const [, block = ''] = /^params:\n {2}default:\n((?: {4}.*\n|\n)+)/m.exec(readText('serverless.yml')) ?? [];
  return [...block.matchAll(/^ {4}(\w+):/gm)].map(([, name = '']) => name);
}

/** All source text that can print a sentence, with runs of blanks made one. */
export function sourceText(): string {
  return ['src', 'commands', 'dev', 'serverless']
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(ts|js)$/.test(name))
        .map((name) => readText(join(folder, name))),
    )
    .join('\n')
    .replaceAll(/\\(['"`])/g, '$1')
    .replaceAll(/\s+/g, ' ');
}
