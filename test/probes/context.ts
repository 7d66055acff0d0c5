import type { Clock } from '../../src/clock';
import type { Database } from '../../src/database/database';
import type { ProbeContext, ProbeOutcome } from '../../src/probes/probe';
import type { Gateway } from '../../src/pushgateway/gateway';

/** A port that the probe under test has no business with. */
function untouched(port: string): () => Promise<never> {
  return () => Promise.reject(new Error(`the probe used the ${port}`));
}

const noDatabase: Database = { query: untouched('database') };

export const noGateway: Gateway = {
  push: untouched('gateway'),
  remove: untouched('gateway'),
  read: untouched('gateway'),
  scan: untouched('gateway'),
};

/** A clock on which ten seconds pass between two looks. */
function steppingClock(): Clock {
  let elapsed = 0;
  return {
    elapsed: () => {
      elapsed += 10_000;
      return elapsed;
    },
    now: () => 0,
    sleep: untouched('clock to sleep'),
  };
}

/** What a probe is given in a test: ports that refuse every call unless the test brings its own. */
export function contextWith(ports: Partial<ProbeContext> = {}): ProbeContext {
  return {
    database: noDatabase,
    gateway: noGateway,
    clock: steppingClock(),
    signal: new AbortController().signal,
    ...ports,
  };
}

/** The reason and the sentence of an outcome; a service that is up has neither. */
export function reasonOf(outcome: ProbeOutcome): string {
  return outcome.up ? 'up' : outcome.reason;
}

export function detailOf(outcome: ProbeOutcome): string {
  return outcome.up ? '' : outcome.detail;
}
