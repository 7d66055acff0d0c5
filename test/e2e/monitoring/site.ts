import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { endProcess, freePort } from '../../servers/process';
import { PACKAGE } from '../runs/python';

/** Django with PostgreSQL, a cache, django-prometheus and the package of this project. */
export class Site {
  private child: ChildProcess | undefined;
  private port = 0;

  constructor(
    private readonly python: string,
    private readonly databasePort: number,
  ) {}

  /** `host:port`, the same after a restart. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `http://${this.address}`;
  }

  /** Resolves when it listens. */
  async start(): Promise<void> {
    if (this.port === 0) this.port = await freePort();
    const script = join(__dirname, 'site.py');
    const child = spawn(this.python, [script, String(this.databasePort), String(this.port)], {
      env: { PYTHONPATH: PACKAGE, PYTHONUTF8: '1' },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child = child;
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-4_000);
    });
    const ended = once(child, 'close').then(() => {
      throw new Error(`Django ended: ${log}`);
    });
    ended.catch(() => undefined);
    await Promise.race([once(child.stdout, 'data'), ended]);
  }

  async stop(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child !== undefined) await endProcess(child);
  }
}
