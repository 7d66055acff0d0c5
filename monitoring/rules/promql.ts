/** A PromQL expression made by the tag `promql`. */
export class Expression {
  constructor(readonly text: string) {}

  toString(): string {
    return this.text;
  }
}

/**
 * Makes an expression. Its fixed text may hold no number but 0 and 1: thresholds, windows and quantiles are
 * interpolated, so that each has a name and a home.
 * @throws RangeError for a number in the fixed text.
 */
export function promql(
  fixed: TemplateStringsArray,
  ...values: readonly (string | number | Expression)[]
): Expression {
  for (const piece of fixed) {
    const bare = piece.replaceAll(/"[^"]*"/g, '').replaceAll(/[a-zA-Z_:][a-zA-Z0-9_:]*/g, '');
    const number = bare.match(/\d+(\.\d+)?/g)?.find((found) => found !== '0' && found !== '1');
    if (number !== undefined)
      throw new RangeError(`the number ${number} stands in an expression: it belongs in the settings`);
  }
  return new Expression(String.raw({ raw: fixed }, ...values).trim());
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** A duration as Prometheus writes it: 75 is `1m15s`. */
export function span(seconds: number): string {
  let rest = Math.round(seconds * 1_000);
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}
