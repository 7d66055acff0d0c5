import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from '@jest/globals';
import { freePorts } from '../../servers/process';

/** `npm start` as a process, on free ports and without an installed gateway. */

const LIMIT_MS = 120_000;
const FLAGS = ['--data-api-port', '--gateway-port', '--health-port', '--lambda-port', '--http-port'];
const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

interface Started {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** Resolves when a line with this text was printed. */
  printed(text: string): Promise<void>;
  readonly exit: Promise<number | null>;
}

function start(ports: readonly number[], ...options: readonly string[]): Started {
  const args = FLAGS.flatMap((flag, index) => [flag, String(ports[index])]);
  // No program is found, so no gateway either.
  const env = { HOME: process.env['HOME'], PATH: '/nowhere' };
  const child = spawn(process.execPath, ['--import', 'tsx', 'dev/start/main.ts', ...args, ...options], {
    env,
  });
  running.add(child);
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      for (const [text, resolve] of waiting) if (line.includes(text)) resolve();
    });
  }
  const exit = once(child, 'close').then(([code]: (number | null)[]) => {
    running.delete(child);
    return code ?? null;
  });
  return {
    process: child,
    lines,
    exit,
    printed: (text) => {
      const found = Promise.withResolvers<void>();
      if (lines.some((line) => line.includes(text))) found.resolve();
      waiting.set(text, found.resolve);
      const gaveUp = exit.then((code) =>
        Promise.reject(new Error(`it ended with ${code}:\n${lines.join('\n')}`)),
      );
      return Promise.race([found.promise, gaveUp]);
    },
  };
}

async function answers(port: number | undefined): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

describe('npm start', () => {
  it(
    'runs everything once, shows what it did, and ends',
    async () => {
      const ports = await freePorts(FLAGS.length);
      const began = performance.now();
      const { exit, lines } = start(ports, '--once');
      expect(await exit).toBe(0);
      const text = lines.join('\n');
      expect(text).toContain('embedded gateway');
      expect(text).toMatch(/collect: ok, \d+ series pushed/);
      expect(text).toMatch(/✓ campaigns .*series/);
      expect(text).toMatch(/fold: ok, \d+ series pushed/);
      expect(text).toMatch(/✓ read .*groups of runs: 1/);
      expect(text).toMatch(/✓ django\/http .*up/);
      expect(text).toMatch(/reviewmaps_campaign_active_total +\d+ series/);
      expect(performance.now() - began).toBeLessThan(60_000);
      expect(await Promise.all(ports.map(answers))).toEqual(ports.map(() => false));
    },
    LIMIT_MS,
  );

  it(
    'keeps running until Ctrl-C, which ends everything that it started',
    async () => {
      const ports = await freePorts(FLAGS.length);
      const started = start(ports);
      await started.printed('The jobs run every minute');
      expect(await Promise.all(ports.slice(0, 4).map(answers))).toEqual([true, true, true, true]);
      const metrics = await (await fetch(`http://127.0.0.1:${ports[1]}/metrics`)).text();
      expect(metrics).toContain(
        'reviewmaps_service_up{app="reviewmaps-server-local",instance="",job="reviewmaps-probe",service="django"} 1',
      );
      started.process.kill('SIGINT');
      expect(await started.exit).toBe(0);
      expect(await Promise.all(ports.map(answers))).toEqual(ports.map(() => false));
    },
    LIMIT_MS,
  );

  it(
    'says which port is taken, and how to choose another, before it starts anything',
    async () => {
      const ports = await freePorts(FLAGS.length);
      const taken = createServer().listen(ports[0], '127.0.0.1');
      await once(taken, 'listening');
      try {
        const { exit, lines } = start(ports);
        expect(await exit).toBe(2);
        expect(lines.join('\n')).toContain(
          `port ${ports[0]} for the local RDS Data API endpoint is taken by another program`,
        );
        expect(lines.join('\n')).toContain('--data-api-port');
        expect(lines.join('\n')).not.toMatch(/^\s+at /m);
      } finally {
        taken.close();
      }
    },
    LIMIT_MS,
  );
});
