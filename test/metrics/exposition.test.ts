import { describe, expect, it } from '@jest/globals';
import { exposition } from '../../src/metrics/exposition';
import { problemOf, type Sample, sample } from '../../src/metrics/sample';

describe('exposition', () => {
  it('renders families in order, with their type, and escapes what a label may hold', async () => {
    const text = await exposition([
      sample('reviewmaps_service_up', { service: 'django' }, 1),
      sample('reviewmaps_campaign_expired_total', { region: '서울 "강남"\\\n' }, 7),
    ]);
    expect(text).toContain(
      '# TYPE reviewmaps_campaign_expired_total counter\nreviewmaps_campaign_expired_total{region="서울 \\"강남\\"\\\\\\n"} 7\n',
    );
    expect(text).toContain('# TYPE reviewmaps_service_up gauge\nreviewmaps_service_up{service="django"} 1\n');
    expect(text.indexOf('expired')).toBeLessThan(text.indexOf('service_up'));
    expect(text.endsWith('\n')).toBe(true);
  });

  it('renders a counter that is 0', async () => {
    expect(
      await exposition([sample('reviewmaps_cleanup_deleted_rows', { table_name: 'campaign' }, 0)]),
    ).toContain('} 0\n');
  });

  it('carries nothing from one call into the next', async () => {
    await exposition([sample('reviewmaps_service_up', { service: 'gone' }, 1)]);
    expect(await exposition([sample('reviewmaps_service_up', { service: 'here' }, 1)])).not.toContain('gone');
  });
});

describe('problemOf', () => {
  const good = sample('reviewmaps_campaign_expired_total', { region: 'x' }, 1);

  it('finds nothing wrong with good samples', () => {
    expect(problemOf([good, sample('reviewmaps_database_connections_max', {}, 100)])).toBeUndefined();
  });

  it.each<[string, readonly Sample[], string]>([
    ['a label too many', [{ ...good, labels: { region: 'x', city: 'y' } }], 'the catalog says region'],
    ['a wrong label', [{ ...good, labels: { city: 'y' } }], 'has the labels city'],
    ['a value that is no number', [{ ...good, value: Number.NaN }], 'has the value NaN'],
    ['a counter below zero', [{ ...good, value: -1 }], 'is a counter with the value -1'],
    ['a series given twice', [good, { ...good, value: 2 }], 'is given twice'],
  ])('names %s', (_, samples, sentence) => {
    expect(problemOf(samples)).toContain(sentence);
  });
});
