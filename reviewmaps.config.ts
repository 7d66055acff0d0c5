import { defineConfig } from './src/config/schema';

/**
 * What this installation monitors. Secrets and addresses are not here: they come from the environment
 * (README, "Configuration"). Whatever is left out has the default that the README's table gives.
 */
export default defineConfig({
  app: 'reviewmaps-server',

  campaigns: {
    table: 'campaign',
    columns: {
      id: 'id',
      region: 'region',
      deadline: 'apply_deadline',
      created: 'created_at',
      softDeleted: 'deleted_at',
    },
  },

  tables: { names: ['campaign', 'reviews'], exactUpTo: 1_000_000 },

  cleanup: [{ table: 'campaign', source: 'statistics' }],

  services: {
    django: [
      {
        kind: 'http',
        urlFrom: 'DJANGO_HEALTH_URL',
        json: { field: 'status', equals: 'healthy' },
      },
    ],
    scraper: [{ kind: 'freshness', table: 'campaign', column: 'created_at', maxAge: '26h' }],
    database: [{ kind: 'database' }],
  },

  // Thresholds of the alerts and the dashboard. After a change: npm run generate.
  monitoring: {
    jobInterval: '1m',
    scrapeInterval: '15s',
    services: { downFor: '5m' },
    requests: { slow: '1s', errorRatio: 0.05, connectionErrors: 10 },
    naver: { dailyQuota: 25_000, quotaWarning: 0.8 },
    database: { connectionsWarning: 0.8 },
  },
});
