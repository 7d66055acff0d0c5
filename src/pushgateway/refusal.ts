import { PushError } from '../errors';
import type { GatewayAnswer } from './exchange';
import { RetryableRefusal, retryAfterSeconds } from './retry';

/** Characters of the gateway's own text that an error repeats. One of its rejections is about 300 long. */
const QUOTED_TEXT = 600;

/** How the gateway's rejections name the family that is at fault. */
const FAMILY_PATTERNS: readonly RegExp[] = [
  /collected histogram or summary named "([A-Za-z_:][\w:]*)" collides/,
  /collected metric (?:named )?"([A-Za-z_:][\w:]*)"/,
  /metric family "?([A-Za-z_:][\w:]*)"? has/,
  /(?:for metric|metric name) "([A-Za-z_:][\w:]*)"/,
];

/** The family that a rejection is about, when its text says so. */
function familyOf(text: string): string | undefined {
  for (const pattern of FAMILY_PATTERNS) {
    const name = pattern.exec(text)?.[1];
    if (name !== undefined) return name;
  }
  return undefined;
}

function quote(body: string): string {
  const line = body.replace(/\s+/g, ' ').trim();
  if (line === '') return 'it gave no reason';
  return line.length > QUOTED_TEXT ? `${line.slice(0, QUOTED_TEXT)}…` : line;
}

function locationHost(location: string | undefined, base: URL): string {
  const target = URL.parse(location ?? '', base.href);
  return location === undefined || target === null ? 'an address that it does not name' : target.host;
}

function advice(answer: GatewayAnswer, url: URL): string {
  const { status, headers, body } = answer;
  if (status >= 300 && status < 400) {
    return `redirects to ${locationHost(headers.location, url)}; nothing was stored: configure the final address in PUSHGATEWAY_URL`;
  }
  switch (status) {
    case 400: {
      const family = familyOf(body);
      return `refused it${family === undefined ? '' : ` because of the family ${family}`}: ${quote(body)}`;
    }
    case 401:
      return 'does not accept the credentials; check PUSHGATEWAY_SECRET_ARN, or PUSHGATEWAY_USERNAME and PUSHGATEWAY_PASSWORD, or PUSHGATEWAY_TOKEN';
    case 403:
      return 'knows the credentials but does not allow this; check what the user or token of PUSHGATEWAY_SECRET_ARN, PUSHGATEWAY_USERNAME or PUSHGATEWAY_TOKEN may do';
    case 404:
    case 405:
      return 'has no such path, so PUSHGATEWAY_URL does not look like a Pushgateway; check whether a path prefix is missing or too much';
    case 413:
      return 'or a proxy before it says that the push is too large; raise the limit of the body size there';
    case 429:
      return 'or a proxy before it says that there are too many requests';
    default:
      return status >= 500
        ? `failed: ${quote(body)}`
        : 'answered with a status that no Pushgateway gives here; check PUSHGATEWAY_URL';
  }
}

/** The error for an answer that is not the expected one. Only 429 and 5xx are worth another attempt. */
export function refusal(what: string, answer: GatewayAnswer, url: URL): PushError {
  const { status, headers } = answer;
  const message = `${what}: the Pushgateway at ${url.host} ${advice(answer, url)} (status ${status})`;
  if (status !== 429 && status < 500) return new PushError(message, { status });
  return new RetryableRefusal(message, {
    status,
    retryAfter: retryAfterSeconds(headers['retry-after'], headers.date),
  });
}
