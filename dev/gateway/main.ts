import { parseArgs } from 'node:util';
import { messageOf } from '../../src/errors';
import { type EmbeddedGateway, startEmbeddedGateway } from './server';

/**
 * The embedded gateway as a process: `tsx dev/gateway/main.ts [--port 9091] [--host 127.0.0.1]`. As a child
 * it sends `{ready: {url}}` to its parent, and ends when the parent is gone.
 */

function readArguments(): { port: number; host: string } {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '9091' },
      host: { type: 'string', default: '127.0.0.1' },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new Error(`--port must be a number from 0 to 65535, got "${values.port}"`);
  }
  return { port, host: values.host };
}

function sentence(thrown: unknown, port: number, host: string): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  if (code === 'EADDRINUSE') {
    return `port ${port} on ${host} is taken by another program; stop that one or choose another with --port`;
  }
  if (code === 'EACCES') return `port ${port} needs more rights; choose one above 1023 with --port`;
  return `the gateway cannot listen on ${host}, port ${port}: ${messageOf(thrown)}`;
}

async function start(): Promise<EmbeddedGateway> {
  const { port, host } = readArguments();
  try {
    return await startEmbeddedGateway({ port, host });
  } catch (thrown) {
    throw new Error(sentence(thrown, port, host), { cause: thrown });
  }
}

start().then(
  (gateway) => {
    const end = (): void => {
      void gateway.close().then(() => process.exit(0));
    };
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
    process.once('disconnect', end);
    if (process.send === undefined) console.log(`Gateway for development: ${gateway.url}`);
    else process.send({ ready: { url: gateway.url } });
  },
  (thrown: unknown) => {
    console.error(messageOf(thrown));
    process.exitCode = 1;
    if (process.connected) process.disconnect();
  },
);
