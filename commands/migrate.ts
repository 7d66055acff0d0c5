import { parseArgs } from 'node:util';
import { systemClock } from '../src/clock';
import { parseDatabase } from '../src/config/parse';
import { createDataApiClient, createDataApiDatabase } from '../src/database/data-api';
import { ConfigError } from '../src/errors';
import { SCHEMA } from '../src/ledger/call';
import { grantLedger, migrate } from '../src/ledger/migrate';
import { COMMAND_LINE, DONE, onlyKnown, runCommand } from './command';

/** Installs or upgrades the ledger. `npm run migrate -- [--grant-to ROLE]`. */

/** Milliseconds: a statement of the Data API may take 45 s, and a sleeping cluster has to wake first. */
const LIMIT_MS = 120_000;

void runCommand(async () => {
  const { values, positionals } = parseArgs({
    options: { 'grant-to': { type: 'string' } },
    allowPositionals: true,
    strict: false,
  });
  const given = [...positionals, ...Object.keys(values).map((name) => `--${name}`)];
  onlyKnown(given, ['--grant-to'], 'npm run migrate -- [--grant-to ROLE]');
  const role = values['grant-to'];
  if (typeof role === 'boolean' || role === '') {
    throw new ConfigError(
      ['--grant-to needs the name of a database role: npm run migrate -- --grant-to reviewmaps_monitoring'],
      COMMAND_LINE,
    );
  }
  const address = parseDatabase(process.env);
  const client = createDataApiClient({ region: address.resourceArn.split(':')[3] ?? '' });
  const database = createDataApiDatabase({ client, address, clock: systemClock });
  const signal = AbortSignal.timeout(LIMIT_MS);

  const { from, to, applied } = await migrate(database, signal);
  const what =
    applied.length === 0
      ? `is at version ${to} already`
      : `went from version ${from} to ${to} (${applied.join(', ')})`;
  process.stdout.write(`the ledger (schema ${SCHEMA} in ${address.database}) ${what}\n`);

  if (role !== undefined) {
    await grantLedger(database, role, signal);
    process.stdout.write(`the role ${role} may use it\n`);
  }
  client.destroy();
  return DONE;
});
