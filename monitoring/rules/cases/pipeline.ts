import { type AlertCases, APP, fires, gone, interrupted, named, pushed, quiet, scraped } from './case';

const PROBE = 'reviewmaps-probe';
const COLLECT = 'reviewmaps-collect';
const FOLD = 'reviewmaps-scraper';
const build = (job: string) => pushed('reviewmaps_build_info', job, { version: '1.0.0', node: '24.0.0' });
const GATEWAY = { job: 'pushgateway', instance: 'pushgateway:9091' };
const gatewayUp = named('up', GATEWAY);
const ownUp = named('up', { job: 'prometheus', instance: 'localhost:9090' });
const requests = (code: string, handler: string, method: string) =>
  named('pushgateway_http_requests_total', { ...GATEWAY, code, handler, method });
const refused = requests('400', 'push', 'put');
const ACCEPTED = pushed('push_time_seconds', COLLECT);
const REJECTED = pushed('push_failure_time_seconds', COLLECT);
const evaluations = (group: string) =>
  named('prometheus_rule_evaluation_failures_total', {
    job: 'prometheus',
    instance: 'localhost:9090',
    rule_group: `/etc/prometheus/rules/reviewmaps.yml;${group}`,
  });

export const pipelineCases: Readonly<Record<string, AlertCases>> = {
  ReviewMapsMetricsAbsent: {
    fires: [
      fires('collect never pushed', { [build(PROBE)]: '1x60', [build(FOLD)]: '1x60' }, '6m', {
        labels: { app: APP, job: COLLECT },
        value: '1',
      }),
      fires(
        'the gateway lost everything and one job is dead',
        {
          [build(PROBE)]: '1x20 stale _x4 1x60',
          [build(FOLD)]: '1x20 stale _x4 1x60',
          [build(COLLECT)]: '1x20 stale _x64',
        },
        '11m',
        { labels: { app: APP, job: COLLECT }, value: '1' },
      ),
      fires(
        'the jobs push as another stage',
        { [named('reviewmaps_build_info', { app: `${APP}-dev`, job: PROBE })]: '1x60' },
        '6m',
        { labels: { app: APP, job: COLLECT }, value: '1' },
        { labels: { app: APP, job: FOLD }, value: '1' },
        { labels: { app: APP, job: PROBE }, value: '1' },
      ),
    ],
    quiet: [
      quiet(
        'one is not there, but not yet for five minutes',
        { [build(PROBE)]: '1x60', [build(FOLD)]: '1x60' },
        '4m45s',
      ),
      quiet(
        'all are there',
        { [build(PROBE)]: '1x60', [build(COLLECT)]: '1x60', [build(FOLD)]: '1x60' },
        '10m',
      ),
      quiet(
        'a gateway without persistence restarted and all pushed again',
        {
          [build(PROBE)]: '1x20 stale _x4 1x60',
          [build(COLLECT)]: '1x20 stale _x4 1x60',
          [build(FOLD)]: '1x20 stale _x4 1x60',
        },
        '6m',
      ),
    ],
  },
  ReviewMapsPushRejected: {
    fires: [
      fires(
        'every push since the second minute',
        {
          [ACCEPTED]: '60x60',
          [REJECTED]: '120x60',
        },
        '10m',
        { labels: { app: APP, job: COLLECT }, value: '8m 0s' },
      ),
      fires(
        'from the first push on',
        {
          [ACCEPTED]: '0x60',
          [REJECTED]: '540x60',
        },
        '10m',
        { labels: { app: APP, job: COLLECT }, value: '1m 0s' },
      ),
      fires('for two minutes', { [ACCEPTED]: '60x60', [REJECTED]: '0x7 120x60' }, '4m', {
        labels: { app: APP, job: COLLECT },
        value: '2m 0s',
      }),
      fires(
        'some scrapes of the gateway failed',
        { [ACCEPTED]: interrupted(-60), [REJECTED]: interrupted(0) },
        '3m',
        {
          labels: { app: APP, job: COLLECT },
          value: '3m 0s',
        },
      ),
    ],
    quiet: [
      quiet('not yet for two minutes', { [ACCEPTED]: '60x60', [REJECTED]: '0x7 120x60' }, '3m45s'),
      quiet(
        "a scraper's own pushes, which another alert counts",
        {
          [pushed('push_time_seconds', 'scraper')]: '60x60',
          [pushed('push_failure_time_seconds', 'scraper')]: '120x60',
        },
        '10m',
      ),
      quiet('before the gateway lost it', { [ACCEPTED]: gone(-60), [REJECTED]: gone(0) }, '5m'),
      quiet(
        'a later push was accepted',
        {
          [ACCEPTED]: '180x60',
          [REJECTED]: '120x60',
        },
        '10m',
      ),
      quiet(
        'none was ever rejected',
        {
          [ACCEPTED]: '60x60',
          [REJECTED]: '0x60',
        },
        '10m',
      ),
    ],
  },
  ReviewMapsGatewayRefusedPush: {
    fires: [
      fires('two more', { [refused]: '2x20 4x60' }, '15m', { labels: GATEWAY, value: '2' }),
      fires('the first that ever was', { [refused]: '_x64 1x20', [gatewayUp]: '1x80' }, '17m', {
        labels: GATEWAY,
        value: '1',
      }),
      fires(
        'the first that ever was, fourteen minutes ago',
        { [refused]: '_x64 1x60', [gatewayUp]: '1x120' },
        '30m',
        {
          labels: GATEWAY,
          value: '1',
        },
      ),
    ],
    quiet: [
      quiet('sixteen minutes ago', { [refused]: '2x20 4x80' }, '21m15s'),
      quiet(
        'the first that ever was, sixteen minutes ago',
        { [refused]: '_x64 1x80', [gatewayUp]: '1x140' },
        '32m',
      ),
      quiet('it begins to count at 0', { [refused]: '_x64 0x20', [gatewayUp]: '1x80' }, '17m'),
      quiet('Prometheus is new, the counter is old', { [refused]: '4x8', [gatewayUp]: '1x8' }, '1m'),
      quiet(
        'out of reach for twenty minutes, and then there with its old counter',
        { [refused]: '4x20 stale _x80 4x60', [gatewayUp]: '1x20 0x80 1x60' },
        '35m',
      ),
      quiet(
        'other answers and other requests, for the first time',
        {
          [requests('202', 'push', 'put')]: '_x64 1x8 2x20',
          [requests('400', 'delete', 'delete')]: '_x64 1x8 2x20',
          [gatewayUp]: '1x100',
        },
        '18m45s',
      ),
      quiet('a counter that exists for ever', { [refused]: '4x100', [gatewayUp]: '1x100' }, '20m'),
      quiet(
        'a restarted gateway counts from the start',
        { [refused]: '4x20 stale _x80', [gatewayUp]: '1x20 0x2 1x80' },
        '15m',
      ),
      quiet(
        'other requests fail',
        {
          [requests('400', 'delete', 'delete')]: '0+1x80',
        },
        '15m',
      ),
    ],
  },
  ReviewMapsGatewayDown: {
    fires: [fires('for five minutes', { [gatewayUp]: '0x40' }, '5m', { labels: GATEWAY, value: '0' })],
    quiet: [
      quiet('up', { [gatewayUp]: '1x40' }, '8m'),
      quiet('not yet for five minutes', { [gatewayUp]: '0x40' }, '4m45s'),
      quiet('a restart of a minute', { [gatewayUp]: '1x8 0x4 1x28' }, '3m'),
      quiet(
        "somebody else's target",
        { [named('up', { job: 'other', instance: 'other:80' })]: '0x40' },
        '8m',
      ),
    ],
  },
  ReviewMapsTargetDown: {
    fires: [
      fires('for seven minutes', { [scraped('up')]: '0x40' }, '7m', {
        labels: { app: APP, job: 'django', instance: 'django:8000' },
        value: '0',
      }),
    ],
    quiet: [
      quiet('up', { [scraped('up')]: '1x40' }, '8m'),
      quiet('the gateway is down', { [scraped('up')]: '1x40', [gatewayUp]: '0x40' }, '8m'),
      quiet('missed twice', { [scraped('up')]: '1x8 0x2 1x30' }, '2m30s'),
      quiet(
        'while the probe may not have told yet that Django is down',
        { [scraped('up')]: '0x40' },
        '6m45s',
      ),
    ],
  },
  ReviewMapsTargetMissing: {
    fires: [
      fires('Django is in no scrape configuration', { [gatewayUp]: '1x40', [ownUp]: '1x40' }, '6m', {
        labels: { app: APP, job: 'django' },
        value: '1',
      }),
      fires(
        'Django lacks the label app, the gateway is gone',
        { [named('up', { job: 'django', instance: 'django:8000' })]: '1x40', [ownUp]: '1x40' },
        '6m',
        { labels: { app: APP, job: 'django' }, value: '1' },
        { labels: { job: 'pushgateway' }, value: '1' },
      ),
      fires(
        'Prometheus does not scrape itself: nobody would hear of rules that fail',
        { [gatewayUp]: '1x40', [scraped('up')]: '1x40' },
        '6m',
        { labels: { job: 'prometheus' }, value: '1' },
      ),
      fires('the gateway is gone for five minutes', { [scraped('up')]: '1x40', [ownUp]: '1x40' }, '5m', {
        labels: { job: 'pushgateway' },
        value: '1',
      }),
    ],
    quiet: [
      quiet('not yet for five minutes', { [scraped('up')]: '1x40', [ownUp]: '1x40' }, '4m45s'),
      quiet(
        'all are there, though down',
        { [gatewayUp]: '0x40', [scraped('up')]: '0x40', [ownUp]: '1x40' },
        '8m',
      ),
    ],
  },
  ReviewMapsRuleEvaluationFailing: {
    fires: [
      fires('each evaluation of a group', { [evaluations('reviewmaps-jobs')]: '0+1x60' }, '10m', {
        labels: { rule_group: '/etc/prometheus/rules/reviewmaps.yml;reviewmaps-jobs' },
        value: '20',
      }),
      fires('a single one, a minute ago', { [evaluations('reviewmaps-jobs')]: '0x20 1x60' }, '6m15s', {
        labels: { rule_group: '/etc/prometheus/rules/reviewmaps.yml;reviewmaps-jobs' },
        value: '1',
      }),
    ],
    quiet: [
      quiet('a single one, not yet a minute ago', { [evaluations('reviewmaps-jobs')]: '0x20 1x60' }, '6m'),
      quiet('none fail', { [evaluations('reviewmaps-jobs')]: '0x60' }, '10m'),
      quiet('it failed once, long ago', { [evaluations('reviewmaps-jobs')]: '7x60' }, '10m'),
      quiet("somebody else's rules fail", { [evaluations('node-exporter')]: '0+1x60' }, '10m'),
    ],
  },
  ReviewMapsWatchdog: {
    fires: [
      fires('always', { [gatewayUp]: '1x40' }, '0s', { labels: {}, value: '1' }),
      fires('without any data', {}, '10m', { labels: {}, value: '1' }),
    ],
    // It has no quiet case: its silence is what someone outside is called for.
    quiet: [],
  },
};
