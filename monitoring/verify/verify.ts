import type { MonitoringConfig } from '../../src/config/config';
import { messageOf } from '../../src/errors';
import type { Gateway, GatewayState } from '../../src/pushgateway/gateway';
import { rows } from '../dashboard/dashboard';
import type { RuleGroup } from '../rules/definition';
import { contractSection } from './contract';
import { djangoSection } from './django';
import { djangoServerSection } from './django-server';
import { gather } from './evidence';
import { fail, ok, type Section } from './finding';
import { gatewaySection } from './gateway';
import { grafanaSection } from './grafana';
import { ANSWER_LIMIT_MS, AnswerError, type Service } from './http';
import { jobSection } from './jobs';
import { panelSection } from './panels';
import { prometheus } from './prometheus';
import { relabellingSection } from './relabelling';
import { ruleSections } from './rules';
import { targetSection } from './targets';
import { whyEmpty } from './verdicts';

/** An installation to look at. What is left out is not asked. */
export interface Installation {
  readonly prometheus: Service;
  readonly pushgateway?: { readonly service: Service; readonly gateway: Gateway };
  readonly django?: Service;
  readonly grafana?: Service;
  /** Value of the label `app`. */
  readonly app: string;
  readonly settings: MonitoringConfig;
  /** The rules that should be loaded. */
  readonly groups: readonly RuleGroup[];
}

/**
 * Looks at everything that a dashboard or an alert rests on, and gives section after section. It only reads.
 * @param gatewayMs milliseconds that the gateway has to say what it holds
 * @throws the signal's reason when it aborts.
 */
export async function* verify(
  installation: Installation,
  signal: AbortSignal,
  gatewayMs: number = ANSWER_LIMIT_MS,
): AsyncGenerator<Section> {
  const { pushgateway, django, grafana } = installation;
  // Asked side by side with Prometheus; each of them says its own failure.
  const servers = [
    ...(django === undefined ? [] : [djangoServerSection(django, signal)]),
    ...(grafana === undefined ? [] : [grafanaSection(grafana, rows, signal)]),
  ];
  // Should Prometheus's part end with an error, nobody waits for these any more.
  for (const section of servers) section.catch(() => undefined);
  const state = pushgateway === undefined ? undefined : stateOf(pushgateway, signal, gatewayMs);
  state?.catch(() => undefined);
  yield* prometheusSections(installation, state, signal);
  if (pushgateway !== undefined && state !== undefined) {
    yield await gatewaySection(pushgateway.service, await state, installation, signal);
  }
  for (const section of servers) yield await section;
}

type State = GatewayState | { readonly problem: string };

async function* prometheusSections(
  { prometheus: service, app, settings, groups }: Installation,
  asked: Promise<State> | undefined,
  signal: AbortSignal,
): AsyncGenerator<Section> {
  const title = `Prometheus at ${service.url}`;
  const api = prometheus(service, signal);
  try {
    const [version, state] = await Promise.all([api.version(), asked]);
    const gateway = state === undefined || 'problem' in state ? undefined : state;
    const evidence = await gather({ prometheus: api, app, settings, gateway });
    yield { title, findings: [ok('server', version === undefined ? 'answers' : `version ${version}`)] };
    yield targetSection(evidence);
    yield relabellingSection(evidence);
    yield jobSection(evidence);
    const contract = contractSection(evidence);
    yield contract;
    yield djangoSection(evidence);
    const why = whyEmpty(evidence, contract, groups);
    yield* await ruleSections(evidence, groups, api, why);
    yield await panelSection(evidence, rows, api, why);
  } catch (thrown) {
    if (!(thrown instanceof AnswerError)) throw thrown;
    yield { title, findings: [fail('server', thrown.message)] };
  }
}

async function stateOf(
  { service, gateway }: NonNullable<Installation['pushgateway']>,
  signal: AbortSignal,
  limitMs: number,
): Promise<State> {
  const limit = AbortSignal.timeout(limitMs);
  return await gateway.read(AbortSignal.any([signal, limit])).catch((thrown: unknown) => {
    signal.throwIfAborted();
    const { what, url, option } = service;
    if (limit.aborted) {
      const seconds = limitMs / 1_000;
      return { problem: `${what} at ${url} gave no whole answer within ${seconds} s; check ${option}` };
    }
    // The client names the variable that the jobs have the address from.
    return { problem: messageOf(thrown).replaceAll('PUSHGATEWAY_URL', option) };
  });
}
