import { describe, expect, test } from '@jest/globals';
import type { ProbeConfig } from '../../src/config/config';
import { createProbe } from '../../src/probes/create';
import type { ProbeContext } from '../../src/probes/probe';
import { contextWith, noGateway, reasonOf } from './context';

const common = { name: 'probe', timeoutSeconds: 5 };

/** Each kind with what it asks, answered so that only this kind gives the reason. */
const kinds: [ProbeConfig, Partial<ProbeContext>, string][] = [
  [
    {
      ...common,
      kind: 'http',
      url: 'http://127.0.0.1:1/',
      status: { from: 200, to: 299 },
      body: undefined,
      json: undefined,
    },
    { signal: AbortSignal.abort() },
    'timeout',
  ],
  [
    { ...common, kind: 'database', query: 'SELECT 1' },
    { database: { query: () => Promise.resolve([]) } },
    'missing',
  ],
  [
    {
      ...common,
      kind: 'freshness',
      table: { schema: undefined, table: 'campaign', label: 'campaign' },
      column: 'created_at',
      maxAgeSeconds: 60,
    },
    { database: { query: () => Promise.resolve([{ age_seconds: 61 }]) } },
    'stale',
  ],
  [
    { ...common, kind: 'heartbeat', job: 'scraper', labels: {}, metric: undefined, maxAgeSeconds: 60 },
    { gateway: { ...noGateway, read: () => Promise.resolve({ now: 0, groups: [] }) } },
    'missing',
  ],
];

describe('createProbe', () => {
  test.each(kinds)('makes the probe of its kind: $kind', async (config, ports, reason) => {
    expect(reasonOf(await createProbe(config)(contextWith(ports)))).toBe(reason);
  });
});
