import { describe, expect, it } from '@jest/globals';
import { rows } from '../../../monitoring/dashboard/dashboard';
import { THRESHOLDS } from '../../../monitoring/dashboard/variables';
import { contractSection } from '../../../monitoring/verify/contract';
import type { Evidence } from '../../../monitoring/verify/evidence';
import { AnswerError } from '../../../monitoring/verify/http';
import { panelSection } from '../../../monitoring/verify/panels';
import type { Prometheus } from '../../../monitoring/verify/prometheus';
import { whyEmpty } from '../../../monitoring/verify/verdicts';
import { found, groups, healthy, loadedRules, stubPrometheus, unusual, without } from './healthy';

async function section(evidence: Evidence, prometheus: Prometheus) {
  return await panelSection(
    evidence,
    rows,
    prometheus,
    whyEmpty(evidence, contractSection(evidence), groups),
  );
}

/** Gives nothing for queries with this text. */
const nothingFor = (text: string) => stubPrometheus((expr) => (expr.includes(text) ? [] : undefined));
const LOGS = 'skip Logs (Loki)';

describe('panels', () => {
  it('with data have nothing to say; logs are not asked for', async () => {
    expect(unusual(await section(healthy, stubPrometheus()))).toEqual([LOGS]);
  });

  it('are asked with the application alone and with all, and with every slow-request limit', async () => {
    const asked: string[] = [];
    await section(
      healthy,
      stubPrometheus((expr) => {
        asked.push(expr);
        return undefined;
      }),
    );
    for (const app of ['app=~"reviewmaps-server"', 'app=~".+"']) {
      expect(asked).toContainEqual(expect.stringContaining(app));
      for (const threshold of THRESHOLDS) {
        expect(asked).toContainEqual(
          expect.stringMatching(new RegExp(`${app.replaceAll('.+', '\\.\\+')}.*le="${threshold}"`)),
        );
      }
    }
    expect(asked.filter((expr) => /\$(application|threshold|__)/.test(expr))).toEqual([]);
  });

  it('get the windows that Grafana would give them, longer where values change once a minute', async () => {
    const asked: string[] = [];
    await section(
      healthy,
      stubPrometheus((expr) => {
        asked.push(expr);
        return undefined;
      }),
    );
    const windows = (metric: string) =>
      new Set(
        asked
          .filter((expr) => expr.includes(metric))
          .flatMap((expr) => expr.match(/(?<=\[)\d+s(?=\])/g) ?? []),
      );
    expect(windows('process_cpu_seconds_total')).toEqual(new Set(['60s']));
    expect(windows('reviewmaps_naver_api_duration_seconds_bucket')).toEqual(new Set(['240s']));
  });

  it('that give no number are wrong', async () => {
    const bad = stubPrometheus((expr) => (expr.includes('db_connections_used') ? [Number.NaN] : undefined));
    expect(unusual(await section(healthy, bad))).toEqual(['fail Connections used', LOGS]);
  });

  it('whose query is refused are wrong, with what Prometheus says', async () => {
    const refusing: Prometheus = {
      ...stubPrometheus(),
      query: async (expr) => {
        if (!expr.includes('db_connections_used')) return [{ labels: {}, value: 1 }];
        throw new AnswerError('status 422', 422, '{"status":"error","error":"too many samples"}');
      },
    };
    expect(found(await section(healthy, refusing), 'Connections used').text).toBe(
      'Prometheus refuses its query: too many samples',
    );
  });

  it('of a Prometheus that went away are no finding of theirs', async () => {
    const gone = { ...stubPrometheus(), query: () => Promise.reject(new AnswerError('cannot be reached')) };
    await expect(section(healthy, gone)).rejects.toThrow('cannot be reached');
  });

  it('that must be 0 when nothing happened are wrong without any series', async () => {
    const result = await section(healthy, nothingFor('django_db_errors_total'));
    expect(unusual(result)).toEqual(['fail Database errors', LOGS]);
  });

  it('that say themselves why they are empty are empty', async () => {
    const result = await section(healthy, nothingFor('django_cache_get'));
    expect(found(result, 'Cache hit ratio')).toMatchObject({
      status: 'empty',
      text: expect.stringContaining('BACKEND'),
    });
  });

  it('that show what is there are wrong when they find nothing', async () => {
    const result = await section(healthy, nothingFor('reviewmaps_table_missing'));
    expect(found(result, 'Configured tables')).toMatchObject({
      status: 'fail',
      text: 'is empty, though there is reviewmaps_table_missing',
    });
  });

  it('that have no bucket for a slow-request limit name it', async () => {
    const latencyBounds = new Set([...healthy.latencyBounds].filter((bound) => bound !== '2.5'));
    const result = await section({ ...healthy, latencyBounds }, nothingFor('le="2.5"'));
    expect(unusual(result)).toEqual(['fail Share of slow requests', LOGS]);
    expect(found(result, 'Share of slow requests')).toMatchObject({
      text: 'nothing for a slow-request limit ($threshold) of 2.5 s',
      fix: expect.stringContaining('PROMETHEUS_LATENCY_BUCKETS'),
    });
  });

  it('that have none of the limits as a bucket are not taken for idle', async () => {
    const latencyBounds = new Set(['0.2', '0.4', '0.8', '1.6', '+Inf']);
    const result = await section({ ...healthy, latencyBounds }, nothingFor('le="'));
    expect(found(result, 'Share of slow requests')).toMatchObject({
      status: 'fail',
      text: expect.stringContaining('0.01, 0.025'),
    });
  });

  it('of an idle application beside a busy one are empty, whatever the slow-request limit', async () => {
    const idle = stubPrometheus((expr) =>
      /rate\(django_http/.test(expr) && !expr.includes('app=~".+"') ? [] : undefined,
    );
    const result = await section(healthy, idle);
    expect(result.findings.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(found(result, 'Share of slow requests').status).toBe('empty');
  });

  it('are not judged when what they read is wrong', async () => {
    const broken = without(healthy, ({ name }) => name === 'reviewmaps_table_missing');
    expect(
      found(await section(broken, nothingFor('reviewmaps_table_missing')), 'Configured tables'),
    ).toMatchObject({
      status: 'skip',
      text: 'needs: reviewmaps_table_missing',
    });
  });

  it('of targets need one', async () => {
    const nothing = await section({ ...healthy, targets: [] }, nothingFor('up{'));
    expect(found(nothing, 'Scrape targets')).toMatchObject({ status: 'skip', text: 'needs: a target' });
  });

  it('of alerts need one that fires: without it nobody knows of the others', async () => {
    const name = 'Alerts by severity';
    expect(found(await section(healthy, nothingFor('ALERTS')), name).status).toBe('fail');
    const unloaded = { ...healthy, rules: [] };
    expect(found(await section(unloaded, nothingFor('ALERTS')), name)).toMatchObject({
      status: 'skip',
      text: 'needs: the alert that always fires',
    });
  });

  it('of ages wait for the first evaluation of theirs', async () => {
    const age = 'reviewmaps:push_age_seconds';
    const early = without(healthy, ({ name }) => name === age);
    expect(found(await section(early, nothingFor(age)), 'Failing probes and why')).toMatchObject({
      status: 'skip',
      text: `needs: the first evaluation of ${age}`,
    });
  });

  it('of a rule that is not loaded need it', async () => {
    const record = 'reviewmaps:db_connections_used:ratio';
    const unloaded = {
      ...without(healthy, ({ name }) => name === record),
      rules: loadedRules.filter(({ name }) => name !== record),
    };
    expect(found(await section(unloaded, nothingFor(record)), 'Connections used')).toMatchObject({
      status: 'skip',
      text: `needs: the rule ${record}`,
    });
  });
});
