import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { idleDjango } from '../../monitoring/verify/django-exposition';

async function listening(answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    host: `127.0.0.1:${address.port}`,
    url: `http://127.0.0.1:${address.port}`,
    stop: async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Django as nobody uses it yet, its health view, and an Alertmanager that takes everything. */
export async function startSite() {
  let scrapes = 0;
  return await listening((request, response) => {
    request.resume();
    if (request.url !== '/metrics') return response.end('{"status":"healthy"}');
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(idleDjango(scrapes));
    scrapes += 1;
  });
}

/** Passes requests on to a Prometheus, unless `refuse` answers them itself. */
export async function startFront(
  target: string,
  refuse: (...exchange: Parameters<RequestListener>) => boolean,
) {
  return await listening((request, response) => {
    if (refuse(request, response)) return;
    const pass = async (): Promise<void> => {
      const body = Buffer.concat(await request.toArray());
      const answer = await fetch(`${target}${request.url}`, {
        method: request.method ?? 'GET',
        headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' },
        ...(body.length > 0 ? { body } : {}),
      });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    };
    // Whoever asked may have gone away meanwhile.
    pass().catch(() => response.destroy());
  });
}
