import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createChildren } from '../../../dev/start/children';
import { parseOptions } from '../../../dev/start/options';
import { takenPorts } from '../../../dev/start/ports';
import { readable } from '../../../dev/start/scheduled';

describe('the options of npm start', () => {
  it('have defaults', () => {
    expect(parseOptions([])).toEqual({
      help: false,
      once: false,
      ports: { dataApi: 8085, gateway: 9091, health: 8086, lambda: 3002, http: 3000 },
    });
  });

  it.each([
    [['--gateway-port', 'x'], '--gateway-port is "x": give a port from 1 to 65535'],
    [['--gateway-port', '70000'], '--gateway-port is "70000": give a port from 1 to 65535'],
    [['--gateway-port', '8085'], 'port 8085 is given to two servers'],
    [['--onse'], "Unknown option '--onse': see npm start -- --help"],
  ])('refuse %s in a sentence', (args, sentence) => {
    expect(() => parseOptions(args)).toThrow(sentence);
  });
});

describe('takenPorts', () => {
  it('names the port, what it is for and the flag that chooses another', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      expect(await takenPorts([{ port, what: 'the gateway', flag: '--gateway-port' }])).toEqual([
        `port ${port} for the gateway is taken by another program: stop that one, or choose another with --gateway-port`,
      ]);
    } finally {
      server.close();
    }
    await once(server, 'close');
    expect(await takenPorts([{ port, what: 'the gateway', flag: '--gateway-port' }])).toEqual([]);
  });
});

describe('readable', () => {
  it('turns a log line into one that a person reads', () => {
    const line =
      '{"time":"2026-11-23T03:00:00.000Z","level":"warn","event":"down","job":"probe","requestId":"x","service":"django"}';
    expect(readable(line)).toMatch(/^\d\d:00:00 ! probe {3}down {2}service=django$/);
  });

  it.each([
    'Successfully invoked scheduled function: [probe]',
    '{"time":"x","level":"debug","event":"up"}',
    '{"time":',
  ])('leaves out %s', (line) => {
    expect(readable(line)).toBeUndefined();
  });

  it('shows what went wrong outside the jobs', () => {
    expect(readable('Error: boom')).toBe('Error: boom');
  });
});

describe('createChildren', () => {
  const script = (code: string) => ['-e', code] as const;

  it('says that a child ended unasked, with its last words', async () => {
    const child = createChildren().start(
      'the child',
      process.execPath,
      script("console.error('no disk'); process.exit(3)"),
      { env: process.env },
    );
    expect(await child.ended).toBe('the child ended unexpectedly (exit code 3)\nno disk');
  });

  it('says that a program does not exist', async () => {
    const child = createChildren().start('the child', '/nowhere/program', [], { env: process.env });
    expect(await child.ended).toContain('the child ended unexpectedly (spawn /nowhere/program ENOENT)');
  });

  it('ends every child, also its own children', async () => {
    const children = createChildren();
    const lines: string[] = [];
    const grandchild = Promise.withResolvers<number>();
    children.start(
      'the child',
      process.execPath,
      script(`const { spawn } = require('node:child_process');
        const inner = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
        console.log(inner.pid); setInterval(() => {}, 1000)`),
      {
        env: process.env,
        onLine: (line) => {
          lines.push(line);
          grandchild.resolve(Number(line));
        },
      },
    );
    const pid = await grandchild.promise;
    await children.stopAll();
    await expect(gone(pid)).resolves.toBe(true);
  });
});

/** The grandchild got the signal; when it is reaped is up to init. */
async function gone(pid: number): Promise<boolean> {
  for (let look = 0; look < 100; look += 1) {
    try {
      process.kill(pid, 0);
    } catch {
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}
