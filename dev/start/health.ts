import { once } from 'node:events';
import { createServer } from 'node:http';

export interface HealthServer {
  readonly url: string;
  close(): void;
}

/** Answers as ReviewMaps' Django server does at its health address. */
export async function startHealthServer(port: number): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const known = request.url === '/v1/healthz';
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(known ? { status: 'healthy' } : { detail: 'Not Found' }));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${port}/v1/healthz`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
