import { recordingGroups } from '../../../monitoring/rules/recording';
import { settings } from '../../../monitoring/settings';

/** The recording rules that panels read. */
export function recordingRules() {
  return recordingGroups(settings).flatMap(({ rules }) =>
    rules.flatMap((rule) => ('record' in rule ? [rule] : [])),
  );
}

/** They as a rule file, each evaluated as often as the server's configuration says. */
export function ruleFile(): string {
  const rules = recordingRules().map(({ record, expr }) => ({ record, expr: String(expr) }));
  return JSON.stringify({ groups: [{ name: 'recording', rules }] });
}
