import type { catalog, MetricName } from '../../src/metrics/catalog';
import type { Expression } from '../rules/promql';

/** What docs/metrics.md says of a metric beyond its line in the catalog. Every metric must have it, or nothing compiles. */
interface Explanation {
  /** How to read it, where its HELP text is not enough. */
  readonly note?: string;
  readonly zero: string;
  /** What it means that there is no such series. */
  readonly absent: string;
  readonly examples: readonly [Example, ...Example[]];
}

interface Example {
  /** What the query answers. */
  readonly asks: string;
  readonly query: Expression;
}

/** A histogram must also say why it has these bounds. */
type ExplanationOf<M extends MetricName> = (typeof catalog)[M]['type'] extends 'histogram'
  ? Explanation & { readonly bounds: string }
  : Explanation & { readonly bounds?: never };

export type Explanations = { readonly [M in MetricName]: ExplanationOf<M> };
