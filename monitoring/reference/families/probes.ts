import { promql, span } from '../../rules/promql';
import { DAY } from '../../rules/windows';
import { settings } from '../../settings';
import type { Explanations } from '../definition';
import { fresh } from '../queries';

/** A subquery at the jobs' interval: one value for each run. */
const EACH_RUN_OF_A_DAY = `${span(DAY)}:${span(settings.jobIntervalSeconds)}`;
const NOT_CONFIGURED =
  'The service or the probe is not configured, or the job `probe` never pushed. An old value is no absence: compare the age of the push.';

export const probes = {
  reviewmaps_service_up: {
    note: 'Panels and alerts read `reviewmaps:service_up:current` instead, which is there only while the probe pushes.',
    zero: 'At least one probe of the service failed in the latest run. `reviewmaps_probe_failure_reason` says which and why.',
    absent: NOT_CONFIGURED,
    examples: [
      { asks: 'Services that are down now', query: fresh('reviewmaps_service_up == 0') },
      {
        asks: 'Share of the last day in which each service was up',
        query: promql`avg_over_time(reviewmaps:service_up:current[${span(DAY)}])`,
      },
    ],
  },
  reviewmaps_probe_success: {
    zero: 'The probe failed in the latest run.',
    absent: NOT_CONFIGURED,
    examples: [
      {
        asks: 'Share of the last day in which each probe passed',
        query: promql`avg_over_time((${fresh('reviewmaps_probe_success')})[${EACH_RUN_OF_A_DAY}])`,
      },
    ],
  },
  reviewmaps_probe_duration_seconds: {
    note: 'A failed probe has its time too: near its `timeout` means that nothing answered.',
    zero: 'The probe gave no result at all, which is a defect of this project.',
    absent: NOT_CONFIGURED,
    examples: [
      {
        asks: 'Passing probes that are slow',
        query: promql`
reviewmaps_probe_duration_seconds > ${settings.probeSlowSeconds}
and
reviewmaps_probe_success == 1`,
      },
    ],
  },
  reviewmaps_probe_failure_reason: {
    note: 'Always 1: the reason is in the label, and another reason is another series.',
    zero: 'Does not occur.',
    absent: 'The probe passes.',
    examples: [
      { asks: 'Why services are down', query: fresh('reviewmaps_probe_failure_reason') },
      {
        asks: 'Runs of the last day with each reason',
        query: promql`sum by (app, service, probe, reason) (sum_over_time((${fresh('reviewmaps_probe_failure_reason')})[${EACH_RUN_OF_A_DAY}]))`,
      },
    ],
  },
  reviewmaps_probe_certificate_expiry_timestamp_seconds: {
    zero: 'Does not occur.',
    absent: 'The probe does not speak TLS, or got no certificate: the connection failed before.',
    examples: [
      {
        asks: 'Days until each certificate ends',
        query: promql`(reviewmaps_probe_certificate_expiry_timestamp_seconds - time()) / ${DAY}`,
      },
    ],
  },
} as const satisfies Partial<Explanations>;
