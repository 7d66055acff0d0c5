import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { GENERATED_FOLDERS, generatedFiles, isGenerated } from '../../monitoring/generated';
import { strays } from '../../monitoring/write';

describe('the generated files', () => {
  it.each([...generatedFiles()])(
    '%s is what its definitions say: run "npm run generate"',
    async (path, content) => {
      expect(await readFile(path, 'utf8')).toBe(content);
    },
  );

  it('are all that is in their folders: run "npm run generate"', async () => {
    expect(await strays(process.cwd(), generatedFiles(), GENERATED_FOLDERS, isGenerated)).toEqual([]);
  });

  it('bear the mark by which they are removed when they are generated no more', () => {
    const without = [...generatedFiles()].filter(
      ([path, content]) =>
        GENERATED_FOLDERS.some((folder) => path.startsWith(`${folder}/`)) && !isGenerated(path, content),
    );
    expect(without.map(([path]) => path)).toEqual([]);
  });

  it.each([
    ['rules/team.yml', '# Alerts of the team, beside those of monitoring/dashboard\ngroups: []\n'],
    ['runbooks/Team.md', '# Ours\n\nNot Made by "npm run generate".\n'],
    ['dashboards/copy.json', '{"uid":"copy","description":"Generated from monitoring/dashboard"}'],
    ['dashboards/half.json', '{"uid":'],
  ])("let somebody's own %s be", (path, text) => {
    expect(isGenerated(path, text)).toBe(false);
  });

  it('are the same each time', () => {
    expect([...generatedFiles()]).toEqual([...generatedFiles()]);
  });
});
