import type { Panel } from '../../definition';

/** The logs themselves. */
export const logs: readonly Panel[] = [
  {
    title: { ko: '로그 (Loki)', en: 'Logs (Loki)' },
    description: {
      ko: '오류가 있는 로그 줄입니다. 위에서 Loki 데이터소스를 골라야 하며 로그에 app 레이블이 있어야 합니다. Loki가 없으면 이 패널만 비어 있습니다.',
      en: 'Log lines with errors. Needs a Loki data source, chosen above, and the label app on the logs; without Loki only this panel stays empty.',
    },
    view: { kind: 'logs' },
    unit: 'none',
    queries: [{ expr: '{app=~"$application"} |~ "(?i)(error|exception|traceback)"', legend: '{{app}}' }],
    width: 24,
    height: 9,
  },
];
