import { DEFAULT_SAMPLE, loadSample } from '../sample/load';
import { createPulse } from '../sample/pulse';
import type { Run } from '../sample/store';
import type { Backend } from './backend';
import { reasonOf } from './errors';
import { OID } from './types';

/** One statement a session, so that calls from outside come in between. */
function runnerOf(backend: Backend, signal: AbortSignal): Run {
  return (sql, text) =>
    backend.session(async (session) => {
      const values = text === undefined ? [] : [{ typeOid: OID.text, text }];
      const { affected } = await session.run({ sql, values }, { signal, maxBytes: 0 });
      return affected;
    }, signal);
}

/** Fills an empty database with the sample data. */
export async function fill(backend: Backend, signal: AbortSignal): Promise<string> {
  await loadSample(runnerOf(backend, signal));
  return `${DEFAULT_SAMPLE.campaigns} campaigns and ${DEFAULT_SAMPLE.reviews} reviews`;
}

/** Changes the sample data every `seconds` until the signal aborts; one beat at a time. */
export function keepAlive(
  backend: Backend,
  seconds: number,
  signal: AbortSignal,
  tell: (progress: string) => void,
): void {
  const beat = createPulse(runnerOf(backend, signal), DEFAULT_SAMPLE.seed + 1);
  const next = () => {
    const timer = setTimeout(() => {
      beat()
        .then(({ added, changed, reviews, deleted }) => {
          tell(
            `sample data: ${added} campaigns added, ${changed} changed, ${deleted} cleaned up; ${reviews} reviews`,
          );
        })
        .catch((thrown: unknown) => {
          if (!signal.aborted) tell(`The sample data could not be changed: ${reasonOf(thrown)}`);
        })
        .finally(() => {
          if (!signal.aborted) next();
        });
    }, seconds * 1000);
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  };
  next();
}
