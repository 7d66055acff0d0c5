import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';

/** Servers that a test writes itself, on loopback. Whatever connection is open when it closes is cut. */
export interface LocalServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

async function listening(server: net.Server): Promise<LocalServer> {
  const sockets = new Set<net.Socket>();
  server.on('connection', (socket: net.Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    host: `127.0.0.1:${address.port}`,
    port: address.port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

export async function serveHttp(listener: http.RequestListener): Promise<LocalServer> {
  return await listening(http.createServer(listener));
}

export async function serveHttps(
  certificate: { readonly key: string; readonly cert: string },
  listener: http.RequestListener,
): Promise<LocalServer> {
  return await listening(https.createServer(certificate, listener));
}

/** Hands over each connection as it comes. */
export async function serveSockets(onConnection: (socket: net.Socket) => void): Promise<LocalServer> {
  return await listening(
    net.createServer((socket) => {
      // The other side may go at any time; that is what the test is about.
      socket.on('error', () => undefined);
      onConnection(socket);
    }),
  );
}
