import type { HttpProbeConfig } from '../config/config';
import { inWords } from './duration';
import { bodyProblem, secretsOf } from './http/body';
import { type Connection, type Exchange, exchange } from './http/exchange';
import { failureOf, PHASE_IN_WORDS } from './http/failure';
import { down, type Probe, type ProbeOutcome } from './probe';

/**
 * Up when a GET answers with an expected status and, if configured, the expected body. Certificates are
 * always verified and redirects never followed: a login page that answers 200 is not the service.
 * Details name the address without its query.
 */
export function httpProbe(config: HttpProbeConfig, connection: Connection = {}): Probe {
  const url = new URL(config.url);
  const wanted = config.body !== undefined || config.json !== undefined;
  const expected = (status: number) => status >= config.status.from && status <= config.status.to;

  return async ({ clock, signal }) => {
    const started = clock.elapsed();
    const result = await exchange(url, connection, (status) => wanted && expected(status), signal);
    const { certificateExpiresAt } = result;
    const outcome = judge(config, url, result, (clock.elapsed() - started) / 1000);
    return certificateExpiresAt === undefined ? outcome : { ...outcome, certificateExpiresAt };
  };
}

function judge(config: HttpProbeConfig, url: URL, result: Exchange, seconds: number): ProbeOutcome {
  const address = `${url.protocol}//${url.host}${url.pathname}`;
  switch (result.kind) {
    case 'aborted':
      return down(
        'timeout',
        `${address} was given up after ${inWords(seconds)}, while ${PHASE_IN_WORDS[result.phase]}`,
      );
    case 'failed': {
      const { reason, predicate } = failureOf(result.phase, result.error, result.certificateExpiresAt);
      return down(reason, `${address} ${predicate}`, result.error);
    }
    case 'answer':
      return judgeAnswer(config, url, address, result);
  }
}

function judgeAnswer(
  config: HttpProbeConfig,
  url: URL,
  address: string,
  answer: Extract<Exchange, { kind: 'answer' }>,
): ProbeOutcome {
  const { from, to } = config.status;
  const { status } = answer;
  const { location } = answer.headers;
  if (status < from || status > to) {
    const expected = from === to ? String(from) : `${from} to ${to}`;
    const found = `${address} answered ${status}, expected ${expected}`;
    return status >= 300 && status <= 399 && location !== undefined
      ? down('redirect', `${found}; it redirects to ${hostOf(location, url)}, which is not followed`)
      : down('status', found);
  }
  if (config.body === undefined && config.json === undefined) return { up: true };
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    return down('body', `${address} sent its body as ${encoding}, though it was asked not to encode it`);
  }
  const problem = bodyProblem(config, { bytes: answer.body, cut: answer.bodyCut, hidden: secretsOf(url) });
  return problem === undefined ? { up: true } : down('body', `${address} ${problem}`);
}

/** Where a redirect leads, without path and query: they often carry tokens. */
function hostOf(location: string, from: URL): string {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  return target === undefined ? 'an address that cannot be read' : `${target.protocol}//${target.host}`;
}
