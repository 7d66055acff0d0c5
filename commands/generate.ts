import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { generatedFiles } from '../monitoring/generated';
import { DONE, onlyKnown, runCommand } from './command';

/** Writes the files that are generated from the definitions. `npm run generate`; a test fails when they differ. */
void runCommand(async () => {
  onlyKnown(process.argv.slice(2), [], 'npm run generate');
  for (const [path, content] of generatedFiles()) {
    const before = await readFile(path, 'utf8').catch(() => '');
    if (before === content) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    process.stdout.write(`written  ${path}\n`);
  }
  process.stdout.write(`${generatedFiles().size} generated files are up to date\n`);
  return DONE;
});
