import { mkdir, mkdtemp, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';

type IsGenerated = (path: string, text: string) => boolean;

/** What was done about a file, and its path below the root. */
export interface Change {
  readonly what: 'written' | 'removed';
  readonly path: string;
}

/**
 * Makes the files below a folder be the given ones, and removes what was generated before and is no more. Every new content is on the disk before the first file changes, and each file changes as a whole:
 * whoever reads one never sees half of it, and a failure while writing changes none.
 * @param root folder that the paths are relative to
 * @param isGenerated tells by path and text whether a file of the folders was generated: if not it is somebody's own
 * @throws RangeError for a path that leads out of the root, or a folder without a generated file; nothing is done then.
 */
export async function writeGenerated(
  root: string,
  files: ReadonlyMap<string, string>,
  folders: readonly string[],
  isGenerated: IsGenerated,
): Promise<readonly Change[]> {
  for (const path of [...files.keys(), ...folders])
    insist(staysInside(path), `${path} is no path below the root`);
  const surplus = await strays(root, files, folders, isGenerated);
  const written = await write(root, files);
  for (const path of surplus) await rm(join(root, path));
  return [...written, ...surplus.map((path): Change => ({ what: 'removed', path }))];
}

/**
 * Files in the folders that were generated and are no more, in order. Links are let be.
 * @throws RangeError for a folder that none of the files is in (a mistake: all of it would be a stray), or that is
 *   somewhere else by a link.
 */
export async function strays(
  root: string,
  files: ReadonlyMap<string, string>,
  folders: readonly string[],
  isGenerated: IsGenerated,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const holds = [...files.keys()].some((path) => path.startsWith(`${folder}/`));
    insist(holds, `nothing that is generated is in ${folder}: it is no folder of generated files`);
    found.push(...(await filesBelow(root, folder)));
  }
  const others = [...new Set(found)].filter((path) => !files.has(path)).toSorted();
  const texts = await Promise.all(others.map((path) => readFile(join(root, path), 'utf8')));
  return others.filter((path, index) => isGenerated(path, texts[index] ?? ''));
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const real = await realpath(join(root, folder)).catch(whenMissing);
  if (real === undefined) return [];
  insist(real === join(await realpath(root), ...folder.split('/')), `${folder} is a link to somewhere else`);
  const entries = await readdir(real, { withFileTypes: true });
  const nested = entries.map(async (entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return await filesBelow(root, path);
    return entry.isFile() ? [path] : [];
  });
  return (await Promise.all(nested)).flat();
}

async function write(root: string, files: ReadonlyMap<string, string>): Promise<Change[]> {
  // On the same disk, or a file could not be put in place in one step; git ignores the folder.
  const cache = join(root, '.cache');
  await mkdir(cache, { recursive: true });
  const staged = await mkdtemp(join(cache, 'generate-'));
  try {
    const changed: string[] = [];
    for (const [path, content] of files) {
      if ((await readFile(join(root, path), 'utf8').catch(whenMissing)) === content) continue;
      await writeFile(join(staged, String(changed.length)), content);
      changed.push(path);
    }
    for (const [index, path] of changed.entries()) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await rename(join(staged, String(index)), join(root, path));
    }
    return changed.map((path) => ({ what: 'written', path }));
  } finally {
    await rm(staged, { recursive: true });
  }
}

function staysInside(path: string): boolean {
  return (
    path !== '' &&
    path !== '.' &&
    normalize(path) === path &&
    !path.startsWith('/') &&
    path.split(sep)[0] !== '..'
  );
}

function insist(holds: boolean, sentence: string): void {
  if (!holds) throw new RangeError(sentence);
}

/** Undefined for what does not exist; anything else that goes wrong is an error. */
function whenMissing(thrown: unknown): undefined {
  const missing =
    typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === 'ENOENT';
  if (!missing) throw thrown;
}
