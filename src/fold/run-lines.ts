import type { RunFinding, RunFindings, RunId } from '../ledger/runs';
import type { Fields, Log } from '../log';
import type { RunPlan } from './plan';
import type { RunPush } from './run-push';

/** Lines of one fold: enough to see what is wrong, and cheap when a scraper with a thousand workers is. */
const MOST_LINES = 50;

/** What the log says of single runs in one fold, for someone who looks for the run behind a counter that grew. */
export class RunLines {
  private left = MOST_LINES;
  private more = 0;

  constructor(private readonly log: Log) {}

  /** What is wrong with pushes that the ledger was told of: their own rejections, and what the ledger found in them. */
  told(plans: readonly RunPlan[], { runs, first }: RunFindings): void {
    const findings = new Map(first.map((finding) => [idOf(finding), finding]));
    for (const plan of plans) {
      if (plan.replayed) this.replayed(plan.push);
      else this.newPush(plan.push, findings.get(idOf(plan.push)));
    }
    // The ledger names only so many.
    this.more += runs - first.length;
  }

  error(event: string, { run, scraper }: RunPush, fields: Fields): void {
    this.write('error', event, { run, scraper, ...fields });
  }

  /** Says how much was left out; call it once, at the end. */
  end(): void {
    if (this.more > 0)
      this.log.warn('more is wrong with runs than this fold has logged', { more: this.more });
  }

  private newPush(push: RunPush, finding: RunFinding | undefined): void {
    const { run, scraper, removed, refused, accepted } = push;
    const reasons = reasonsOf(push, finding);
    if (reasons.length > 0) this.write('warn', 'series of a run are not counted', { run, scraper, reasons });
    if (removed !== null)
      this.write('warn', 'a group of a run is removed', { run, scraper, reason: removed });
    if (finding?.refused === true && refused !== null) {
      const at = new Date(refused * 1_000).toISOString();
      const event = 'the gateway refused the newest push of a run';
      this.write('warn', event, { run, scraper, at, acceptedBefore: accepted });
    }
  }

  private replayed({ run, scraper, series }: RunPush): void {
    const fields = { run, scraper, reason: 'replayed', series: series.length, example: series[0]?.metric };
    this.write('warn', 'a group of a run is removed', fields);
  }

  private write(level: 'warn' | 'error', event: string, fields: Fields): void {
    if (this.left === 0) this.more += 1;
    else {
      this.left -= 1;
      this.log[level](event, fields);
    }
  }
}

/** Names one process of a run. */
export function idOf({ run, started }: RunId): string {
  return JSON.stringify([run, started]);
}

/** Each as `reason: series (metric of one)`. */
function reasonsOf({ rejected, examples }: RunPush, finding: RunFinding | undefined): string[] {
  const wentBack = finding?.wentBack ?? 0;
  const example: Readonly<Record<string, string>> = examples;
  return [
    ...Object.entries(rejected).map(([reason, series]) => `${reason}: ${series} (${example[reason]})`),
    ...(wentBack === 0 ? [] : [`went_back: ${wentBack} (${finding?.example})`]),
  ];
}
