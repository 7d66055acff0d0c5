import { describe, expect, it } from '@jest/globals';
import { relabelled, scrapeConfigs } from '../../../monitoring/verify/relabel';

function result(series: Readonly<Record<string, string>>, rules: readonly object[]) {
  const config = scrapeConfigs(
    JSON.stringify({ scrape_configs: [{ job_name: 'any', metric_relabel_configs: rules }] }),
  )?.get('any');
  if (config === undefined) throw new Error('the configuration was not read');
  return relabelled(series, config);
}

const run = { __name__: 'm', run: 'a1', job: 'scraper' };

describe('what a scrape configuration does to a series', () => {
  it.each([
    ['drop, whatever the value', { source_labels: ['run'], regex: '.+', action: 'drop' }, undefined],
    ['drop of another label', { source_labels: ['other'], regex: '.+', action: 'drop' }, run],
    ['a pattern that matches a part only', { source_labels: ['run'], regex: 'a', action: 'drop' }, run],
    ['keep what has no run', { source_labels: ['run'], regex: '', action: 'keep' }, undefined],
    ['keep of another job', { source_labels: ['job'], regex: 'reviewmaps-.*', action: 'keep' }, undefined],
    [
      'several labels with a separator',
      { source_labels: ['job', 'run'], separator: '/', regex: 'scraper/.+', action: 'drop' },
      undefined,
    ],
    [
      'flags for the whole pattern',
      { source_labels: ['job'], regex: '(?i)SCRAPER', action: 'drop' },
      undefined,
    ],
    ['dropequal', { source_labels: ['run'], target_label: 'run', action: 'dropequal' }, undefined],
    ['keepequal', { source_labels: ['run'], target_label: 'job', action: 'keepequal' }, undefined],
    ['labeldrop', { regex: 'run', action: 'labeldrop' }, { __name__: 'm', job: 'scraper' }],
    ['labelkeep', { regex: '__name__|job', action: 'labelkeep' }, { __name__: 'm', job: 'scraper' }],
    ['labelmap', { regex: 'r(un)', replacement: 'f$1', action: 'labelmap' }, { ...run, fun: 'a1' }],
    [
      'hashmod, which nothing asks for',
      { source_labels: ['run'], target_label: 'h', modulus: 2, action: 'hashmod' },
      run,
    ],
    [
      'uppercase',
      { source_labels: ['run'], target_label: 'run', action: 'uppercase' },
      { ...run, run: 'A1' },
    ],
    ['lowercase', { source_labels: ['run'], target_label: 'run', action: 'lowercase' }, run],
    [
      'an empty value, which is no label',
      { target_label: 'run', replacement: '' },
      { __name__: 'm', job: 'scraper' },
    ],
  ])('%s', (_, rule, expected) => {
    expect(result(run, [rule])).toEqual(expected);
  });

  it.each([
    ['$1', '(.*)_total'],
    ['$' + '{1}', '(.*)_total'],
    ['$name', '(?P<name>.*)_total'],
    ['$' + '{name}', '(?P<name>.*)_total'],
  ])('renames with %s', (replacement, regex) => {
    const rule = { source_labels: ['__name__'], regex, target_label: '__name__', replacement };
    expect(result({ __name__: 'hits_total' }, [rule])).toEqual({ __name__: 'hits' });
    expect(result({ __name__: 'hits' }, [rule])).toEqual({ __name__: 'hits' });
  });

  it.each([
    ['$1_total', ''],
    ['$' + '{1}_total', 'hits_total'],
    ['$1-total', 'hits-total'],
    ['$$1', '$1'],
    ['$2', ''],
    ['$none', ''],
  ])('expands %s as Go does', (replacement, value) => {
    const rule = { source_labels: ['__name__'], regex: '(.*)', target_label: 'made', replacement };
    const made = value === '' ? {} : { made: value };
    expect(result({ __name__: 'hits' }, [rule])).toEqual({ __name__: 'hits', ...made });
  });

  it('takes rules in their order, each after the one before', () => {
    const rules = [
      { source_labels: ['run'], target_label: 'kept' },
      { regex: 'run', action: 'labeldrop' },
      { source_labels: ['run'], regex: '.+', action: 'drop' },
    ];
    expect(result(run, rules)).toEqual({ __name__: 'm', job: 'scraper', kept: 'a1' });
  });
});

describe('a configuration', () => {
  it('has one entry for each scrape, with the defaults of Prometheus', () => {
    const configs = scrapeConfigs('scrape_configs:\n- job_name: a\n- job_name: b\n  honor_labels: true\n');
    expect([...(configs ?? [])].map(([name, { honor_labels }]) => [name, honor_labels])).toEqual([
      ['a', false],
      ['b', true],
    ]);
  });

  it.each(['', 'just a text', '{', 'scrape_configs: 3'])('is not read from %j', (yaml) => {
    expect(scrapeConfigs(yaml)).toBeUndefined();
  });
});
