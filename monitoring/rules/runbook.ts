import type { Alert, RunbookText } from './definition';
import { inWords } from './text';

/** Words of a page in one language. */
const WORDS = {
  en: { means: 'What it means', confirm: 'How to confirm', act: 'What to do' },
  ko: { means: '의미', confirm: '확인 방법', act: '조치' },
} as const;

const SEVERITIES = {
  critical: { en: 'critical: calls someone at once', ko: 'critical: 즉시 호출' },
  warning: { en: 'warning: for working hours', ko: 'warning: 업무 시간에 확인' },
  none: { en: 'none: always on', ko: 'none: 항상 켜져 있음' },
} as const;

/** The page that an alert links to: docs/runbooks/<name>.md, English first, then Korean. */
export function runbookPage(alert: Alert): string {
  const { runbook, severity, forSeconds, expr } = alert;
  const severityText = SEVERITIES[severity];
  const held = inWords(forSeconds);
  const lines = [
    '<!-- Made by "npm run generate" from monitoring/rules. Do not edit. -->',
    '',
    `# ${alert.alert}`,
    '',
    '[한국어](#한국어)',
    '',
    `- Severity: ${severityText.en}`,
    `- Fires ${forSeconds === 0 ? 'as soon as this gives a series' : `when this has given a series for ${held.en}`}:`,
    '',
    ...query(expr.text),
    '',
    ...section(runbook.en, 'en', runbook.queries.map(String), '##'),
    '## 한국어',
    '',
    `- 심각도: ${severityText.ko}`,
    `- 조건: 위의 식이 ${forSeconds === 0 ? '결과를 내는 즉시' : `${held.ko} 동안 계속 결과를 낼 때`}`,
    '',
    ...section(runbook.ko, 'ko', runbook.queries.map(String), '###'),
  ];
  return lines.join('\n');
}

/** docs/runbooks/README.md: every alert with its severity. */
export function runbookIndex(alerts: readonly Alert[]): string {
  return [
    '<!-- Made by "npm run generate" from monitoring/rules. Do not edit. -->',
    '',
    '# Runbooks',
    '',
    'One page for each alert, in English and Korean. 알림마다 한 페이지씩, 영어와 한국어로 되어 있습니다.',
    '',
    '| Alert | Severity | Summary | 요약 |',
    '|---|---|---|---|',
    ...alerts.map(
      ({ alert, severity, en, ko }) =>
        `| [${alert}](${alert}.md) | ${severity} | ${plain(en.summary)} | ${plain(ko.summary)} |`,
    ),
    '',
  ].join('\n');
}

/** A template text with its labels in pointed brackets. */
function plain(template: string): string {
  return template.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '`$1`');
}

function section(
  text: RunbookText,
  language: 'en' | 'ko',
  queries: readonly string[],
  heading: string,
): string[] {
  const words = WORDS[language];
  return [
    `${heading} ${words.means}`,
    '',
    text.means,
    '',
    `${heading} ${words.confirm}`,
    '',
    ...queries.flatMap((one) => [...query(one), '']),
    ...text.confirm.map((one) => `- ${one}`),
    '',
    `${heading} ${words.act}`,
    '',
    ...text.act.map((one) => `- ${one}`),
    '',
  ];
}

function query(expression: string): string[] {
  return ['```promql', expression, '```'];
}
