import type { ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that a system gives to whoever asks for any, on either side of a connection: nobody is given one of
 * these between the moment when it is found free and the moment when it is listened on, nor while its server restarts.
 */
const PORTS = { from: 16_000, to: 32_000 };

/** A port of the loopback on which nobody listens, and which nobody is given by chance. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORTS.from, PORTS.to);
    if (await isFree(port)) return port;
  }
}

/** Whether Node threw it for this reason. Its errors are no instances of what Jest gives to tests. */
export function hasCode(thrown: unknown, code: string): boolean {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && thrown.code === code;
}

/** So many of them, each another one. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (thrown) {
    if (hasCode(thrown, 'EADDRINUSE')) return false;
    throw thrown;
  }
  const closed = once(server, 'close');
  server.close();
  await closed;
  return true;
}

/** Ends a process that may have ended already, and waits for its end. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
