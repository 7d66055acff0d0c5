import type { CampaignsConfig } from '../config/config';
import type { Database } from '../database/database';
import { qualified, quoted } from '../database/identifier';
import { quantity, text } from '../database/read';
import { errorFields } from '../log';
import { BLANKS, OTHER, UNKNOWN } from '../metrics/catalog';
import { type Sample, sample } from '../metrics/sample';
import type { Collector, CollectorContext } from './collector';

/** How long a region without campaigns still reports 0, so that alerts see the fall and dashboards do not break off. */
const ZERO_DAYS = 30;

interface ActiveRegions {
  readonly counts: ReadonlyMap<string, number>;
  /** Regions that were summed into `other`. */
  readonly overLimit: number;
}

/** Active campaigns by region. Needs no ledger; with one it also reports 0 for regions that were active lately. */
export function campaignsCollector(config: CampaignsConfig, limit: number): Collector {
  const sql = activeSql(config);
  return {
    name: 'campaigns',
    needsLedger: false,
    collect: async (context) => {
      const { counts, overLimit } = await activeRegions(context.database, sql, limit, context.signal);
      const zeros = await emptyRegions([...counts.keys()], limit, context);
      const series: Sample[] = [...counts].map(([region, count]) =>
        sample('reviewmaps_campaign_active_total', { region }, count),
      );
      for (const region of zeros) series.push(sample('reviewmaps_campaign_active_total', { region }, 0));
      return {
        samples: [
          ...series,
          sample(
            'reviewmaps_label_sets_over_limit',
            { metric: 'reviewmaps_campaign_active_total' },
            overLimit,
          ),
        ],
      };
    },
  };
}

/**
 * Uses the btree index on the deadline: a range of it for what is in the future, its NULLs for campaigns without one.
 * Older schemas lack the soft-delete column. The lateral subquery makes that no error: the name is looked up in the
 * table first, and only if the table does not have it in `absent`, where it is NULL.
 */
function activeSql({ table, columns }: CampaignsConfig): string {
  const region = `coalesce(nullif(btrim(c.${quoted(columns.region)}::text, '${BLANKS}'), ''), '${UNKNOWN}')`;
  const deadline = `c.${quoted(columns.deadline)}`;
  const softDeleted = columns.softDeleted === undefined ? undefined : quoted(columns.softDeleted);
  return `
    with active as (
      select live.region, count(*) as n
      from (select null::timestamptz as ${softDeleted ?? 'never'}) as absent
      cross join lateral (
        select ${region} as region
        from ${qualified(table)} as c
        where (${deadline} is null or ${deadline} > now())
          ${softDeleted === undefined ? '' : `and ${softDeleted} is null`}
      ) as live
      group by live.region
    ), ranked as (
      select region, n, row_number() over (order by (region = '${OTHER}'), n desc, region) <= :limit as named from active
    )
    select case when named then region else '${OTHER}' end as region, sum(n)::bigint as n,
           count(*) filter (where not named) as over_limit
    from ranked group by 1`;
}

async function activeRegions(
  database: Database,
  sql: string,
  limit: number,
  signal: AbortSignal,
): Promise<ActiveRegions> {
  const rows = await database.query(
    { sql, parameters: { limit: { type: 'int8', value: BigInt(limit) } }, idempotent: true },
    signal,
  );
  return {
    counts: new Map(rows.map((row) => [text(row, 'region'), quantity(row, 'n')])),
    overLimit: rows.reduce((sum, row) => sum + quantity(row, 'over_limit'), 0),
  };
}

/** A ledger that cannot be used costs the zeros, which are a gap then; what is active is known without it. */
async function emptyRegions(
  active: readonly string[],
  limit: number,
  context: CollectorContext,
): Promise<readonly string[]> {
  const named = active.filter((region) => region !== OTHER);
  try {
    return await context.ledger.rememberRegions(
      named,
      ZERO_DAYS,
      Math.max(0, limit - named.length),
      context.signal,
    );
  } catch (thrown) {
    context.signal.throwIfAborted();
    context.log.warn('regions without campaigns are missing', errorFields(thrown));
    return [];
  }
}
