/** Two days and more are easier to read in days; below that, 26 hours stay 26 hours, as one writes them. */
const UNITS = [
  { name: 'd', seconds: 86_400, from: 2 * 86_400 },
  { name: 'h', seconds: 3_600, from: 3_600 },
  { name: 'min', seconds: 60, from: 60 },
] as const;

/**
 * A duration for a person: `26 h 1 s`. Below a minute to the tenth of a second; above, rounded up to
 * whole seconds, so that an age just over its limit never reads the same as the limit.
 */
export function inWords(seconds: number): string {
  if (!(seconds >= 60)) return `${Math.max(0, Math.ceil(seconds * 10) / 10)} s`;
  let rest = Math.ceil(seconds);
  const words: string[] = [];
  for (const unit of UNITS) {
    const count = rest >= unit.from ? Math.floor(rest / unit.seconds) : 0;
    if (count > 0) words.push(`${count} ${unit.name}`);
    rest -= count * unit.seconds;
  }
  if (rest > 0) words.push(`${rest} s`);
  return words.join(' ');
}
