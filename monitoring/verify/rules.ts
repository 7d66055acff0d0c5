import { type Alert, isAlert, type RecordingRule, type RuleGroup } from '../rules/definition';
import { alertsOf } from '../rules/groups';
import { seriesNames } from '../rules/names';
import { countOf, type Evidence } from './evidence';
import { counted, empty, type Finding, fail, ok, type Section, skip, warn } from './finding';
import { linksFinding } from './links';
import type { LoadedRule, Prometheus } from './prometheus';
import type { WhyEmpty } from './verdicts';

const LOAD = 'load deploy/prometheus/rules/reviewmaps.yml (npm run generate writes it) and reload Prometheus';

/** Every rule: loaded as it is defined, evaluated without an error, and what came of it. */
export async function ruleSections(
  evidence: Evidence,
  groups: readonly RuleGroup[],
  prometheus: Prometheus,
  why: WhyEmpty,
): Promise<readonly Section[]> {
  const rules = groups.flatMap((group) => group.rules);
  // Where expressions cannot be compared, a rule of an older version passes for the present one.
  const written = await Promise.all(rules.map(({ expr }) => prometheus.format(expr.text)));
  const missing = noneAtAll(evidence, rules);
  const loaded = (type: LoadedRule['type'], name: string) =>
    (evidence.rules ?? []).filter((one) => one.type === type && one.name === name);
  const record = (rule: RecordingRule, text: string | undefined): Finding => {
    const problem = ruleProblem(rule.record, loaded('recording', rule.record), text);
    if (problem !== undefined) return problem;
    const series = countOf(evidence, rule.record);
    if (series > 0) return ok(rule.record, counted(series, 'series'));
    const reason = why(seriesNames(rule.expr.text));
    if (reason?.status === 'skip') return skip(rule.record, reason.text);
    return empty(rule.record, reason?.text ?? 'nothing happened within its window');
  };
  const alerts = alertsOf(groups);
  const texts = new Map(rules.map((rule, index) => [rule, written[index]]));
  if (missing !== undefined) {
    const skipped = (names: readonly string[]) => names.map((name) => skip(name, `needs: ${RULE_FILE}`));
    return [
      {
        title: 'Recording rules',
        findings: [missing, ...skipped(rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record])))],
      },
      { title: 'Alerts', findings: skipped(alerts.map(({ alert }) => alert)) },
    ];
  }
  return [
    {
      title: 'Recording rules',
      findings: rules.flatMap((rule) => (isAlert(rule) ? [] : [record(rule, texts.get(rule))])),
    },
    {
      title: 'Alerts',
      findings: [
        ...alerts.map((alert) => {
          const found = loaded('alerting', alert.alert);
          return ruleProblem(alert.alert, found, texts.get(alert)) ?? alertFinding(alert, found);
        }),
        linksFinding(alerts.flatMap(({ alert }) => loaded('alerting', alert))),
      ],
    },
  ];
}

const RULE_FILE = 'the rule file';

/** One line for what would be the same line for every rule; undefined when some of them are there. */
function noneAtAll({ rules }: Evidence, defined: RuleGroup['rules']): Finding | undefined {
  if (rules === undefined) {
    return fail(
      RULE_FILE,
      'cannot be checked: this service does not show its rules (/api/v1/rules)',
      'give the address of the Prometheus that evaluates them, or let this machine through to that path',
    );
  }
  const names = new Set<string>(defined.map((rule) => (isAlert(rule) ? rule.alert : rule.record)));
  return rules.some(({ name }) => names.has(name))
    ? undefined
    : fail(RULE_FILE, `is not loaded: none of its ${names.size} rules is there`, LOAD);
}

/** What keeps a rule from doing its work; undefined for one that does it. Several of one name all do theirs. */
function ruleProblem(
  name: string,
  loaded: readonly LoadedRule[],
  written: string | undefined,
): Finding | undefined {
  if (loaded.length === 0) return fail(name, 'is not loaded', LOAD);
  const failing = loaded.find(({ health }) => health === 'err');
  if (failing !== undefined) return fail(name, `cannot be evaluated: ${failing.lastError}`, LOAD);
  const others = loaded.filter(({ query }) => written !== undefined && bare(written) !== bare(query));
  if (others.length > 0) {
    return others.length === loaded.length
      ? fail(name, 'is loaded with another expression than reviewmaps.config.ts gives it', LOAD)
      : fail(name, 'is loaded twice, once with another expression', 'remove the older rule file');
  }
  return loaded.every(({ health }) => health === 'unknown')
    ? empty(name, 'is not evaluated yet', 'run this again in a minute')
    : undefined;
}

/** Prometheus breaks lines in one of its answers and not in the other. */
function bare(expr: string): string {
  return expr.replaceAll(/\s+/g, '');
}

function alertFinding(definition: Alert, loaded: readonly LoadedRule[]): Finding {
  const { alert, severity } = definition;
  const [difference] = loaded.flatMap((rule) => differenceOf(definition, rule) ?? []);
  if (difference !== undefined) return fail(alert, difference, LOAD);
  const firing = loaded.find(({ state }) => state === 'firing');
  const state = firing?.state ?? loaded[0]?.state ?? '';
  const page = `see docs/runbooks/${alert}.md`;
  if (severity === 'none') {
    return firing === undefined
      ? fail(alert, `is ${state}, and must always fire`, page)
      : ok(alert, 'fires, as it always must');
  }
  return firing === undefined ? ok(alert, state) : warn(alert, `fires (${firing.firing})`, page);
}

/** What the alert has of another version; undefined for nothing. Of what the service does not tell nothing is said. */
function differenceOf(
  { severity, forSeconds, keepFiringSeconds = 0 }: Alert,
  { duration = forSeconds, keepFiringFor = keepFiringSeconds, labels }: LoadedRule,
): string | undefined {
  if (duration !== forSeconds) return `waits for ${duration} s and not ${forSeconds} s`;
  if (keepFiringFor !== keepFiringSeconds) {
    return `goes on firing for ${keepFiringFor} s and not ${keepFiringSeconds} s`;
  }
  const { severity: theirs = severity } = labels;
  return theirs === severity ? undefined : `has severity="${theirs}" and not "${severity}"`;
}
