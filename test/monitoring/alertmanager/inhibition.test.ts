import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { alertsOf, ruleGroups } from '../../../monitoring/rules/groups';
import { settings } from '../../../monitoring/settings';
import { describeTool } from '../rules/tool';
import { ALERTMANAGER, type Alertmanager, startAlertmanager } from './server';

type Labels = Readonly<Record<string, string>>;

const severities = new Map<string, string>(
  alertsOf(ruleGroups(settings)).map(({ alert, severity }) => [alert, severity]),
);
const APP = { app: 'reviewmaps-server' };
const COLLECT = { ...APP, job: 'reviewmaps-collect' };
const PROBE = { ...APP, job: 'reviewmaps-probe' };

const firing = (name: string, labels: Labels): Labels => {
  const severity = severities.get(`ReviewMaps${name}`);
  if (severity === undefined) throw new Error(`there is no alert ReviewMaps${name}`);
  return { alertname: `ReviewMaps${name}`, severity, ...labels };
};

describeTool('Alertmanager', `${ALERTMANAGER ?? 'alertmanager'} --version`)('what Alertmanager sends', () => {
  let server: Alertmanager;
  beforeEach(async () => {
    server = await startAlertmanager('deploy/alertmanager/alertmanager.yml');
  });
  afterEach(() => server.stop());

  /** Lets all of these fire, and expects that these are left. */
  async function expectLeft(expected: readonly string[], ...alerts: readonly Labels[]): Promise<void> {
    const body = JSON.stringify(alerts.map((labels) => ({ labels })));
    const headers = { 'Content-Type': 'application/json' };
    const posted = await fetch(`${server.url}/api/v2/alerts`, { method: 'POST', headers, body });
    expect(posted.status).toBe(200);
    expect(await activeOnce(server.url, expected)).toEqual(expected);
  }

  it('holds back what follows from a database that is down', async () => {
    await expectLeft(
      ['ReviewMapsServiceDown database', 'ReviewMapsServiceDown django'],
      firing('ServiceDown', { ...APP, service: 'database' }),
      firing('ServiceDown', { ...APP, service: 'scraper' }),
      firing('ServiceDown', { ...APP, service: 'django' }),
      firing('CollectorFailing', { ...COLLECT, collector: 'campaigns' }),
      firing('LedgerUnavailable', COLLECT),
      firing('JobFailing', COLLECT),
      firing('DatabaseConnectionErrors', { ...APP, alias: 'default' }),
      firing('HighErrorRatio', APP),
    );
  });

  it('lets another stage speak for itself', async () => {
    await expectLeft(
      ['ReviewMapsJobFailing', 'ReviewMapsServiceDown database'],
      firing('ServiceDown', { ...APP, service: 'database' }),
      firing('JobFailing', { ...COLLECT, app: 'reviewmaps-server-dev' }),
    );
  });

  it('holds back what a gateway that is down silences, and not the services', async () => {
    await expectLeft(
      ['ReviewMapsGatewayDown', 'ReviewMapsHighErrorRatio'],
      firing('GatewayDown', { job: 'pushgateway', instance: 'pushgateway:9091' }),
      firing('MetricsAbsent', COLLECT),
      firing('MetricsAbsent', PROBE),
      firing('HighErrorRatio', APP),
    );
  });

  it('holds back what a job said before it went silent, and not what another says', async () => {
    await expectLeft(
      ['ReviewMapsJobFailing', 'ReviewMapsJobStale'],
      firing('JobStale', COLLECT),
      firing('CollectorFailing', { ...COLLECT, collector: 'campaigns' }),
      firing('JobFailing', COLLECT),
      firing('JobFailing', PROBE),
    );
  });

  it('prefers the part that fails to its job', async () => {
    await expectLeft(
      ['ReviewMapsCollectorFailing'],
      firing('CollectorFailing', { ...COLLECT, collector: 'campaigns' }),
      firing('JobFailing', COLLECT),
    );
  });

  it('says of Django that it is down, once', async () => {
    await expectLeft(
      ['ReviewMapsProbeSlow database', 'ReviewMapsServiceDown django'],
      firing('ServiceDown', { ...APP, service: 'django' }),
      firing('HighErrorRatio', APP),
      firing('HighLatency', APP),
      firing('TargetDown', { ...APP, job: 'django', instance: 'django:8000' }),
      firing('ProbeSlow', { ...APP, service: 'database', probe: 'database' }),
      firing('ProbeSlow', { ...APP, service: 'django', probe: 'http' }),
    );
  });

  it('never holds back the watchdog', async () => {
    await expectLeft(
      ['ReviewMapsGatewayDown', 'ReviewMapsWatchdog'],
      firing('Watchdog', {}),
      firing('GatewayDown', { job: 'pushgateway', instance: 'pushgateway:9091' }),
    );
  });
});

/** Milliseconds. The inhibitor sees alerts a moment after they are accepted: usually at once. */
const SETTLED = 5_000;

/** Asks until the answer is as expected, and gives the last one. */
async function activeOnce(url: string, expected: readonly string[]): Promise<readonly string[]> {
  const until = Date.now() + SETTLED;
  for (;;) {
    const answer = await fetch(`${url}/api/v2/alerts?inhibited=false&silenced=false&active=true`);
    const names = namesOf(await answer.json());
    if (names.join() === expected.join() || Date.now() > until) return names;
    await setTimeout(20);
  }
}

function namesOf(answer: unknown): string[] {
  if (!Array.isArray(answer)) throw new Error('Alertmanager did not answer with a list');
  return answer
    .map((one: { labels: Labels }) => `${one.labels['alertname']} ${one.labels['service'] ?? ''}`.trim())
    .toSorted();
}
