import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { GENERATED_FOLDERS, GENERATED_MARK, generatedFiles } from '../../monitoring/generated';
import { strays } from '../../monitoring/write';

describe('the generated files', () => {
  it.each([...generatedFiles()])(
    '%s is what its definitions say: run "npm run generate"',
    async (path, content) => {
      expect(await readFile(path, 'utf8')).toBe(content);
    },
  );

  it('are all that is in their folders: run "npm run generate"', async () => {
    expect(await strays(process.cwd(), generatedFiles(), GENERATED_FOLDERS, GENERATED_MARK)).toEqual([]);
  });

  it('bear the mark by which they are removed when they are generated no more', () => {
    const without = [...generatedFiles()].filter(
      ([path, content]) =>
        GENERATED_FOLDERS.some((folder) => path.startsWith(`${folder}/`)) && !GENERATED_MARK.test(content),
    );
    expect(without.map(([path]) => path)).toEqual([]);
  });

  it('are the same each time', () => {
    expect([...generatedFiles()]).toEqual([...generatedFiles()]);
  });
});
