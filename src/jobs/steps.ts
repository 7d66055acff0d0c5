import type { Clock } from '../clock';
import { messageOf } from '../errors';
import { errorFields, type Log } from '../log';
import { type Sample, sample } from '../metrics/sample';
import type { JobReport } from './job';
import { type PartResult, runParts } from './parts';

/** What a step found, and what is worth saying of it. */
export interface StepResult<T> {
  readonly value: T;
  readonly detail: string;
}

/** Runs the steps of a fold; one that fails is reported, and what depends on it goes without. */
export class Steps {
  private readonly results: PartResult<string>[] = [];

  /** @param signal aborts when the time for work is over. */
  constructor(
    private readonly signal: AbortSignal,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** @returns what the step found, undefined when it failed. */
  async run<T>(name: string, work: (signal: AbortSignal) => Promise<StepResult<T>>): Promise<T | undefined> {
    const [result] = await runParts([{ name, run: work }], this.signal, this.clock);
    if (result === undefined) return undefined;
    const { seconds, outcome } = result;
    if (!outcome.ok) {
      this.results.push({ name, seconds, outcome });
      this.log.error('a step failed', { step: name, seconds, ...errorFields(outcome.error) });
      return undefined;
    }
    const { value, detail } = outcome.value;
    this.results.push({ name, seconds, outcome: { ok: true, value: detail } });
    this.log.debug('step done', { step: name, seconds, detail });
    return value;
  }

  ok(): boolean {
    return this.results.every(({ outcome }) => outcome.ok);
  }

  samples(): Sample[] {
    return this.results.map(({ name, outcome }) =>
      sample('reviewmaps_fold_step_success', { step: name }, outcome.ok ? 1 : 0),
    );
  }

  report(): JobReport['parts'] {
    return this.results.map(({ name, seconds, outcome }) => ({
      name,
      ok: outcome.ok,
      seconds,
      detail: outcome.ok ? outcome.value : messageOf(outcome.error),
    }));
  }
}
