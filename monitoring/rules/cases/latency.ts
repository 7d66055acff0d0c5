import { type AlertCases, APP, fires, quiet } from './case';
import { bucket, EACH_MINUTE, HEALTHY, inFiveMinutes, responses } from './http';

const HEALTH = 'api-1.0.0:healthz';
const SCRAPES = 'prometheus-django-metrics';
/** Counters of a histogram: requests that took a second at most, and all of them, which took 2.5 at most. */
const latencies = (quick: string, all: string, view?: string) => ({
  [bucket('1.0', view)]: quick,
  [bucket('2.5', view)]: all,
  [bucket('+Inf', view)]: all,
});

export const latencyCases: Readonly<Record<string, AlertCases>> = {
  ReviewMapsHighLatency: {
    fires: [
      fires('two in ten take more than a second', { ...HEALTHY, ...latencies('0+8x60', '0+10x60') }, '11m', {
        labels: { app: APP },
        value: '2.125s',
      }),
      fires(
        'P95 is a little more than a second',
        { ...HEALTHY, ...latencies(inFiveMinutes(9460), inFiveMinutes(10_000)) },
        '10m',
        { labels: { app: APP }, value: '1.111s' },
      ),
      fires(
        'exactly three in ten minutes, among many quick health checks',
        {
          [responses('200')]: inFiveMinutes(15),
          ...latencies(inFiveMinutes(13.5), inFiveMinutes(15)),
          ...latencies(inFiveMinutes(500), inFiveMinutes(500), HEALTH),
        },
        '11m',
        { labels: { app: APP }, value: '1.75s' },
      ),
      fires(
        'three or four requests in five minutes, all of them slow',
        { [responses('200')]: inFiveMinutes(3.3), ...latencies('0x120', inFiveMinutes(3.3)) },
        '12m',
        { labels: { app: APP }, value: '2.425s' },
      ),
      fires('for a minute', { ...HEALTHY, ...latencies('0x60', '0x20 80x40') }, '6m15s', {
        labels: { app: APP },
        value: '2.425s',
      }),
      fires('slow eight minutes ago', { ...HEALTHY, ...latencies('0x40 0+1x60', '0x40 80+1x60') }, '18m15s', {
        labels: { app: APP },
        value: '2.395s',
      }),
    ],
    quiet: [
      quiet('not yet for a minute', { ...HEALTHY, ...latencies('0x60', '0x20 80x40') }, '6m'),
      quiet(
        'two in ten minutes, and more before, among many slow health checks',
        {
          [responses('200')]: inFiveMinutes(5),
          ...latencies(inFiveMinutes(3.9), inFiveMinutes(5)),
          ...latencies('0x120', inFiveMinutes(500), HEALTH),
        },
        '25m',
      ),
      quiet(
        'hardly any request, all of them slow',
        { [responses('200')]: inFiveMinutes(2.7), ...latencies('0x120', inFiveMinutes(2.7)) },
        '12m',
      ),
      quiet(
        'most were slow more than ten minutes ago, four in a hundred are now',
        { ...HEALTHY, ...latencies('0x20 0+9.6x120', '0x20 300+10x120') },
        '17m',
      ),
      quiet(
        'scrapes are slow, and of the requests of users only four in a hundred',
        {
          ...HEALTHY,
          ...latencies(inFiveMinutes(96), inFiveMinutes(100)),
          ...latencies('0x120', inFiveMinutes(100), SCRAPES),
        },
        '11m',
      ),
      quiet(
        'a single slow request on a quiet site',
        {
          [responses('200')]: EACH_MINUTE,
          ...latencies(
            `0x20 ${EACH_MINUTE}`,
            `0x20 ${EACH_MINUTE.replaceAll(/\d+/g, (count) => String(Number(count) + 1))}`,
          ),
        },
        '11m',
      ),
      quiet('one in a hundred does', { ...HEALTHY, ...latencies('0+99x60', '0+100x60') }, '11m'),
      quiet(
        'no traffic: no NaN',
        {
          [responses('200')]: '9x60',
          ...latencies('8x60', '10x60'),
        },
        '11m',
      ),
      quiet(
        'only /metrics is slow',
        {
          ...HEALTHY,
          ...latencies('0+10x60', '0+10x60'),
          ...latencies('0x60', '0+10x60', SCRAPES),
        },
        '11m',
      ),
    ],
  },
};
