import type { Session } from './backend';
import { OID } from './types';

/** Names of types by OID, as pg_type has them; each is asked for once. */
export interface TypeNames {
  of(oids: readonly number[], session: Session, signal: AbortSignal): Promise<ReadonlyMap<number, string>>;
}

const MAX_BYTES = 1_000_000;

export function createTypeNames(): TypeNames {
  const names = new Map<number, string>();
  return {
    async of(oids, session, signal) {
      const missing = [...new Set(oids)].filter((oid) => !names.has(oid));
      if (missing.length === 0) return names;
      const { rows } = await session.run(
        {
          sql: 'SELECT oid, typname FROM pg_catalog.pg_type WHERE oid = ANY($1::pg_catalog.oid[])',
          values: [{ typeOid: OID.text, text: `{${missing.join(',')}}` }],
        },
        { signal, maxBytes: MAX_BYTES },
      );
      for (const [oid, name] of rows) names.set(Number(oid), name ?? '');
      return names;
    },
  };
}
