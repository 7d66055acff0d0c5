import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { inhibitions } from '../../../monitoring/rules/alertmanager-config';
import { annotationsOf } from '../../../monitoring/rules/annotations';
import { alertsOf, ruleGroups } from '../../../monitoring/rules/groups';
import { settings } from '../../../monitoring/settings';
import { describeTool } from '../rules/tool';

const FILE = 'deploy/alertmanager/alertmanager.yml';
const alerts = alertsOf(ruleGroups(settings));
const amtool = async (...words: readonly string[]) => (await promisify(execFile)('amtool', words)).stdout;

describeTool('amtool', 'amtool --version')('the configuration of Alertmanager', () => {
  it('is what Alertmanager can read', async () => {
    expect(await amtool('check-config', FILE)).toContain('SUCCESS');
  });

  it.each(alerts.map(({ alert, severity }) => [alert, severity] as const))(
    'sends %s (%s) to whom it concerns, and to nobody else',
    async (alert, severity) => {
      const receiver = { critical: 'on-call', warning: 'team', none: 'heartbeat' }[severity];
      const labels = [`alertname=${alert}`, `severity=${severity}`, 'app=reviewmaps-server'];
      const found = await amtool('config', 'routes', 'test', `--config.file=${FILE}`, ...labels);
      expect(found.trim()).toBe(receiver);
    },
  );

  it.each(alerts.filter(({ severity }) => severity === 'critical').map(({ alert }) => alert))(
    'wakes nobody for %s of another stage, and tells the team',
    async (alert) => {
      const labels = [`alertname=${alert}`, 'severity=critical', 'app=reviewmaps-server-dev'];
      const found = await amtool('config', 'routes', 'test', `--config.file=${FILE}`, ...labels);
      expect(found.trim()).toBe('team');
    },
  );

  it('calls someone for what belongs to no application', async () => {
    const labels = ['alertname=ReviewMapsGatewayDown', 'severity=critical'];
    const found = await amtool('config', 'routes', 'test', `--config.file=${FILE}`, ...labels);
    expect(found.trim()).toBe('on-call');
  });

  it('sends what has no severity to the team', async () => {
    const found = await amtool('config', 'routes', 'test', `--config.file=${FILE}`, 'alertname=Other');
    expect(found.trim()).toBe('team');
  });
});

describeTool('amtool', 'amtool --version')('the message', () => {
  const [one, other] = alerts;
  if (one === undefined || other === undefined) throw new Error('there are no alerts');
  const given = (alert: typeof one, status: 'firing' | 'resolved') => ({
    status,
    labels: { alertname: alert.alert },
    annotations: annotationsOf(alert, settings),
  });

  async function rendered(...given: readonly { readonly status: string }[]): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'message-'));
    const data = join(folder, 'data.json');
    const firing = given.some(({ status }) => status === 'firing');
    const commonLabels = given.length === 1 ? { alertname: one?.alert } : {};
    await writeFile(
      data,
      JSON.stringify({ status: firing ? 'firing' : 'resolved', commonLabels, alerts: given }),
    );
    const message = await amtool(
      'template',
      'render',
      '--template.glob=deploy/alertmanager/*.tmpl',
      '--template.text={{ template "reviewmaps.title" . }}|{{ template "reviewmaps.text" . }}',
      `--template.data=${data}`,
    );
    await rm(folder, { recursive: true });
    return message;
  }

  it('says each alert in Korean and English, with its links', async () => {
    const message = await rendered(given(one, 'firing'));
    expect(message).toContain('[FIRING 1] ReviewMapsServiceDown|');
    for (const text of Object.values(annotationsOf(one, settings))) expect(message).toContain(text);
    expect(message).not.toContain('Resolved');
  });

  it('tells what is over from what is not: warnings come together', async () => {
    const message = await rendered(given(other, 'resolved'), given(one, 'firing'));
    expect(message).toContain('[FIRING 1] ReviewMaps|');
    const [firing, resolved] = message.split('Resolved');
    expect(firing).toContain(one.en.description);
    expect(firing).not.toContain(other.en.description);
    expect(resolved).toContain(other.en.description);
    expect(resolved).not.toContain(one.en.description);
  });

  it('says that all is over', async () => {
    const message = await rendered(given(one, 'resolved'));
    expect(message).toContain('[RESOLVED] ReviewMapsServiceDown|');
    expect(message).toContain(one.en.description);
  });
});

describe('the inhibitions', () => {
  const byName = new Map<string, (typeof alerts)[number]>(alerts.map((one) => [one.alert, one]));

  it('name alerts that exist', () => {
    const named = inhibitions.flatMap(({ cause, effects }) => [...cause, ...effects]);
    expect(named.filter((name) => !byName.has(name))).toEqual([]);
  });

  it('compare labels that both sides have: labels that are missing on both would count as equal', () => {
    const without = inhibitions.flatMap(({ cause, effects, equal }) =>
      [...cause, ...effects].flatMap((name) =>
        equal
          .filter((label) => !(byName.get(name)?.labels ?? []).includes(label))
          .map((label) => `${name} has no label ${label}`),
      ),
    );
    expect(without).toEqual([]);
  });

  it('never hold back a critical alert for the sake of a warning', () => {
    const wrong = inhibitions.filter(
      ({ cause, effects }) =>
        cause.some((name) => byName.get(name)?.severity === 'warning') &&
        effects.some((name) => byName.get(name)?.severity === 'critical'),
    );
    expect(wrong).toEqual([]);
  });

  it('let the gateway speak first, however soon data counts as stale', () => {
    const sooner = alertsOf(ruleGroups({ ...settings, staleAfterSeconds: 120 }));
    const wait = (name: string) => sooner.find(({ alert }) => alert === name)?.forSeconds;
    expect(wait('ReviewMapsMetricsAbsent')).toBe(wait('ReviewMapsGatewayDown'));
  });

  it('never make an alert hold back itself', () => {
    const own = inhibitions.filter(
      ({ cause, effects, causeLabels, effectLabels }) =>
        effects.some((name) => cause.includes(name)) &&
        JSON.stringify(causeLabels) === JSON.stringify(effectLabels),
    );
    expect(own).toEqual([]);
  });
});
