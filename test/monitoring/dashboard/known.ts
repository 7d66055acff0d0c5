import type { Known } from '../../../monitoring/dashboard/validate';
import { isAlert } from '../../../monitoring/rules/definition';
import { ruleGroups } from '../../../monitoring/rules/groups';
import { settings } from '../../../monitoring/settings';

const rules = ruleGroups(settings).flatMap((group) => group.rules);

/** What there is to refer to. */
export const known: Known = {
  records: new Map(rules.flatMap((rule) => (isAlert(rule) ? [] : [[rule.record, rule.labels] as const]))),
  alerts: new Set(rules.flatMap((rule) => (isAlert(rule) ? [rule.alert] : []))),
};
