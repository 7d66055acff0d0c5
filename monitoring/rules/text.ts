/** What Prometheus fills into the texts of alerts, and durations in words. */

export const label = (name: string): string => `{{ $labels.${name} }}`;

export const value = {
  count: '{{ printf "%.0f" $value }}',
  number: '{{ humanize $value }}',
  percent: '{{ humanizePercentage $value }}',
  duration: '{{ humanizeDuration $value }}',
} as const;

const UNITS = [
  { seconds: 86_400, en: 'day', ko: '일' },
  { seconds: 3_600, en: 'hour', ko: '시간' },
  { seconds: 60, en: 'minute', ko: '분' },
  { seconds: 1, en: 'second', ko: '초' },
] as const;

/** A duration in words, in the largest unit that it is a multiple of: 93600 is "26 hours". */
export function inWords(seconds: number): { readonly en: string; readonly ko: string } {
  const unit = UNITS.find((one) => seconds >= one.seconds && seconds % one.seconds === 0) ?? UNITS[3];
  const count = seconds / unit.seconds;
  return { en: `${count} ${unit.en}${count === 1 ? '' : 's'}`, ko: `${count}${unit.ko}` };
}

/** 0.05 is "5%". */
export function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(2))}%`;
}
