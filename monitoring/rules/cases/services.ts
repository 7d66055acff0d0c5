import { type AlertCases, APP, coarse, fires, pushed, quiet } from './case';

const JOB = 'reviewmaps-probe';
const up = (service: string) => pushed('reviewmaps_service_up', JOB, { service });
const PUSHED = pushed('push_time_seconds', JOB);
const probe = (metric: string) => pushed(metric, JOB, { service: 'django', probe: 'http' });

export const serviceCases: Readonly<Record<string, AlertCases>> = {
  ReviewMapsServiceDown: {
    fires: [
      fires(
        'down for five minutes while the probe pushes',
        { [up('django')]: '0x40', [up('database')]: '1x40', [PUSHED]: '1+15x40' },
        '5m',
        { labels: { app: APP, service: 'django' }, value: '0' },
      ),
      fires(
        'down through a restart of the gateway that kept its data',
        { [up('django')]: '0x8 stale _x5 0x46', [PUSHED]: '1+15x8 stale _x5 226+15x46' },
        '6m',
        { labels: { app: APP, service: 'django' }, value: '0' },
      ),
      fires(
        'down while one scrape of the gateway in eight fails',
        { [up('django')]: '0x6 stale 0x6 stale 0x6 stale 0x20', [PUSHED]: '1+15x40' },
        '5m15s',
        { labels: { app: APP, service: 'django' }, value: '0' },
      ),
      fires(
        'down while the probe gets through seldom, and not so seldom that it counts as dead',
        { [up('django')]: '0x100', [PUSHED]: '1x23 346x23 691x23 1036x23' },
        '20m',
        { labels: { app: APP, service: 'django' }, value: '0' },
      ),
    ],
    quiet: [
      quiet('up', { [up('django')]: '1x40', [PUSHED]: '1+15x40' }, '10m'),
      quiet('down for less than five minutes', { [up('django')]: '0x18 1x40', [PUSHED]: '1+15x60' }, '4m30s'),
      quiet(
        'the probe died a moment after "down": unknown',
        { [up('django')]: '1x6 0x60', [PUSHED]: '1x60' },
        '6m30s',
      ),
      quiet('still unknown later', { [up('django')]: '_ 0x100', [PUSHED]: '1x100' }, '20m'),
      quiet('only a refused push', { [up('django')]: '0x60', [PUSHED]: '0x60' }, '10m'),
      quiet('nothing was ever pushed', {}, '10m'),
    ],
  },
  ReviewMapsProbeSlow: {
    fires: [
      fires(
        'slow for ten minutes',
        {
          [probe('reviewmaps_probe_duration_seconds')]: '6.2x60',
          [probe('reviewmaps_probe_success')]: '1x60',
        },
        '11m',
        { labels: { app: APP, service: 'django', probe: 'http' }, value: '6.2s' },
      ),
    ],
    quiet: [
      quiet(
        'fast enough',
        {
          [probe('reviewmaps_probe_duration_seconds')]: '4.9x60',
          [probe('reviewmaps_probe_success')]: '1x60',
        },
        '11m',
      ),
      quiet(
        'it fails, which another alert says',
        {
          [probe('reviewmaps_probe_duration_seconds')]: '10x60',
          [probe('reviewmaps_probe_success')]: '0x60',
        },
        '11m',
      ),
    ],
  },
  ReviewMapsCertificateExpiring: {
    fires: [
      coarse(
        fires(
          'ten days left',
          { [probe('reviewmaps_probe_certificate_expiry_timestamp_seconds')]: '864000x20' },
          '1h',
          { labels: { app: APP, service: 'django', probe: 'http' }, value: '9d 23h 0m 0s' },
        ),
      ),
    ],
    quiet: [
      coarse(
        quiet(
          'thirty days left',
          { [probe('reviewmaps_probe_certificate_expiry_timestamp_seconds')]: '2592000x20' },
          '1h30m',
        ),
      ),
      coarse(quiet('nothing speaks TLS', { [probe('reviewmaps_probe_success')]: '1x20' }, '1h30m')),
    ],
  },
};
