import { ConfigError, messageOf } from '../src/errors';

/** Exit codes of every command: the job did its work, something of it failed, the configuration is wrong. */
export const DONE = 0;
export const FAILED = 1;
const MISCONFIGURED = 2;

/**
 * Runs a command and sets the process's exit code. A failure is a sentence, never a stack trace.
 */
export async function runCommand(command: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (thrown) {
    process.stderr.write(`${messageOf(thrown)}\n`);
    process.exitCode = thrown instanceof ConfigError ? MISCONFIGURED : FAILED;
  }
}

/** Beginning of a message about options. */
export const COMMAND_LINE = 'The command line';

/** Options of a command, each a flag without value or one with. @throws ConfigError for one that it does not know. */
export function onlyKnown(given: readonly string[], known: readonly string[], usage: string): void {
  const unknown = given.filter((option) => !known.includes(option));
  if (unknown.length > 0)
    throw new ConfigError(
      unknown.map((option) => `${option} is not an option of this command; usage: ${usage}`),
      COMMAND_LINE,
    );
}
