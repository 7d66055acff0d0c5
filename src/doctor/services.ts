import type { ProbeConfig, ServiceConfig } from '../config/config';
import { createProbe } from '../probes/create';
import type { FailureReason, Probe } from '../probes/probe';
import { type Check, change, type Fix, fail, ok, warn } from './check';
import { nameOf } from './requirements';

/** Seconds before a certificate's end from which it should have been renewed. */
const RENEWAL = 14 * 86_400;
const DAY = 86_400;
/** Milliseconds for a probe to say that its time is over. */
const GRACE_MS = 1_000;
/** Reasons that mean that no answer came. */
const UNREACHED: ReadonlySet<FailureReason> = new Set(['dns', 'connect', 'timeout']);

/** Runs a probe once, as the job does. */
export function serviceCheck(
  service: ServiceConfig,
  config: ProbeConfig,
  create: (config: ProbeConfig) => Probe = createProbe,
): Check {
  return {
    name: `probe ${service.name}/${config.name}`,
    needs: needsOf(config),
    // The probe knows best what to say of its own limit, so it gets to.
    limitMs: config.timeoutSeconds * 1_000 + GRACE_MS,
    run: async ({ database, gateway, clock, signal }) => {
      const own = AbortSignal.any([signal, AbortSignal.timeout(config.timeoutSeconds * 1_000)]);
      const outcome = await create(config)({ database, gateway, clock, signal: own });
      if (!outcome.up)
        return fail(`down (${outcome.reason}): ${outcome.detail}`, ...remedy(config, outcome.reason));
      const expiry = outcome.certificateExpiresAt;
      const left = expiry === undefined ? Number.POSITIVE_INFINITY : expiry - clock.now() / 1_000;
      return left < RENEWAL
        ? warn(
            `up, but its certificate ends in ${Math.floor(left / DAY)} days`,
            change('renew the certificate'),
          )
        : ok('up');
    },
  };
}

function needsOf(config: ProbeConfig): readonly string[] {
  switch (config.kind) {
    case 'http':
      return [];
    case 'database':
      return ['database'];
    case 'freshness':
      return [`rights ${config.table.label}`, `column ${nameOf(config)}`];
    case 'heartbeat':
      return ['gateway'];
  }
}

function remedy(config: ProbeConfig, reason: FailureReason): Fix[] {
  switch (config.kind) {
    case 'http':
      return [change(httpAdvice(config.url, reason))];
    case 'freshness':
      return [change('look whether the scrapers run, or raise its maxAge in reviewmaps.config.ts')];
    case 'heartbeat':
      return [
        change(
          'look whether it runs and pushes, and whether job and labels in reviewmaps.config.ts are its own',
        ),
      ];
    case 'database':
      return [change('correct its query in reviewmaps.config.ts')];
  }
}

/** A query may have a token in it. */
function httpAdvice(address: string, reason: FailureReason): string {
  const { origin, pathname } = new URL(address);
  const url = `${origin}${pathname}`;
  if (UNREACHED.has(reason)) {
    return `check that ${url} is right and reachable, from this machine and from the functions`;
  }
  if (reason === 'redirect') return 'configure the address that it redirects to';
  if (reason === 'tls') return `check the certificate of ${url}`;
  return `check that ${url} is the health address, and what its service says in its log`;
}
