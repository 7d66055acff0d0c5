/** How numbers of errors are drawn: bars that are stacked, and their total (see `withTotal`) in the legend only. */
export const ERROR_BARS = {
  kind: 'timeseries',
  stacked: true,
  bars: true,
  softMax: 1,
  styles: [{ legend: '[(]total[)] .*', colour: 'text', notDrawn: true }],
} as const;
