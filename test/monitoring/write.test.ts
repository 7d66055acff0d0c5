import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { strays, writeGenerated } from '../../monitoring/write';

const FOLDERS = ['docs/pages'];
const FILES = new Map([
  ['docs/pages/a.md', 'a\n'],
  ['docs/pages/deep/b.md', 'b\n'],
  ['docs/list.md', 'list\n'],
]);

let folder = '';
let root = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'generated-'));
  root = join(folder, 'project');
  await mkdir(root);
});
afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, content = 'made by the generator\n'): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

/** Every file below the root, without what git ignores. */
async function files(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .toSorted();
}

const MARK = (_path: string, text: string) => text.startsWith('made by the generator');
const generate = (wanted = FILES, folders = FOLDERS) => writeGenerated(root, wanted, folders, MARK);

describe('writing the generated files', () => {
  it('writes what is missing or differs, says so in order, and touches nothing else', async () => {
    await put('docs/pages/a.md', 'a\n');
    await put('docs/list.md', 'old\n');
    const { ino, mtimeMs } = await lstat(join(root, 'docs/pages/a.md'));
    expect(await generate()).toEqual([
      { what: 'written', path: 'docs/pages/deep/b.md' },
      { what: 'written', path: 'docs/list.md' },
    ]);
    expect(await readFile(join(root, 'docs/list.md'), 'utf8')).toBe('list\n');
    expect(await lstat(join(root, 'docs/pages/a.md'))).toMatchObject({ ino, mtimeMs });
    expect(await files()).toEqual([...FILES.keys()].toSorted());
    expect(await generate()).toEqual([]);
  });

  it('removes what is no longer generated, in order, and says so', async () => {
    await generate();
    for (const path of ['docs/pages/z.md', 'docs/pages/deep/old.md', 'docs/pages/.hidden']) await put(path);
    const expected = ['docs/pages/.hidden', 'docs/pages/deep/old.md', 'docs/pages/z.md'];
    expect(await strays(root, FILES, FOLDERS, MARK)).toEqual(expected);
    expect(await generate()).toEqual(expected.map((path) => ({ what: 'removed', path })));
    expect(await files()).toEqual([...FILES.keys()].toSorted());
  });

  it('removes nothing outside the declared folders', async () => {
    const others = ['docs/by-hand.md', 'docs/pages-of-others/c.md', 'src/a.ts'];
    for (const path of others) await put(path);
    await put('docs/pages/stray.md');
    await generate();
    expect(await files()).toEqual([...FILES.keys(), ...others].toSorted());
  });

  it("lets somebody's own files be, and links with what they lead to", async () => {
    await generate();
    const outside = join(folder, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'kept.md'), 'made by the generator\n');
    await symlink(outside, join(root, 'docs/pages/linked'));
    await symlink(join(outside, 'kept.md'), join(root, 'docs/pages/linked.md'));
    await put('docs/pages/own.md', 'by hand\n');
    expect(await generate()).toEqual([]);
    expect(await readdir(outside)).toEqual(['kept.md']);
    expect(await readFile(join(root, 'docs/pages/own.md'), 'utf8')).toBe('by hand\n');
  });

  it('does nothing when a declared folder is a link to somewhere else', async () => {
    const outside = join(folder, 'outside');
    await mkdir(outside);
    await writeFile(join(outside, 'kept.md'), 'kept\n');
    await mkdir(join(root, 'docs'));
    await symlink(outside, join(root, 'docs/pages'));
    await expect(generate()).rejects.toThrow('docs/pages is a link to somewhere else');
    expect(await readdir(outside)).toEqual(['kept.md']);
    expect(await files()).toEqual(['docs/pages']);
  });

  it.each([
    ['a folder in which nothing is generated', 'src', 'nothing that is generated is in src'],
    ['a folder whose name only begins like one of theirs', 'docs/page', 'nothing that is generated is in'],
    ['the root itself', '.', '. is no path below the root'],
    ['no folder at all', '', 'is no path below the root'],
    ['what lies above the root', '../outside', 'is no path below the root'],
    ['an absolute folder', '/tmp', 'is no path below the root'],
    ['a folder by a detour', 'docs/../src', 'is no path below the root'],
  ])('does nothing when it is told to empty %s', async (_what, declared, sentence) => {
    await put('src/a.ts');
    await expect(generate(FILES, [declared])).rejects.toThrow(sentence);
    expect(await files()).toEqual(['src/a.ts']);
  });

  it('does nothing when a path leads out of the root', async () => {
    await put('docs/pages/stray.md');
    await expect(generate(new Map([...FILES, ['../escaped.md', 'x']]))).rejects.toThrow(RangeError);
    expect(await files()).toEqual(['docs/pages/stray.md']);
    expect(await readdir(folder)).toEqual(['project']);
  });

  it('leaves every file as it was when a content cannot be written, and nothing half written', async () => {
    await put('docs/list.md', 'old\n');
    await put('docs/pages/stray.md');
    // As when the disk is full: the staging folder cannot be made.
    await put('.cache', 'a file where the folder has to be\n');
    await expect(generate()).rejects.toThrow();
    expect(await files()).toEqual(['.cache', 'docs/list.md', 'docs/pages/stray.md']);
    expect(await readFile(join(root, 'docs/list.md'), 'utf8')).toBe('old\n');
  });

  it('leaves nothing behind when something that is no file is in the way', async () => {
    await put('docs/list.md/in-the-way.md');
    await expect(generate()).rejects.toThrow('EISDIR');
    expect(await files()).toEqual(['docs/list.md/in-the-way.md']);
  });
});
