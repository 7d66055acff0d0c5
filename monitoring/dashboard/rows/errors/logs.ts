import type { Panel } from '../../definition';

/** The logs themselves. */
export const logs: readonly Panel[] = [
  {
    title: { ko: '로그 (Loki)', en: 'Logs (Loki)' },
    description: {
      ko: '오류가 있는 로그 줄입니다. 위에서 Loki 데이터소스를 골라야 하며 로그에 app 레이블이 있어야 합니다. Loki 데이터소스가 없으면 이 패널에만 데이터소스를 찾지 못했다는 표시가 나옵니다.',
      en: 'Log lines with errors. Needs a Loki data source, chosen above, and the label app on the logs. Where there is none, this panel alone says that its data source was not found.',
    },
    view: { kind: 'logs' },
    unit: 'none',
    queries: [{ expr: '{app=~"$application"} |~ "(?i)(error|exception|traceback)"', legend: '{{app}}' }],
    width: 24,
    height: 9,
  },
];
