import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { freePort } from '../../servers/process';

/** A request that passes. */
export interface Passing {
  readonly method: string;
  readonly path: string;
  /** Unpacked. */
  readonly body: string;
}

export type Matches = (passing: Passing) => boolean;

/** `before`: the server has not got the request. `after`: it has done it, and the client does not know. */
export type Moment = 'before' | 'after';

type Decision = 'on' | 'dropped';

/** A request that waits. A client that goes away ends the waiting; then the server never gets what it has not got yet. */
export interface Held {
  readonly passing: Passing;
  letGo(): void;
  /** The client's connection breaks. */
  drop(): void;
}

interface Hold {
  readonly moment: Moment;
  readonly matches: Matches;
  readonly reached: (held: Held) => void;
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Stands before an HTTP server: stops requests at chosen points, breaks connections, moves the server's clock. */
export class Passage {
  /** Seconds that are added to the server's Date header. */
  clockAhead = 0;
  private holds: Hold[] = [];
  private server: Server | undefined;
  private readonly listeners = new Set<(passing: Passing) => void>();

  private constructor(
    private readonly target: string,
    private readonly port: number,
  ) {}

  /** @param target address of a server, which may come and go. */
  static async to(target: string): Promise<Passage> {
    const passage = new Passage(target, await freePort());
    await passage.open();
    return passage;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Stops the next request that matches; resolves when it is there. */
  hold(moment: Moment, matches: Matches): Promise<Held> {
    return new Promise((reached) => this.holds.push({ moment, matches, reached }));
  }

  /** Calls back for each request that the server has accepted, before its client knows. */
  listen(listener: (passing: Passing) => void): void {
    this.listeners.add(listener);
  }

  /** Resolves when the server accepts the next request that matches. */
  accepted(matches: Matches): Promise<void> {
    return new Promise((resolve) => {
      const listener = (passing: Passing): void => {
        if (!matches(passing)) return;
        this.listeners.delete(listener);
        resolve();
      };
      this.listeners.add(listener);
    });
  }

  /** Breaks every connection; from now on there is nobody. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** Opens, on the same port as before. */
  async open(): Promise<void> {
    const server = createServer((incoming, response) => {
      this.pass(incoming, response).catch(() => response.destroy());
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.server = server;
  }

  private async pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const unpacked = incoming.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
    const passing = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      body: unpacked.toString('utf8'),
    };
    if ((await this.stop('before', passing, response)) === 'dropped') return;
    const answer = await this.forward(incoming, raw);
    if (answer.status < 300) for (const listener of [...this.listeners]) listener(passing);
    if ((await this.stop('after', passing, response)) === 'dropped') return;
    const date = new Date(Date.parse(answer.headers.date ?? '') + this.clockAhead * 1_000);
    const dated = this.clockAhead === 0 ? {} : { date: date.toUTCString() };
    response.writeHead(answer.status, { ...answer.headers, ...dated });
    response.end(answer.body);
  }

  private async stop(moment: Moment, passing: Passing, response: ServerResponse): Promise<Decision> {
    const hold = this.holds.find((one) => one.moment === moment && one.matches(passing));
    if (hold === undefined) return 'on';
    this.holds = this.holds.filter((one) => one !== hold);
    const { promise, resolve } = Promise.withResolvers<Decision>();
    response.once('close', () => resolve('dropped'));
    hold.reached({ passing, letGo: () => resolve('on'), drop: () => resolve('dropped') });
    const decision = await promise;
    if (decision === 'dropped') response.destroy();
    return decision;
  }

  private async forward(incoming: IncomingMessage, body: Buffer): Promise<Answer> {
    const { method, url } = incoming;
    const sent = request(`${this.target}${url ?? ''}`, {
      method: method ?? 'GET',
      headers: { ...incoming.headers, connection: 'close', 'content-length': body.length },
      agent: false,
    });
    // What breaks after the answer has begun is told by the answer.
    sent.on('error', () => undefined);
    sent.end(body);
    const [answer]: IncomingMessage[] = await once(sent, 'response');
    if (answer === undefined) throw new Error('no answer');
    const chunks: Buffer[] = [];
    for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
    // Those two are between the server and this passage.
    const { connection: _connection, 'transfer-encoding': _encoding, ...headers } = answer.headers;
    return { status: answer.statusCode ?? 502, headers, body: Buffer.concat(chunks) };
  }
}
