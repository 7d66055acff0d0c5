import { setTimeout as sleep } from 'node:timers/promises';
import { createPulse } from '../../../dev/sample/pulse';
import type { Run } from '../../../dev/sample/store';

const BEAT_MS = 1_000;
const SEED = 1;

/** Campaigns and reviews come, change and are cleaned up. */
export class Life {
  private readonly end = new AbortController();
  private readonly beats: Promise<void>;

  constructor(run: Run) {
    this.beats = this.live(createPulse(run, SEED));
  }

  async stop(): Promise<void> {
    this.end.abort();
    await this.beats;
  }

  private async live(beat: () => Promise<unknown>): Promise<void> {
    const { signal } = this.end;
    while (!signal.aborted) {
      // There is none while the database is away.
      await beat().catch(() => undefined);
      await sleep(BEAT_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
