import { setTimeout as sleep } from 'node:timers/promises';

interface Visit {
  readonly path: string;
  /** What Django answers while everything works. */
  readonly status: number;
}

const visits = (count: number, path: string, status = 200): Visit[] =>
  Array.from({ length: count }, () => ({ path, status }));

/** Answered with 404, with 500, and after more than a second: each less often than what alerts allow. */
const CYCLE: readonly Visit[] = [
  ...visits(14, '/campaigns/3/'),
  ...visits(1, '/fails/', 500),
  ...visits(12, '/'),
  ...visits(2, '/campaigns/1000000/', 404),
  ...visits(8, '/search/%EC%84%9C%EC%9A%B8/'),
  ...visits(1, '/slow/'),
  ...visits(3, '/places/200/'),
  ...visits(1, '/refused/'),
];

const VISITORS = 4;
/** Milliseconds between two visits of one visitor. */
const PAUSE_MS = 100;

/** Visitors of the site. What they do is the same in every cycle, so that shares do not depend on luck. */
export class Traffic {
  /** Answers by path and status. */
  readonly answers = new Map<string, number>();
  private readonly end = new AbortController();
  private readonly visitors: readonly Promise<void>[];

  constructor(private readonly origin: string) {
    this.visitors = Array.from({ length: VISITORS }, (_, index) =>
      this.visit((index * CYCLE.length) / VISITORS),
    );
  }

  /** Everything that was answered otherwise than while everything works. */
  surprises(): string[] {
    const expected = new Set(CYCLE.map(({ path, status }) => `${path} ${status}`));
    return [...this.answers.keys()].filter((answer) => !expected.has(answer));
  }

  async stop(): Promise<void> {
    this.end.abort();
    await Promise.all(this.visitors);
  }

  private async visit(first: number): Promise<void> {
    const { signal } = this.end;
    for (let index = Math.floor(first); !signal.aborted; index += 1) {
      const path = CYCLE[index % CYCLE.length]?.path ?? '/';
      const status = await fetch(`${this.origin}${path}`, { signal }).then(
        async (answer) => {
          await answer.arrayBuffer();
          return String(answer.status);
        },
        () => 'none',
      );
      if (signal.aborted) return;
      const answer = `${path} ${status}`;
      this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
      await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
