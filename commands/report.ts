import type { JobReport } from '../src/jobs/job';

/** A run as lines for a person: each part with its result and time, then each metric with its number of series. */
export function reportLines(report: JobReport): string[] {
  if (!report.ran) return [`${report.job}: skipped, another run holds the lease`];
  const width = Math.max(...report.parts.map(({ name }) => name.length), 0);
  const metrics = Object.entries(report.series);
  const metricWidth = Math.max(...metrics.map(([metric]) => metric.length), 0);
  const total = metrics.reduce((sum, [, count]) => sum + count, 0);
  return [
    `${report.job}: ${report.ok ? 'ok' : 'with failures'}, ${total} series pushed in ${seconds(report.seconds)}`,
    ...report.parts.map(
      ({ name, ok, seconds: took, detail }) =>
        `  ${ok ? '✓' : '✗'} ${name.padEnd(width)}  ${seconds(took).padStart(7)}  ${detail ?? ''}`,
    ),
    ...metrics.map(([metric, count]) => `    ${metric.padEnd(metricWidth)}  ${count} series`),
  ];
}

function seconds(value: number): string {
  return value < 1 ? `${Math.round(value * 1_000)} ms` : `${value.toFixed(1)} s`;
}
