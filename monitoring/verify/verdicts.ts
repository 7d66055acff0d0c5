import { externalMetrics } from '../external-metrics';
import { isAlert, type RecordingRule, type RuleGroup } from '../rules/definition';
import { seriesNames } from '../rules/names';
import { SCRAPE_JOBS } from '../settings';
import { countOf, type Evidence } from './evidence';
import type { Finding, Section } from './finding';
import { missingDjango } from './targets';

/** Why a query finds nothing, as far as the names that it reads tell. */

interface Why {
  /** `skip`: what it reads is wrong, which is reported there. `empty`: what it reads has nothing yet, rightly so. */
  readonly status: 'skip' | 'empty';
  readonly text: string;
}

/**
 * @param contract what was found of the contract's metrics
 * @returns undefined when everything that the expression reads is there.
 */
export type WhyEmpty = (names: readonly string[]) => Why | undefined;

export function whyEmpty(evidence: Evidence, contract: Section, groups: readonly RuleGroup[]): WhyEmpty {
  const found = new Map(contract.findings.map((finding) => [finding.name, finding]));
  const records = new Map<string, RecordingRule>(
    groups.flatMap(({ rules }) =>
      rules.flatMap((rule) => (isAlert(rule) ? [] : [[rule.record, rule] as const])),
    ),
  );

  // Without one that fires nobody knows whether alerts are evaluated at all.
  const watched =
    evidence.stock.some(({ name }) => name === 'ALERTS') &&
    groups.some(({ rules }) =>
      rules.some((rule) => isAlert(rule) && rule.severity === 'none' && fires(evidence, rule.alert)),
    );

  function why(name: string): Why | undefined {
    const record = records.get(name);
    if (record !== undefined) {
      if (countOf(evidence, name) > 0) return undefined;
      // Where the rules cannot be seen, its series would be the only sign of it.
      if (evidence.rules?.some((rule) => rule.name === name) !== true) {
        return { status: 'skip', text: `needs: the rule ${name}` };
      }
      const inputs = ofNames(seriesNames(record.expr.text));
      // There whenever a job pushes.
      if (inputs === undefined && name === 'reviewmaps:push_age_seconds') {
        return { status: 'skip', text: `needs: the first evaluation of ${name}` };
      }
      return inputs ?? { status: 'empty', text: `${name} has no value` };
    }
    const metric = found.get(name) ?? found.get(name.replace(/_(bucket|sum|count)$/, ''));
    return metric === undefined ? ofOthers(name) : ofMetric(metric);
  }

  function ofMetric({ name, status, text }: Finding): Why | undefined {
    if (status === 'fail' || status === 'skip') return { status: 'skip', text: `needs: ${name}` };
    return status === 'empty' ? { status, text: `${name}: ${text}` } : undefined;
  }

  function ofOthers(name: string): Why | undefined {
    const base = name.replace(/_(bucket|sum|count)$/, '');
    const known = Object.entries(externalMetrics).find(([other]) => other === name || other === base)?.[1];
    if (name === 'up' && evidence.targets.length === 0) return { status: 'skip', text: 'needs: a target' };
    if (name === 'ALERTS' && !watched) return { status: 'skip', text: 'needs: the alert that always fires' };
    // Of what Prometheus makes itself there is always something to ask.
    if (known === undefined || known.source === 'prometheus') return undefined;
    if (known.source === 'pushgateway') {
      // What the gateway says of itself is of no application, or of one that its own target has.
      const pushed = evidence.stock.some(
        (one) =>
          one.name === name &&
          one.exportedJob === '' &&
          (name.startsWith('pushgateway_') || [evidence.app, ''].includes(one.app)),
      );
      return pushed ? undefined : { status: 'skip', text: 'needs: a job that pushes' };
    }
    const missing = missingDjango(evidence);
    if (missing !== undefined) return { status: 'skip', text: missing };
    return countOf(evidence, name, SCRAPE_JOBS.django) > 0
      ? undefined
      : { status: 'empty', text: `Django has no ${name}` };
  }

  /** What is wrong comes before what is only empty. */
  function ofNames(names: readonly string[]): Why | undefined {
    const reasons = names.flatMap((name) => why(name) ?? []);
    return reasons.find(({ status }) => status === 'skip') ?? reasons[0];
  }
  return ofNames;
}

function fires({ rules }: Evidence, alert: string): boolean {
  return rules?.some(({ name, state }) => name === alert && state === 'firing') === true;
}
