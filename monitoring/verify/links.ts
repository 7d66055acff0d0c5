import { counted, empty, type Finding, ok, warn } from './finding';
import type { LoadedRule } from './prometheus';

const NAME = 'links of the alerts';
/** Names that no server on the internet ever has: RFC 2606 and RFC 6761 keep them free. */
const RESERVED = /(^|\.)(example|test|invalid)$|(^|\.)example\.(com|net|org)$/;

/** Whether someone who is called can follow the alert's links: the configuration begins with addresses of nobody. */
export function linksFinding(alerts: readonly LoadedRule[]): Finding {
  const links = alerts.flatMap(({ annotations }) =>
    ['runbook_url', 'dashboard'].flatMap((name) => annotations[name] ?? []),
  );
  const hosts = [...new Set(links.flatMap((link) => hostOf(link) ?? []))].toSorted();
  if (hosts.length === 0) return empty(NAME, 'this service does not show them');
  const nobody = hosts.filter((host) => RESERVED.test(host));
  return nobody.length === 0
    ? ok(NAME, `${counted(links.length, 'link')} to ${hosts.join(', ')}`)
    : warn(
        NAME,
        `lead to ${nobody.join(' and ')}, which nobody has`,
        'set monitoring.runbooks and monitoring.grafana in reviewmaps.config.ts, npm run generate, and load the rules',
      );
}

/** Without its port. Links have templates in them, so they are no URLs yet. */
function hostOf(link: string): string | undefined {
  return /^https?:\/\/(\[[^\]]*\]|[^/:?#]+)/.exec(link)?.[1];
}
