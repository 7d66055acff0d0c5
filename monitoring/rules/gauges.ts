import type { MonitoringConfig } from '../../src/config/config';
import { type Expression, promql, span } from './promql';
import { bridged } from './windows';

/**
 * The value of a gauge that jobs push, through scrapes of the gateway that fail: each of them ends all series that come
 * through it, and without this every alert would begin to wait anew.
 * @param selector name of the series, with matchers
 */
export function latest(selector: string, settings: MonitoringConfig): Expression {
  return promql`last_over_time(${selector}[${span(bridged(settings))}])`;
}
