import type { Config } from '../config/config';
import type { Check } from './check';
import { columnCheck, keyCheck } from './columns';
import { configurationCheck, regionsCheck } from './configuration';
import { connectionsCheck, databaseCheck, lockTimeoutCheck, statementTimeoutCheck } from './database';
import { gatewayCheck, groupCheck } from './gateway';
import { indexCheck } from './indexes';
import { ledgerCheck, ledgerRightsCheck } from './ledger';
import { requirementsOf } from './requirements';
import { runsCheck } from './runs';
import { familiesCheck, pushCheck } from './scratch';
import { serviceCheck } from './services';
import { reportedCheck, rightsCheck, statisticsCheck, tableCheck } from './tables';

/** Every check that the configuration asks for, in the order of the report: each after those that it needs. */
export function createChecks(config: Config): readonly Check[] {
  const { tables, columns, keys, indexes } = requirementsOf(config);
  return [
    configurationCheck,
    regionsCheck,
    databaseCheck,
    statementTimeoutCheck,
    lockTimeoutCheck,
    connectionsCheck,
    ledgerCheck,
    ledgerRightsCheck,
    ...tables.flatMap((table) => [tableCheck(table), rightsCheck(table)]),
    ...columns.map(columnCheck),
    ...keys.map(keyCheck),
    ...indexes.map(indexCheck),
    ...config.cleanup.flatMap(({ source, table }) => {
      // A soft-delete source is its table, columns and index, which are above.
      if (source === 'soft-delete') return [];
      return [source === 'statistics' ? statisticsCheck(table) : reportedCheck(table)];
    }),
    gatewayCheck,
    pushCheck,
    familiesCheck,
    groupCheck('collect'),
    groupCheck('probe'),
    groupCheck('fold'),
    runsCheck,
    ...config.services.flatMap((service) => service.probes.map((probe) => serviceCheck(service, probe))),
  ];
}
