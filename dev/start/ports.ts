import { once } from 'node:events';
import { createServer } from 'node:net';

/** What listens where; the flag chooses another port. */
export interface Claim {
  readonly port: number;
  readonly what: string;
  readonly flag: string;
}

/** A sentence for each port that cannot be had, before anything is started. */
export async function takenPorts(claims: readonly Claim[]): Promise<string[]> {
  const checked = await Promise.all(
    claims.map(async (claim) => ({ claim, code: await attempt(claim.port) })),
  );
  return checked.flatMap(({ claim: { port, what, flag }, code }) => {
    if (code === undefined) return [];
    const why = code === 'EADDRINUSE' ? 'is taken by another program' : `cannot be used (${code})`;
    return [`port ${port} for ${what} ${why}: stop that one, or choose another with ${flag}`];
  });
}

async function attempt(port: number): Promise<string | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (thrown) {
    return typeof thrown === 'object' && thrown !== null && 'code' in thrown
      ? String(thrown.code)
      : 'unknown';
  }
  server.close();
  await once(server, 'close');
  return undefined;
}
