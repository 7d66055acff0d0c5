/** Numbers as Go reads and prints them, since the real gateway is written in Go. */

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Undefined for what Go's parser refuses. */
export function parseNumber(text: string): number | undefined {
  const named = /^([+-]?)(?:nan|inf|infinity)$/i.exec(text);
  if (named !== null) {
    if (/nan/i.test(text)) return named[1] === '' ? Number.NaN : undefined;
    return named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  // Go refuses what is too large for a float instead of rounding it to infinity.
  return Number.isFinite(value) ? value : undefined;
}

/** Go's shortest `%g`: with an exponent, of at least two digits, below 1e-04 and from 1e+06. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return value.toString();
  const digits = Math.abs(exponent).toString().padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
}
