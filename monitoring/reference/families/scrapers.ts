import { promql } from '../../rules/promql';
import type { Explanations } from '../definition';
import { fresh, pushedInDay } from '../queries';

const RUNS = 'reviewmaps_scraper_runs_total';
const NEVER_HAPPENS = 'Does not occur.';

export const scrapers = {
  reviewmaps_scraper_runs_total: {
    zero: 'The scraper is published with this status for the first time; the total follows in the next run of fold.',
    absent: 'No run of the scraper has ended with this status since the ledger was first used.',
    examples: [
      {
        asks: 'Runs of each scraper by result in the last day',
        query: pushedInDay(RUNS, ['scraper', 'status']),
      },
      {
        asks: 'Share of the runs of the last day that succeeded',
        query: promql`
${pushedInDay(RUNS, ['scraper'], 'status="success"')}
/
(${pushedInDay(RUNS, ['scraper'])} > 0)`,
      },
    ],
  },
  reviewmaps_scraper_runs_silent_total: {
    note: 'A silent run that pushes again goes on, and may still end well: then it is in `reviewmaps_scraper_runs_total` too.',
    zero: 'The scraper is published for the first time; the total follows in the next run of fold.',
    absent: 'No run of the scraper was ever given up.',
    examples: [
      {
        asks: 'Runs that vanished in the last day',
        query: pushedInDay('reviewmaps_scraper_runs_silent_total', ['scraper']),
      },
    ],
  },
  reviewmaps_scraper_runs_in_flight: {
    zero: 'No run of the scraper is known to be running. If one is, its pushes do not arrive, or it belongs to another `app`.',
    absent:
      'The scraper is unknown; or not all runs at the gateway could be read and counted (step `read` or `count` failed, or groups are waiting): then it is missing for all of them.',
    examples: [
      {
        asks: 'Runs in flight, while fold pushes',
        query: promql`sum by (app, scraper) (${fresh('reviewmaps_scraper_runs_in_flight')})`,
      },
    ],
  },
  reviewmaps_scraper_last_run_duration_seconds: {
    zero: 'Does not occur.',
    absent: 'No run of the scraper has ended, or its runs do not push their start.',
    examples: [
      {
        asks: 'Duration of the latest run of each scraper',
        query: promql`max by (app, scraper) (reviewmaps_scraper_last_run_duration_seconds)`,
      },
    ],
  },
  reviewmaps_scraper_last_success_timestamp_seconds: {
    note: 'It needs no gate by the age of the push: when fold is dead, the time since the last success grows all the same.',
    zero: NEVER_HAPPENS,
    absent:
      'No run of the scraper has ever succeeded. The alert on its age cannot see that; the one on failing runs does.',
    examples: [
      {
        asks: "Seconds since each scraper's latest success",
        query: promql`time() - max by (app, scraper) (reviewmaps_scraper_last_success_timestamp_seconds)`,
      },
    ],
  },
} as const satisfies Partial<Explanations>;
