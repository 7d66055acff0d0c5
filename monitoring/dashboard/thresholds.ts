import type { Colour, Thresholds } from './definition';

/** Grafana's colours by value. */
export function thresholds({ base, steps }: Thresholds) {
  const step = (value: number | null, color: Colour) => ({ color, value });
  return {
    mode: 'absolute',
    steps: [step(null, base), ...steps.map(({ from, colour }) => step(from, colour))],
  };
}
