import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { GENERATED_FOLDERS, generatedFiles } from '../../monitoring/generated';
import { strays } from '../../monitoring/write';

describe('the generated files', () => {
  it.each([...generatedFiles()])(
    '%s is what its definitions say: run "npm run generate"',
    async (path, content) => {
      expect(await readFile(path, 'utf8')).toBe(content);
    },
  );

  it('are all that is in their folders: run "npm run generate"', async () => {
    expect(await strays(process.cwd(), generatedFiles(), GENERATED_FOLDERS)).toEqual([]);
  });

  it('are the same each time', () => {
    expect([...generatedFiles()]).toEqual([...generatedFiles()]);
  });
});
