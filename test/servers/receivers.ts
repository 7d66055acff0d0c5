import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/** A message as Alertmanager sends it to Slack. */
interface Message {
  /** `on-call` or `team`. */
  readonly channel: string;
  readonly title: string;
  readonly text: string;
}

/** Slack's webhooks and the outside service that misses the heartbeat, as far as Alertmanager sees them. */
export class Receivers {
  messages: readonly Message[] = [];
  heartbeats = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(): Promise<Receivers> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the receivers have no port');
    const receivers = new Receivers(server, `http://127.0.0.1:${address.port}`);
    server.on('request', (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.once('end', () => {
        receivers.take(request.url?.slice(1) ?? '', body);
        response.end('ok');
      });
    });
    return receivers;
  }

  titles(channel: string): string[] {
    return this.messages.filter((one) => one.channel === channel).map(({ title }) => title);
  }

  forget(): void {
    this.messages = [];
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private take(channel: string, body: string): void {
    if (channel === 'heartbeat') {
      this.heartbeats += 1;
      return;
    }
    const { attachments }: { attachments: readonly { title: string; text: string }[] } = JSON.parse(body);
    this.messages = [...this.messages, ...attachments.map(({ title, text }) => ({ channel, title, text }))];
  }
}
