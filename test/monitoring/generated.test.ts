import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { generatedFiles } from '../../monitoring/generated';

describe('the generated files', () => {
  it.each([...generatedFiles()])(
    '%s is what its definitions say: run "npm run generate"',
    async (path, content) => {
      expect(await readFile(path, 'utf8')).toBe(content);
    },
  );

  it('are the same each time', () => {
    expect([...generatedFiles()]).toEqual([...generatedFiles()]);
  });
});
