import type { RunPush } from '../../src/fold/run-push';

/** What was read of a run that goes on, and has reported nothing yet. */
export function runPush(changes: Partial<RunPush> = {}): RunPush {
  const run = changes.run ?? 'r';
  return {
    key: { job: 'scraper', run },
    run,
    scraper: 'inflexer',
    started: 5,
    pushed: 1_000,
    accepted: true,
    refused: null,
    completed: null,
    series: [],
    bytes: 0,
    rejected: {},
    examples: {},
    removed: null,
    ...changes,
  };
}
