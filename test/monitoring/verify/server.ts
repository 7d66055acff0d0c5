import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Service } from '../../../monitoring/verify/http';

/** Answers by path, without the query. A status other than 200, and headers, only where they matter. */
export type Answers = Readonly<Record<string, Answer | readonly Answer[] | undefined>>;

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FakeServer {
  readonly service: Service;
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

/** A server on loopback that gives prepared answers; of a list one after the other. Other paths are 404. */
export async function serve(answers: Answers, what: string): Promise<FakeServer> {
  const requests: IncomingMessage[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(request);
    const [path = ''] = (request.url ?? '').split('?');
    const given = answers[path];
    const times = requests.filter(({ url }) => url?.startsWith(path)).length;
    const answer = Array.isArray(given) ? given[(times - 1) % given.length] : given;
    const { status = 200, headers = {}, body }: Answer = answer ?? { status: 404, body: 'not found' };
    response.writeHead(status, headers).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    requests,
    service: {
      what,
      option: `--${what.toLowerCase()}`,
      server: 'grafana',
      url: `http://127.0.0.1:${address.port}`,
      login: { kind: 'none' },
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
