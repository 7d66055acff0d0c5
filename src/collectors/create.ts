import type { Config } from '../config/config';
import { campaignsCollector } from './campaigns';
import { cleanupCollector } from './cleanup';
import type { Collector } from './collector';
import { connectionsCollector } from './connections';
import { expiredCollector } from './expired';
import { tableCollector } from './tables';

/** Every collector that the configuration asks for. */
export function createCollectors(
  config: Pick<Config, 'campaigns' | 'tables' | 'cleanup' | 'labelLimits'>,
): readonly Collector[] {
  return [
    campaignsCollector(config.campaigns, config.labelLimits['reviewmaps_campaign_active_total'] ?? 0),
    expiredCollector(config.campaigns),
    ...config.tables.refs.map((ref) => tableCollector(ref, config.tables.exactUpTo)),
    ...config.cleanup.flatMap((cleanup) => (cleanup.source === 'runs' ? [] : [cleanupCollector(cleanup)])),
    connectionsCollector,
  ];
}
