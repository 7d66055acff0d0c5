import { describe, expect, it } from '@jest/globals';
import { PushError } from '../../src/errors';
import { createBudget } from '../../src/jobs/budget';
import { probe } from '../../src/jobs/probe';
import { down, type Probe } from '../../src/probes/probe';
import { never, stubContext } from './context';

const SERVICES = {
  services: {
    django: [
      { kind: 'database', name: 'first' },
      { kind: 'database', name: 'second', timeout: '0.2s' },
    ],
    scraper: [{ kind: 'database', name: 'only' }],
  },
};

async function run(probes: Record<string, Probe>, ms = 5_000) {
  const { context, pushes, lines } = stubContext(SERVICES);
  const budget = createBudget(ms);
  const up: Probe = async () => ({ up: true });
  try {
    const report = await probe({ ...context, createProbe: ({ name }) => probes[name] ?? up }, budget);
    return { report, exposition: pushes[0]?.exposition ?? '', pushes, lines };
  } finally {
    budget.dispose();
  }
}

describe('probe', () => {
  it('reports a service as up when all its probes pass', async () => {
    const { report, exposition, pushes } = await run({});
    expect(report.ok).toBe(true);
    expect(pushes[0]?.key).toEqual({ job: 'reviewmaps-probe', app: 'reviewmaps-server' });
    expect(exposition).toContain('reviewmaps_service_up{service="django"} 1\n');
    expect(exposition).toContain('reviewmaps_service_up{service="scraper"} 1\n');
    expect(exposition).not.toContain('reviewmaps_probe_failure_reason{');
  });

  it('reports it as down, with the reason, when one of them does not; the run itself did its work', async () => {
    const { report, exposition } = await run({ second: async () => down('status', 'answered 500') });
    expect(report.ok).toBe(true);
    expect(exposition).toContain('reviewmaps_service_up{service="django"} 0\n');
    expect(exposition).toContain('reviewmaps_service_up{service="scraper"} 1\n');
    expect(exposition).toContain(
      'reviewmaps_probe_failure_reason{service="django",probe="second",reason="status"} 1\n',
    );
    expect(exposition).toContain('reviewmaps_probe_success{service="django",probe="first"} 1\n');
  });

  it.each<[string, Probe]>([
    ['rejects', () => Promise.reject(new TypeError('defect'))],
    [
      'throws at once',
      () => {
        throw new TypeError('defect');
      },
    ],
  ])('counts a probe that %s as down and the run as failed', async (_, broken) => {
    const { report, exposition, lines } = await run({ only: broken });
    expect(report.ok).toBe(false);
    expect(exposition).toContain('reviewmaps_service_up{service="scraper"} 0\n');
    expect(exposition).toContain(
      'reviewmaps_probe_failure_reason{service="scraper",probe="only",reason="internal"} 1\n',
    );
    expect(exposition).toContain('reviewmaps_job_success 0\n');
    expect(lines).toContainEqual(
      expect.objectContaining({ service: 'scraper', error: 'TypeError', reason: 'internal' }),
    );
  });

  it('ends a probe that hangs at its own limit', async () => {
    const { report, exposition } = await run({ second: never });
    expect(exposition).toContain(
      'reviewmaps_probe_failure_reason{service="django",probe="second",reason="timeout"} 1\n',
    );
    expect(report.parts[1]?.detail).toContain('did not end within 0.2 s');
  });

  it('ends a probe that hangs when the run has no more time, and pushes', async () => {
    const { exposition } = await run({ only: never }, 400);
    expect(exposition).toContain('reviewmaps_service_up{service="scraper"} 0\n');
    expect(exposition).toContain('reason="timeout"');
  });

  it('publishes when a certificate ends', async () => {
    const { exposition } = await run({
      only: async () => ({ up: true, certificateExpiresAt: 1_800_000_000 }),
    });
    expect(exposition).toContain(
      'reviewmaps_probe_certificate_expiry_timestamp_seconds{service="scraper",probe="only"} 1800000000\n',
    );
  });

  it('fails when nothing could be pushed', async () => {
    const { context } = stubContext(SERVICES);
    const gateway = { ...context.gateway, push: () => Promise.reject(new PushError('refused')) };
    const budget = createBudget(5_000);
    await expect(
      probe({ ...context, gateway, createProbe: () => async () => ({ up: true }) }, budget),
    ).rejects.toThrow('refused');
    budget.dispose();
  });
});
