import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { alertsOf, ruleGroups } from '../../../monitoring/rules/groups';
import { settings } from '../../../monitoring/settings';
import { ALERTMANAGER, type Alertmanager, startAlertmanager } from '../../servers/alertmanager';
import { Receivers } from '../../servers/receivers';
import { describeTool } from '../rules/tool';

const CONFIGURATION = 'deploy/alertmanager/alertmanager.yml';

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
    server = await startAlertmanager(await readFile(CONFIGURATION, 'utf8'));
  });
  afterEach(() => server.stop());

  /** Lets all of these fire, and expects that these are left. */
  async function expectLeft(expected: readonly string[], ...alerts: readonly Labels[]): Promise<void> {
    await post(server.url, alerts);
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

  it('holds back what stands still while collect is dead, and nothing of the others', async () => {
    await expectLeft(
      ['ReviewMapsJobStale', 'ReviewMapsProbeSlow database', 'ReviewMapsScraperNotSucceeding'],
      firing('JobStale', COLLECT),
      firing('ConnectionsNearMax', APP),
      firing('TableMissing', { ...APP, table_name: 'campaign' }),
      firing('CleanupStalled', { ...APP, table_name: 'campaign' }),
      firing('ScraperNotSucceeding', { ...APP, scraper: 'revu' }),
      firing('ProbeSlow', { ...APP, service: 'database', probe: 'database' }),
    );
  });

  it('holds back what stands still while fold and the probe are dead', async () => {
    await expectLeft(
      ['ReviewMapsConnectionsNearMax', 'ReviewMapsJobStale', 'ReviewMapsProbeStale'],
      firing('JobStale', { ...APP, job: 'reviewmaps-scraper' }),
      firing('ProbeStale', PROBE),
      firing('ConnectionsNearMax', APP),
      firing('ScraperNotSucceeding', { ...APP, scraper: 'revu' }),
      firing('ProbeSlow', { ...APP, service: 'database', probe: 'database' }),
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

describeTool('Alertmanager', `${ALERTMANAGER ?? 'alertmanager'} --version`)(
  'what someone is called for',
  () => {
    let server: Alertmanager;
    let receivers: Receivers;
    beforeEach(async () => {
      receivers = await Receivers.open();
      const shipped = await readFile(CONFIGURATION, 'utf8');
      // A tenth of the time: nobody waits for ten seconds here.
      const sooner = shipped.replaceAll(
        /(?<=group_wait: )(\d+)s/g,
        (_, tenths) => `${Number(tenths) * 100}ms`,
      );
      server = await startAlertmanager(sooner, receivers.url);
    });
    afterEach(async () => {
      await server.stop();
      await receivers.close();
    });

    it('is the cause, although its effects arrive a moment before it', async () => {
      await post(server.url, [
        firing('MetricsAbsent', COLLECT),
        firing('ServiceDown', { ...APP, service: 'scraper' }),
      ]);
      await setTimeout(MOMENT);
      await post(server.url, [
        firing('GatewayDown', { job: 'pushgateway', instance: 'pushgateway:9091' }),
        firing('ServiceDown', { ...APP, service: 'database' }),
      ]);
      const until = Date.now() + SETTLED;
      while (receivers.messages.length < 2 && Date.now() < until) await setTimeout(20);
      expect(receivers.titles('on-call').toSorted()).toEqual([
        '[FIRING 1] ReviewMapsGatewayDown',
        '[FIRING 1] ReviewMapsServiceDown',
      ]);
      expect(receivers.messages.map(({ text }) => text).join()).toMatch(/ServiceDown critical \S+ database/);
    });
  },
);

/** Milliseconds between two alerts of one evaluation of the rules, by far. */
const MOMENT = 200;
/** Milliseconds. The inhibitor sees alerts a moment after they are accepted: usually at once. */
const SETTLED = 5_000;

async function post(url: string, alerts: readonly Labels[]): Promise<void> {
  const body = JSON.stringify(
    alerts.map((labels) => ({ labels, annotations: { summary: Object.values(labels).join(' ') } })),
  );
  const headers = { 'Content-Type': 'application/json' };
  const posted = await fetch(`${url}/api/v2/alerts`, { method: 'POST', headers, body });
  expect(posted.status).toBe(200);
}

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
