import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Children } from './children';
import { program } from './program';

/** Where the jobs push to, and how a person should think of it. */
export interface ChosenGateway {
  readonly url: string;
  readonly what: string;
  /** Resolves with a sentence when a gateway that was started here ends. */
  readonly ended: Promise<string>;
}

const BINARIES = ['pushgateway', 'prometheus-pushgateway'];
/** Milliseconds between two looks at a gateway that is starting, and in which it must answer. */
const LOOK_MS = 50;
const START_LIMIT_MS = 10_000;

/** The one that PUSHGATEWAY_URL names, else a real one that is installed, else the embedded one. */
export async function chooseGateway(
  children: Children,
  env: NodeJS.ProcessEnv,
  port: number,
): Promise<ChosenGateway> {
  const given = env['PUSHGATEWAY_URL'];
  if (given !== undefined && given !== '') {
    return {
      url: given,
      what: 'the gateway that PUSHGATEWAY_URL names',
      ended: Promise.withResolvers<string>().promise,
    };
  }
  const url = `http://127.0.0.1:${port}`;
  const binary = onPath(env['PATH'] ?? '');
  if (binary !== undefined) {
    // Debian's build keeps a file that every user shares unless it is told not to.
    const { ended } = children.start(
      'the Pushgateway',
      binary,
      [`--web.listen-address=127.0.0.1:${port}`, '--persistence.file='],
      { env },
    );
    await Promise.race([answering(`${url}/-/ready`), failing(ended)]);
    return { url, what: `Pushgateway (${binary})`, ended };
  }
  const child = children.start(
    'the embedded gateway',
    ...program('dev/gateway/main.ts', ['--port', String(port)]),
    { env, ipc: true },
  );
  await Promise.race([once(child.process, 'message'), failing(child.ended)]);
  return { url, what: 'embedded gateway (no Pushgateway is installed)', ended: child.ended };
}

function onPath(path: string): string | undefined {
  const candidates = path.split(delimiter).flatMap((folder) => BINARIES.map((name) => join(folder, name)));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A gateway says nothing when it is ready, so it is asked until it answers. */
async function answering(url: string): Promise<void> {
  const signal = AbortSignal.timeout(START_LIMIT_MS);
  for (;;) {
    const answer = await fetch(url, { signal }).catch(() => undefined);
    if (answer?.ok === true) return;
    if (signal.aborted)
      throw new Error(`the Pushgateway did not become ready within ${START_LIMIT_MS / 1_000} s`);
    await delay(LOOK_MS);
  }
}

export async function failing(ended: Promise<string>): Promise<never> {
  throw new Error(await ended);
}
