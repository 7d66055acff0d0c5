import { GENERATED_FOLDERS, generatedFiles, isGenerated } from '../monitoring/generated';
import { writeGenerated } from '../monitoring/write';
import { DONE, onlyKnown, runCommand } from './command';

/** Writes the files that are generated from the definitions. `npm run generate`; a test fails when they differ. */
void runCommand(async () => {
  onlyKnown(process.argv.slice(2), [], 'npm run generate');
  const files = generatedFiles();
  const changes = await writeGenerated(process.cwd(), files, GENERATED_FOLDERS, isGenerated);
  for (const { what, path } of changes) process.stdout.write(`${what}  ${path}\n`);
  process.stdout.write(`${files.size} generated files are up to date\n`);
  return DONE;
});
