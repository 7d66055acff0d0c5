import type { ProbeConfig, ServiceConfig } from '../config/config';
import { messageOf, TimeoutError } from '../errors';
import { errorFields } from '../log';
import { type Sample, sample } from '../metrics/sample';
import { down, type Probe, type ProbeOutcome } from '../probes/probe';
import { type Budget, within } from './budget';
import { type JobContext, type JobReport, publish, seriesByMetric } from './job';
import { runParts, secondsSince } from './parts';

export interface ProbeJobContext extends JobContext {
  readonly createProbe: (config: ProbeConfig) => Probe;
}

interface Finding {
  readonly service: string;
  readonly probe: string;
  readonly seconds: number;
  readonly outcome: ProbeOutcome;
}

/**
 * One run of the probe job: every probe of every service side by side, then one push. Each configured service is
 * reported as up or down in every run, whatever its probes did.
 * @throws PushError when nothing could be pushed.
 */
export async function probe(context: ProbeJobContext, budget: Budget): Promise<JobReport> {
  const { clock, log, config } = context;
  const start = clock.elapsed();
  const findings = await Promise.all(
    config.services.flatMap((service) => service.probes.map((one) => find(context, service, one, budget))),
  );
  for (const finding of findings) logFinding(context, finding);
  const ok = findings.every(({ outcome }) => outcome.up || outcome.reason !== 'internal');
  const samples = [
    ...findings.flatMap(probeSamples),
    ...config.services.map((service) => serviceSample(service, findings)),
  ];
  const pushed = await publish(context, { job: 'probe', samples, ok, start }, budget);
  const seconds = secondsSince(start, clock);
  log.info('pushed', { series: pushed.length, seconds });
  return {
    job: 'probe',
    ran: true,
    ok,
    seconds,
    parts: findings.map(report),
    series: seriesByMetric(pushed),
  };
}

async function find(
  context: ProbeJobContext,
  service: ServiceConfig,
  config: ProbeConfig,
  budget: Budget,
): Promise<Finding> {
  const { database, gateway, clock } = context;
  const run = async (signal: AbortSignal): Promise<ProbeOutcome> => {
    const limit = `the probe did not end within ${config.timeoutSeconds} s`;
    return within(signal, config.timeoutSeconds * 1_000, limit, (clamped) =>
      context.createProbe(config)({ database, gateway, clock, signal: clamped }),
    );
  };
  const [result] = await runParts([{ name: config.name, run }], budget.work, clock);
  const outcome = result?.outcome ?? { ok: false, error: new TypeError('the probe gave no result') };
  return {
    service: service.name,
    probe: config.name,
    seconds: result?.seconds ?? 0,
    outcome: outcome.ok ? outcome.value : thrownOutcome(outcome.error),
  };
}

/** A probe reports what it finds; what it throws is time running out, or a defect. */
function thrownOutcome(thrown: unknown): ProbeOutcome {
  if (thrown instanceof TimeoutError) return down('timeout', thrown.message);
  return down('internal', `the probe itself failed: ${messageOf(thrown)}`, thrown);
}

function serviceSample({ name }: ServiceConfig, findings: readonly Finding[]): Sample {
  const own = findings.filter(({ service }) => service === name);
  return sample(
    'reviewmaps_service_up',
    { service: name },
    own.length > 0 && own.every(({ outcome }) => outcome.up) ? 1 : 0,
  );
}

function probeSamples({ service, probe: name, seconds, outcome }: Finding): Sample[] {
  const labels = { service, probe: name };
  const samples = [
    sample('reviewmaps_probe_success', labels, outcome.up ? 1 : 0),
    sample('reviewmaps_probe_duration_seconds', labels, seconds),
  ];
  if (!outcome.up)
    samples.push(sample('reviewmaps_probe_failure_reason', { ...labels, reason: outcome.reason }, 1));
  const expiry = outcome.certificateExpiresAt;
  if (expiry !== undefined && Number.isFinite(expiry)) {
    samples.push(sample('reviewmaps_probe_certificate_expiry_timestamp_seconds', labels, expiry));
  }
  return samples;
}

function logFinding({ log }: ProbeJobContext, { service, probe: name, seconds, outcome }: Finding): void {
  const fields = { service, probe: name, seconds };
  if (outcome.up) log.debug('up', fields);
  else {
    const cause = outcome.cause === undefined ? {} : errorFields(outcome.cause);
    log.warn('down', { ...fields, ...cause, reason: outcome.reason, message: outcome.detail });
  }
}

function report({ service, probe: name, seconds, outcome }: Finding): JobReport['parts'][number] {
  return {
    name: `${service}/${name}`,
    ok: outcome.up,
    seconds,
    detail: outcome.up ? 'up' : `down (${outcome.reason}): ${outcome.detail}`,
  };
}
