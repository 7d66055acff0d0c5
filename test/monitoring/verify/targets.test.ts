import { describe, expect, it } from '@jest/globals';
import { djangoSection } from '../../../monitoring/verify/django';
import { targetSection } from '../../../monitoring/verify/targets';
import { djangoTarget, found, healthy, targetWith, unusual, without } from './healthy';

describe('scrape targets', () => {
  it('one that is down is wrong, with the reason', () => {
    const section = targetSection(targetWith('django', { health: 'down', lastError: 'connection refused' }));
    expect(unusual(section)).toEqual(['fail django']);
    expect(found(section, 'django').text).toBe('0 of 1 target up; 10.0.0.1:8000: connection refused');
  });

  it('one that has another name is not found, and the names that there are say so', () => {
    const section = targetSection(targetWith('django', { labels: { job: 'web', instance: 'x' } }));
    expect(found(section, 'django').text).toBe(
      'no target has job="django"; it scrapes prometheus, pushgateway, web',
    );
  });

  it('one that was not scraped yet proves nothing, so it is not well', () => {
    const section = targetSection(targetWith('django', { health: 'unknown' }));
    expect(unusual(section)).toEqual(['fail django']);
    expect(found(section, 'django').fix).toContain('run this again');
  });

  it('of several, one that is down is wrong, and so is not every one of many named', () => {
    const pods = Array.from({ length: 9 }, (_, index) =>
      djangoTarget(`10.0.1.${index}`, healthy.app, 'down'),
    );
    const section = targetSection({ ...healthy, targets: [...healthy.targets, ...pods] });
    expect(unusual(section)).toEqual(['fail django']);
    expect(found(section, 'django').text).toMatch(/^1 of 10 targets up; .*10\.0\.1\.4: down; and 4 more$/);
  });

  it("another application's Django is not this one's trouble", () => {
    const other = djangoTarget('10.0.2.1', 'reviewmaps-server-dev', 'down');
    const beside = { ...healthy, targets: [...healthy.targets, other] };
    expect(unusual(targetSection(beside))).toEqual([]);
    expect(unusual(djangoSection(beside))).toEqual([]);
  });

  it.each([
    ['1m', ['fail django']],
    ['1m0s', ['fail django']],
    ['16s', ['fail django']],
    ['15s', []],
    ['500ms', []],
    ['', []],
  ])('one that is scraped every %s is judged by the windows of the rules', (scrapeInterval, expected) => {
    const section = targetSection(targetWith('django', { scrapeInterval }));
    expect(unusual(section)).toEqual(expected);
    if (expected.length > 0) expect(found(section, 'django').fix).toContain('scrape_interval to 15s');
    expect(unusual(targetSection(targetWith('prometheus', { scrapeInterval })))).toEqual([]);
  });

  it('one that runs without what an alert reads of it is wrong', () => {
    const dropped = (name: string) => unusual(targetSection(without(healthy, (one) => one.name === name)));
    expect(dropped('pushgateway_http_requests_total')).toEqual(['fail pushgateway']);
    expect(dropped('prometheus_rule_evaluation_failures_total')).toEqual(['fail prometheus']);
    // Neither counts before there is anything to count.
    expect(unusual(targetSection({ ...without(healthy, () => true), rules: [] }))).toEqual([]);
  });

  it('alerts that no Alertmanager takes are wrong', () => {
    const section = targetSection({ ...healthy, undelivered: 3 });
    expect(unusual(section)).toEqual(['fail alertmanager']);
    expect(found(section, 'alertmanager').text).toContain(
      '10.0.0.3:9093, and in the last 2 minutes some did not',
    );
  });

  it('alerts that go nowhere are wrong; not being told where is not', () => {
    expect(unusual(targetSection({ ...healthy, alertmanagers: [] }))).toEqual(['fail alertmanager']);
    expect(unusual(targetSection({ ...healthy, alertmanagers: undefined }))).toEqual(['empty alertmanager']);
  });
});
