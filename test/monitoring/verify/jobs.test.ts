import { describe, expect, it } from '@jest/globals';
import type { Evidence } from '../../../monitoring/verify/evidence';
import { jobSection } from '../../../monitoring/verify/jobs';
import { found, healthy, jobWith, noTarget, silent, unusual } from './healthy';

describe('jobs', () => {
  it('one that has not pushed for long is wrong', () => {
    const section = jobSection(jobWith(healthy, 'probe', { pushAge: 301 }));
    expect(unusual(section)).toEqual(['fail probe']);
    expect(found(section, 'probe').text).toBe('last pushed 5 min 1 s ago: it does not run, or cannot push');
  });

  it('one whose push was refused is wrong, though an older one is there', () => {
    expect(found(jobSection(jobWith(healthy, 'fold', { refused: true })), 'fold')).toMatchObject({
      status: 'fail',
      text: expect.stringContaining('refused its last push'),
    });
  });

  it('one whose pushes were all refused is not told from another stage, or from none', () => {
    const gateway = {
      now: 1,
      groups: [
        {
          labels: { job: 'reviewmaps-scraper', app: healthy.app },
          pushedAt: 0,
          lastPushSuccessful: false,
          families: {},
        },
      ],
    };
    const state = { refused: true, pushAge: undefined };
    expect(found(jobSection(jobWith({ ...silent, gateway }, 'fold', state)), 'fold')).toMatchObject({
      status: 'fail',
      text: 'the gateway refused its last push; none was accepted yet',
    });
  });

  it('one that is old in Prometheus alone shows that another gateway is scraped, or that clocks differ', () => {
    const labels = { job: 'reviewmaps-probe', app: healthy.app };
    const probe = (pushedAt: number) => {
      const groups = [{ labels, pushedAt, lastPushSuccessful: true, families: {} }];
      const old = jobWith({ ...healthy, gateway: { now: 10_000, groups } }, 'probe', { pushAge: 4_000 });
      return found(jobSection(old), 'probe');
    };
    expect(probe(9_990)).toMatchObject({
      status: 'fail',
      text: 'last pushed 1 h 6 min 40 s ago for Prometheus, and 10 s ago at the gateway that was asked',
      fix: expect.stringContaining('another gateway'),
    });
    expect(probe(6_000).text).toContain('it does not run, or cannot push');
  });

  it('one that pushed in the future shows that clocks differ', () => {
    const push = (pushAge: number) => found(jobSection(jobWith(healthy, 'probe', { pushAge })), 'probe');
    expect(push(-600)).toMatchObject({ status: 'fail', fix: expect.stringContaining('NTP') });
    expect(push(-20).status).toBe('ok');
  });

  it('one whose run failed in part is a warning that names the part', () => {
    const section = jobSection(
      jobWith(healthy, 'collect', { failures: ['a part of the run', 'collector campaigns'] }),
    );
    expect(unusual(section)).toEqual(['warn collect']);
    expect(found(section, 'collect').text).toBe(
      'last pushed 12 s ago, but its run failed in part: collector campaigns',
    );
  });

  const never = (evidence: Evidence) =>
    found(jobSection(jobWith(evidence, 'fold', { pushAge: undefined })), 'fold');

  it('one that never pushed is wrong', () => {
    expect(never(silent)).toMatchObject({
      status: 'fail',
      text: 'has never pushed as app="reviewmaps-server"',
      fix: 'deploy it, or run it once with the STAGE of this app: STAGE=prod npm run fold',
    });
  });

  it('one that is not deployed is empty', () => {
    const settings = { ...healthy.settings, jobs: ['collect', 'probe'] as const };
    expect(never({ ...silent, settings })).toMatchObject({
      status: 'empty',
      text: expect.stringContaining('monitoring.jobs'),
    });
  });

  it('one that pushes for another stage is named', () => {
    const other = {
      name: 'push_time_seconds',
      job: 'reviewmaps-scraper',
      app: 'reviewmaps-server-dev',
      exportedJob: '',
      count: 1,
    };
    expect(never({ ...silent, stock: [other] }).text).toBe(
      'has never pushed as app="reviewmaps-server", only as "reviewmaps-server-dev"',
    );
  });

  it('one that is at the gateway and not in Prometheus shows that the scrape is wrong', () => {
    const labels = { job: 'reviewmaps-scraper', app: healthy.app };
    const gateway = { now: 1, groups: [{ labels, pushedAt: 1, lastPushSuccessful: true, families: {} }] };
    expect(never({ ...silent, gateway }).text).toBe('its group is at the gateway and not in Prometheus');
  });

  it('is not judged where its labels were moved aside, or the gateway is not scraped', () => {
    const moved = {
      name: 'push_time_seconds',
      job: 'pushgateway',
      app: '',
      exportedJob: 'reviewmaps-scraper',
      count: 1,
    };
    expect(never({ ...silent, stock: [moved] })).toMatchObject({
      status: 'skip',
      text: 'needs: honor_labels',
    });
    expect(never({ ...silent, targets: noTarget('pushgateway').targets }).status).toBe('skip');
  });
});
