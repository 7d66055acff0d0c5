import { isAlert, type RuleGroup } from '../../../monitoring/rules/definition';
import { ruleGroups } from '../../../monitoring/rules/groups';
import { rulesYaml } from '../../../monitoring/rules/yaml';
import { settings } from '../../../monitoring/settings';

/** Nothing listens there. */
const NOBODY = '127.0.0.1:9';

const HITS = 'rename reviewmaps_naver_api_rate_limit_hits';
const ROWS = 'rename reviewmaps_cleanup_deleted_rows';

/** Every rule is evaluated each second: nobody waits a minute for those that look back over days. */
const groups: readonly RuleGroup[] = ruleGroups(settings).map(({ name, rules }) => ({ name, rules }));
export const RULES = rulesYaml(groups, settings);
const STRICTER = { ...settings, slowRequestSeconds: 0.5 };
const shorter = ruleGroups(STRICTER).flatMap(({ rules }) => rules);

export interface Wrong {
  /** The text of the configuration, and what stands in its place. */
  readonly configuration?: readonly [written: RegExp, changed: string];
  readonly rules?: string;
  /** Names of what is wrong, in the order of the report. */
  readonly fails: readonly string[];
}

export const WRONG: Readonly<Record<string, Wrong>> = {
  'honor_labels is missing': {
    configuration: [/ +honor_labels: true\n/, ''],
    fails: ['honor_labels'],
  },
  'single runs are stored': {
    configuration: [
      / +metric_relabel_configs:\s.+\s+- source_labels: \[run\]\s+regex: .+\s+action: drop\n/,
      '',
    ],
    fails: ['run dropped'],
  },
  "Django's counters keep their names": {
    configuration: [/ +metric_relabel_configs:\s.+\s+- source_labels: \[__name__\](\s+\w+: .+){3}\n/, ''],
    fails: [HITS, ROWS],
  },
  "Django's counters are renamed to something that Go expands to nothing": {
    configuration: [/replacement: \$1\n/, 'replacement: of_$$1_django\n'],
    fails: [HITS, ROWS],
  },
  'what Django counts of its database is dropped': {
    configuration: [
      /( +)(replacement: \$1)\n/,
      '$1$2\n      - source_labels: [__name__]\n        regex: django_db_.*\n        action: drop\n',
    ],
    fails: ['database queries', 'database errors'],
  },
  'pushed series lose a label': {
    configuration: [/action: drop\n/, 'action: drop\n      - regex: probe\n        action: labeldrop\n'],
    fails: [
      'reviewmaps_probe_success',
      'reviewmaps_probe_duration_seconds',
      'reviewmaps_probe_failure_reason',
    ],
  },
  'Django has no label app': {
    configuration: [/ +labels:\s.+\s+app: .+\n/, ''],
    fails: ['app of Django'],
  },
  'Django is scraped under another name': {
    configuration: [/job_name: django/, 'job_name: web'],
    fails: ['django'],
  },
  'alerts go to nobody': {
    configuration: [/(alertmanagers:\s.+\s+- targets: \[)".+"/, `$1"${NOBODY}"`],
    fails: ['alertmanager'],
  },
  'no rule is loaded': {
    configuration: [/rule_files:\n.+\n/, ''],
    fails: ['the rule file'],
  },
  'the rules are those of an older configuration': {
    rules: rulesYaml(groupsOf(STRICTER), STRICTER),
    fails: groups
      .flatMap(({ rules }) => rules)
      .flatMap((rule, index) =>
        rule.expr.text === shorter[index]?.expr.text ? [] : [isAlert(rule) ? rule.alert : rule.record],
      ),
  },
};

function groupsOf(other: typeof settings): readonly RuleGroup[] {
  return ruleGroups(other).map(({ name, rules }) => ({ name, rules }));
}
