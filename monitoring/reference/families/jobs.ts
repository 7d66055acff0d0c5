import { promql } from '../../rules/promql';
import type { Explanations } from '../definition';
import { fresh } from '../queries';

const NEVER_PUSHED =
  'The job never pushed, or the gateway lost its groups. It stays at its last value when the job dies: compare the age of the push.';
const SLOWEST = 5;

export const jobs = {
  reviewmaps_job_success: {
    note: 'Panels of events take their 0 from it: "no errors" is shown only where the job that counts them has pushed.',
    zero: 'Some part of the run failed. Of collect, look at `reviewmaps_collector_success`; of fold, at `reviewmaps_fold_step_success`; of both, at `reviewmaps_ledger_lease_held`; of probe, it is a defect (reason `internal`).',
    absent: NEVER_PUSHED,
    examples: [{ asks: 'Jobs whose latest run was not whole', query: fresh('reviewmaps_job_success == 0') }],
  },
  reviewmaps_job_duration_seconds: {
    note: 'A run has 50 s and keeps some of it for the push: a value near 40 means that parts were given up.',
    zero: 'Does not occur.',
    absent: NEVER_PUSHED,
    examples: [
      {
        asks: 'How long the latest run of each job took',
        query: promql`max by (app, job) (${fresh('reviewmaps_job_duration_seconds')})`,
      },
    ],
  },
  reviewmaps_build_info: {
    zero: 'Does not occur.',
    absent: `${NEVER_PUSHED} This series is the one whose absence is watched.`,
    examples: [
      {
        asks: 'Which version each job runs',
        query: promql`count by (app, job, version, node) (reviewmaps_build_info)`,
      },
      {
        asks: 'Jobs of one app that run in different versions',
        query: promql`count by (app) (count by (app, version) (reviewmaps_build_info)) > 1`,
      },
    ],
  },
  reviewmaps_collector_success: {
    zero: 'The collector failed and its series are missing from this push: a gap, and not an old value.',
    absent: 'The configuration does not ask for this collector, or collect never pushed.',
    examples: [
      {
        asks: 'Collectors that fail now',
        query: fresh('reviewmaps_collector_success == 0'),
      },
    ],
  },
  reviewmaps_collector_duration_seconds: {
    zero: 'A value of nearly 0 with no success: it was not run, because it needs the ledger.',
    absent: 'As for `reviewmaps_collector_success`.',
    examples: [
      {
        asks: 'The slowest collectors',
        query: promql`topk(${SLOWEST}, reviewmaps_collector_duration_seconds)`,
      },
    ],
  },
  reviewmaps_ledger_lease_held: {
    note: 'A run that another run kept out pushes nothing, so that is no 0.',
    zero: 'The ledger could not be used. Every counter of the job is missing from this push; nothing is lost, the next run with a ledger publishes the totals again.',
    absent: NEVER_PUSHED,
    examples: [
      {
        asks: 'Jobs that cannot use the ledger',
        query: fresh('reviewmaps_ledger_lease_held == 0'),
      },
    ],
  },
  reviewmaps_label_sets_over_limit: {
    zero: 'Every label set of the metric has its own series.',
    absent: 'What counts it failed in this run, or its job never pushed.',
    examples: [
      {
        asks: 'Metrics of which something is summed into "other"',
        query: promql`max by (app, metric) (reviewmaps_label_sets_over_limit) > 0`,
      },
    ],
  },
} as const satisfies Partial<Explanations>;
