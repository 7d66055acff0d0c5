import type { ProbeConfig } from '../config/config';
import { databaseProbe } from './database';
import { freshnessProbe } from './freshness';
import { heartbeatProbe } from './heartbeat';
import { httpProbe } from './http';
import type { Probe } from './probe';

/** The probe that a configuration describes. */
export function createProbe(config: ProbeConfig): Probe {
  switch (config.kind) {
    case 'http':
      return httpProbe(config);
    case 'database':
      return databaseProbe(config);
    case 'freshness':
      return freshnessProbe(config);
    case 'heartbeat':
      return heartbeatProbe(config);
  }
}
