import { describe, expect, it } from '@jest/globals';
import { contractSection } from '../../../monitoring/verify/contract';
import type { Evidence } from '../../../monitoring/verify/evidence';
import type { LoadedRule, Prometheus } from '../../../monitoring/verify/prometheus';
import { ruleSections } from '../../../monitoring/verify/rules';
import { whyEmpty } from '../../../monitoring/verify/verdicts';
import { found, groups, healthy, loadedRules, stubPrometheus, unusual, without } from './healthy';

async function sections(evidence: Evidence, prometheus: Prometheus = stubPrometheus()) {
  const why = whyEmpty(evidence, contractSection(evidence), groups);
  const [records, alerts] = await ruleSections(evidence, groups, prometheus, why);
  if (records === undefined || alerts === undefined) throw new Error('two sections are expected');
  return { records, alerts };
}

function withRule(name: string, change: Partial<LoadedRule>): Evidence {
  return {
    ...healthy,
    rules: loadedRules.map((rule) => (rule.name === name ? { ...rule, ...change } : rule)),
  };
}

const otherRule: LoadedRule = {
  type: 'alerting',
  name: 'Theirs',
  query: 'vector(1)',
  health: 'ok',
  lastError: '',
  state: 'inactive',
  duration: 0,
  keepFiringFor: 0,
  labels: {},
  annotations: {},
  firing: 0,
};

const RATIO = 'reviewmaps:http_5xx:ratio_rate5m';
const DOWN = 'ReviewMapsServiceDown';

describe('rules', () => {
  it('that are loaded as they are defined have nothing to say', async () => {
    const { records, alerts } = await sections(healthy);
    expect([...unusual(records), ...unusual(alerts)]).toEqual([]);
    expect(records.findings.length + alerts.findings.length).toBe(loadedRules.length + 1);
  });

  it('that are not loaded are wrong', async () => {
    const { records, alerts } = await sections({
      ...healthy,
      rules: loadedRules.filter(({ name }) => name !== DOWN && name !== RATIO),
    });
    expect([...unusual(records), ...unusual(alerts)]).toEqual([`fail ${RATIO}`, `fail ${DOWN}`]);
    expect(found(alerts, DOWN)).toMatchObject({
      text: 'is not loaded',
      fix: expect.stringContaining('deploy/prometheus/rules/reviewmaps.yml'),
    });
  });

  it('that read what was moved aside are not judged', async () => {
    const age = 'reviewmaps:push_age_seconds';
    const stock = healthy.stock
      .filter(({ name }) => name !== age)
      .map((one) =>
        one.job.startsWith('reviewmaps-') ? { ...one, job: 'pushgateway', exportedJob: one.job } : one,
      );
    const { records } = await sections({ ...healthy, stock });
    expect(found(records, age)).toMatchObject({ status: 'skip', text: 'needs: a job that pushes' });
  });

  it.each([
    ['none of which is loaded', [], /^is not loaded: none of its \d+ rules is there$/],
    ['that other rules stand in for', [{ ...otherRule }], /^is not loaded/],
    ['that nobody shows', undefined, /does not show its rules/],
  ])('%s are one mistake, and nothing else is said of them', async (_, rules, text) => {
    const { records, alerts } = await sections({ ...healthy, rules });
    const all = [...records.findings, ...alerts.findings];
    expect(found(records, 'the rule file')).toMatchObject({
      status: 'fail',
      text: expect.stringMatching(text),
    });
    expect(all.filter(({ status }) => status === 'skip')).toHaveLength(all.length - 1);
    expect(all).toHaveLength(loadedRules.length + 1);
  });

  it('that are loaded in two versions are wrong, and in two equal ones are not', async () => {
    const twice = (change: Partial<LoadedRule>) => ({
      ...healthy,
      rules: loadedRules.flatMap((rule) => (rule.name === DOWN ? [rule, { ...rule, ...change }] : [rule])),
    });
    const { alerts } = await sections(twice({ query: 'reviewmaps:service_up:current == 2' }));
    expect(unusual(alerts)).toEqual([`fail ${DOWN}`]);
    expect(found(alerts, DOWN).text).toContain('loaded twice');
    expect(unusual((await sections(twice({}))).alerts)).toEqual([]);
    expect(unusual((await sections(twice({ duration: 60 }))).alerts)).toEqual([`fail ${DOWN}`]);
    expect(unusual((await sections(twice({ state: 'firing' }))).alerts)).toEqual([`warn ${DOWN}`]);
  });

  it('that cannot be evaluated are wrong, with what Prometheus says', async () => {
    const { records } = await sections(
      withRule(RATIO, { health: 'err', lastError: 'many-to-many matching' }),
    );
    expect(unusual(records)).toEqual([`fail ${RATIO}`]);
    expect(found(records, RATIO).text).toBe('cannot be evaluated: many-to-many matching');
  });

  it('that were not evaluated yet are no mistake', async () => {
    expect(unusual((await sections(withRule(DOWN, { health: 'unknown' }))).alerts)).toEqual([
      `empty ${DOWN}`,
    ]);
  });

  it('of another version are wrong: another expression, or another time to wait', async () => {
    const expression = await sections(withRule(DOWN, { query: 'reviewmaps:service_up:current == 2' }));
    expect(unusual(expression.alerts)).toEqual([`fail ${DOWN}`]);
    expect(found(expression.alerts, DOWN).text).toContain('another expression');
    const wait = await sections(withRule(DOWN, { duration: 60 }));
    expect(found(wait.alerts, DOWN).text).toBe('waits for 60 s and not 300 s');
    const after = await sections(withRule(DOWN, { keepFiringFor: 60 }));
    expect(found(after.alerts, DOWN).text).toBe('goes on firing for 60 s and not 0 s');
    const severity = await sections(withRule(DOWN, { labels: { severity: 'warning' } }));
    expect(found(severity.alerts, DOWN).text).toBe('has severity="warning" and not "critical"');
  });

  it('of a service that does not tell times and labels are compared by what it tells', async () => {
    const bare = withRule('ReviewMapsDatabaseConnectionErrors', {
      duration: undefined,
      keepFiringFor: undefined,
      labels: {},
    });
    expect(unusual((await sections(bare)).alerts)).toEqual([]);
  });

  it('that differ in blanks alone are the same', async () => {
    const query = loadedRules.find(({ name }) => name === DOWN)?.query.replaceAll(' ', '\n  ') ?? '';
    expect(unusual((await sections(withRule(DOWN, { query }))).alerts)).toEqual([]);
  });

  it('are not compared where Prometheus does not format expressions', async () => {
    const changed = withRule(DOWN, { query: 'something == 0' });
    const prometheus = { ...stubPrometheus(), format: async () => undefined };
    expect(unusual((await sections(changed, prometheus)).alerts)).toEqual([]);
  });

  it('that fire are warnings with their runbook, and the watchdog must fire', async () => {
    const firing = await sections(withRule(DOWN, { state: 'firing', firing: 2 }));
    expect(found(firing.alerts, DOWN)).toEqual({
      name: DOWN,
      status: 'warn',
      text: 'fires (2)',
      fix: 'see docs/runbooks/ReviewMapsServiceDown.md',
    });
    const quiet = await sections(withRule('ReviewMapsWatchdog', { state: 'inactive' }));
    expect(unusual(quiet.alerts)).toEqual(['fail ReviewMapsWatchdog']);
  });

  it('lead somewhere, which the configuration does not until it is told', async () => {
    const LINKS = 'links of the alerts';
    expect(found((await sections(healthy)).alerts, LINKS).text).toMatch(/^\d+ links to 10.0.0.4, 10.0.0.5$/);
    const links = async (annotations: Readonly<Record<string, string>>) =>
      found((await sections(withRule(DOWN, { annotations }))).alerts, LINKS);
    expect(await links({ runbook_url: 'https://docs.reviewmaps.example:8443/runbooks/x.md' })).toMatchObject({
      status: 'warn',
      text: 'lead to docs.reviewmaps.example, which nobody has',
      fix: expect.stringContaining('set monitoring.runbooks and monitoring.grafana'),
    });
    expect(await links({ dashboard: 'http://www.example.com' })).toMatchObject({ status: 'warn' });
    expect(
      await links({ dashboard: 'http://examples.com/d/x?var-application={{ $labels.app }}' }),
    ).toMatchObject({
      status: 'ok',
    });
    const untold = { ...healthy, rules: loadedRules.map((rule) => ({ ...rule, annotations: {} })) };
    expect(found((await sections(untold)).alerts, LINKS)).toMatchObject({ status: 'empty' });
  });

  it('without a series say what they lack', async () => {
    const RECORDED = ['reviewmaps:http_requests:rate5m', RATIO, 'reviewmaps:campaigns_active:sum'];
    const noRequests = without(
      healthy,
      ({ name }) =>
        RECORDED.includes(name) ||
        name.startsWith('django_http_responses') ||
        name === 'reviewmaps_campaign_active_total',
    );
    const { records } = await sections(noRequests);
    expect(found(records, RATIO)).toMatchObject({
      status: 'empty',
      text: 'Django has no django_http_responses_total_by_status_view_method_total',
    });
    expect(found(records, 'reviewmaps:campaigns_active:sum').text).toContain(
      'no region had an active campaign',
    );
    const idle = without(healthy, ({ name }) => name === RATIO);
    expect(found((await sections(idle)).records, RATIO)).toMatchObject({
      status: 'empty',
      text: 'nothing happened within its window',
    });
  });

  it('are not judged when what they read is wrong', async () => {
    const broken = without(healthy, ({ name }) =>
      ['reviewmaps_service_up', 'reviewmaps:service_up:current'].includes(name),
    );
    expect(found((await sections(broken)).records, 'reviewmaps:service_up:current')).toMatchObject({
      status: 'skip',
      text: 'needs: reviewmaps_service_up',
    });
  });
});
