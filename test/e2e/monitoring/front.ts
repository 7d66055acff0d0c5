import { once } from 'node:events';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TestCertificate } from '../../probes/certificates';

/** What stands before Django in production: speaks TLS with the world, and answers 502 when Django does not. */
export class Front {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** @param origin `http://host:port` */
  static async open(origin: string, certificate: TestCertificate): Promise<Front> {
    const server = createServer(certificate, (incoming, response) => {
      const { method, url, headers } = incoming;
      const passed = request(`${origin}${url ?? ''}`, { method, headers, agent: false }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      passed.on('error', () => {
        if (response.headersSent) response.destroy();
        else response.writeHead(502).end();
      });
      incoming.pipe(passed);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the front has no port');
    return new Front(server, `https://127.0.0.1:${address.port}`);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}
