import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * A gateway that refuses everyone, and repeats what it was sent: the worst that an error's text can hold. It counts the
 * requests, so that a test knows that it was reached.
 */
export async function startRefusingGateway() {
  let requests = 0;
  let status = 401;
  const server = createServer((request, response) => {
    requests += 1;
    const given = request.headers.authorization ?? '';
    const decoded = Buffer.from(given.replace(/^Basic /, ''), 'base64').toString('utf8');
    response.writeHead(status, { 'content-type': 'text/plain' });
    response.end(`not you: ${given} (${decoded})\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the gateway has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests: () => requests,
    /** Which status it answers from now on; 401 at first. */
    refuse: (next: number): void => {
      status = next;
    },
    stop: async (): Promise<void> => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
