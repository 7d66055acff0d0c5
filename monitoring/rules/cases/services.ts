import { type AlertCases, APP, coarse, fires, gone, interrupted, pushed, quiet } from './case';

const JOB = 'reviewmaps-probe';
const up = (service: string) => pushed('reviewmaps_service_up', JOB, { service });
const PUSHED = pushed('push_time_seconds', JOB);
const probe = (metric: string) => pushed(metric, JOB, { service: 'django', probe: 'http' });
const DURATION = probe('reviewmaps_probe_duration_seconds');
const SUCCESS = probe('reviewmaps_probe_success');
const EXPIRY = probe('reviewmaps_probe_certificate_expiry_timestamp_seconds');
const probed = { app: APP, service: 'django', probe: 'http' };
/** The time of an expiry that is so many days away when an hour has passed. */
const inDays = (days: number) => days * 86_400 + 3_600;

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
      fires(
        'the probe died six minutes ago: believed a little longer',
        { [up('django')]: '0x60', [PUSHED]: '1x60' },
        '6m',
        { labels: { app: APP, service: 'django' }, value: '0' },
      ),
    ],
    quiet: [
      quiet('up', { [up('django')]: '1x40', [PUSHED]: '1+15x40' }, '10m'),
      quiet(
        'believed no more, though collect still pushes',
        {
          [up('django')]: '0x60',
          [PUSHED]: '1x60',
          [pushed('push_time_seconds', 'reviewmaps-collect')]: '1+15x60',
        },
        '6m30s',
      ),
      quiet(
        'a service that is not asked for any more',
        { [up('django')]: '0x20 stale', [up('database')]: '1x60', [PUSHED]: '1+15x60' },
        '8m',
      ),
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
          [DURATION]: '6.2x60',
          [SUCCESS]: '1x60',
        },
        '11m',
        { labels: probed, value: '6.2s' },
      ),
      fires('a little slower than five seconds', { [DURATION]: '5.1x60', [SUCCESS]: '1x60' }, '10m', {
        labels: probed,
        value: '5.1s',
      }),
      fires(
        'slow, and some scrapes of the gateway failed',
        { [DURATION]: interrupted(6.2), [SUCCESS]: interrupted(1) },
        '10m',
        { labels: probed, value: '6.2s' },
      ),
    ],
    quiet: [
      quiet('not yet for ten minutes', { [DURATION]: '5.1x60', [SUCCESS]: '1x60' }, '9m45s'),
      quiet('exactly five seconds', { [DURATION]: '5x60', [SUCCESS]: '1x60' }, '11m'),
      quiet('slow before it was taken out', { [DURATION]: gone(6.2), [SUCCESS]: gone(1) }, '10m'),
      quiet(
        'fast enough',
        {
          [DURATION]: '4.9x60',
          [SUCCESS]: '1x60',
        },
        '11m',
      ),
      quiet(
        'it fails, which another alert says',
        {
          [DURATION]: '10x60',
          [SUCCESS]: '0x60',
        },
        '11m',
      ),
    ],
  },
  ReviewMapsCertificateExpiring: {
    fires: [
      coarse(
        fires('ten days left', { [EXPIRY]: '864000x20' }, '1h', { labels: probed, value: '9d 23h 0m 0s' }),
      ),
      coarse(
        fires('a little less than fourteen days left', { [EXPIRY]: `${inDays(13.9)}x20` }, '1h', {
          labels: probed,
          value: '13d 21h 36m 0s',
        }),
      ),
      fires('some scrapes of the gateway failed', { [EXPIRY]: interrupted(inDays(10)) }, '1h', {
        labels: probed,
        value: '10d 0h 0m 0s',
      }),
    ],
    quiet: [
      coarse(quiet('not yet for an hour', { [EXPIRY]: `${inDays(13.9)}x20` }, '55m')),
      coarse(quiet('a little more than fourteen days left', { [EXPIRY]: `${inDays(14.2)}x20` }, '1h30m')),
      coarse(quiet('its service was taken out', { [EXPIRY]: `${inDays(10)}x13 stale` }, '1h30m')),
      coarse(quiet('thirty days left', { [EXPIRY]: '2592000x20' }, '1h30m')),
      coarse(quiet('nothing speaks TLS', { [SUCCESS]: '1x20' }, '1h30m')),
    ],
  },
};
