import type { Section } from '../../../monitoring/verify/finding';
import type { Service } from '../../../monitoring/verify/http';
import { verify } from '../../../monitoring/verify/verify';
import { systemClock } from '../../../src/clock';
import { createGateway } from '../../../src/pushgateway/client';
import { fasterScrapes } from './pace';
import type { World } from './world';

/** Milliseconds; it takes about two seconds. */
const LIMIT_MS = 60_000;

/** What `npm run verify` would print of the world besides "ok": its status and name. */
export async function unusualFindings({ urls, groups }: World): Promise<readonly string[]> {
  const service = (server: 'prometheus' | 'pushgateway' | 'django'): Service => ({
    what: server,
    option: `--${server}`,
    server,
    url: urls[server],
    login: { kind: 'none' },
  });
  const gateway = createGateway({
    url: urls.pushgateway,
    credentials: async () => ({ kind: 'none' }),
    clock: systemClock,
  });
  const installation = {
    prometheus: service('prometheus'),
    pushgateway: { service: service('pushgateway'), gateway },
    django: service('django'),
    app: fasterScrapes.app,
    settings: fasterScrapes,
    groups,
  };
  const sections: Section[] = [];
  for await (const section of verify(installation, AbortSignal.timeout(LIMIT_MS))) sections.push(section);
  return sections.flatMap(({ findings }) =>
    findings.filter(({ status }) => status !== 'ok').map(({ status, name }) => `${status} ${name}`),
  );
}
