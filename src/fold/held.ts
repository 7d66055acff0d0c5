import type { RunPush } from './run-push';

/**
 * The runs of one fold, within a limit of bytes. When there are more, those that are at their end go first, since their
 * groups are gone after it, then those that have waited longest; the others are left at the gateway for the next fold.
 * So every run is counted at its end at the latest, however many are at work.
 */
export class HeldRuns {
  private runs: RunPush[] = [];
  private bytes = 0;
  /** Runs that did not fit. */
  waiting = 0;

  /** @param limit bytes of the series that are kept. */
  constructor(private readonly limit: number) {}

  add(push: RunPush): void {
    this.runs.push(push);
    this.bytes += push.bytes;
    // Sorting now and then is cheaper than keeping order.
    if (this.bytes > this.limit * 1.25) this.trim();
  }

  /** The most urgent first. */
  inOrder(): readonly RunPush[] {
    this.trim();
    return this.runs;
  }

  private trim(): void {
    this.runs.sort((a, b) => Number(isAtWork(a)) - Number(isAtWork(b)) || a.pushed - b.pushed);
    while (this.bytes > this.limit && this.runs.length > 1) {
      this.bytes -= this.runs.pop()?.bytes ?? 0;
      this.waiting += 1;
    }
  }
}

function isAtWork({ completed, removed }: RunPush): boolean {
  return completed === null && removed === null;
}
