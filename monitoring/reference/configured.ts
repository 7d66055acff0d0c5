import * as v from 'valibot';
import user from '../../reviewmaps.config';
import { createCollectors } from '../../src/collectors/create';
import { userConfig } from '../../src/config/schema';

/** Label values that reviewmaps.config.ts decides. */

const { campaigns, tables, cleanup, services } = v.parse(userConfig, user);

const { columns } = campaigns;
export const collectors: readonly string[] = createCollectors({
  campaigns: { ...campaigns, columns: { ...columns, softDeleted: columns.softDeleted ?? undefined } },
  tables: { refs: tables.names, exactUpTo: tables.exactUpTo },
  cleanup,
  labelLimits: {},
}).map(({ name }) => name);

export const tableNames: readonly string[] = [
  ...new Set([...tables.names, ...cleanup.map(({ table }) => table)].map(({ label }) => label)),
];

export const serviceNames: readonly string[] = Object.keys(services);
