import { DJANGO_LATENCY_BOUNDS } from '../../src/config/monitoring';
import { bound } from '../external-metrics';
import { DASHBOARD_UID, settings } from '../settings';
import type { Language, Text } from './definition';

/** Who overrides PROMETHEUS_LATENCY_BUCKETS in Django's settings gets no data for the bounds that it lacks. */
export const THRESHOLDS: readonly string[] = DJANGO_LATENCY_BOUNDS.map(bound);
export const DEFAULT_THRESHOLD = bound(settings.slowRequestSeconds);
export const DEFAULT_APPLICATION = settings.app;

/** What the variable is when "All" is chosen: whatever has the label. */
export const EVERY_APPLICATION = '.+';

/** Both what gateway groups and what Django's target says of itself, so that either is enough to be listed. */
export const APPLICATIONS = 'label_values({__name__=~"push_time_seconds|up",app!=""}, app)';

/** What stands for a variable's value where a data source is named. */
const chosen = (name: 'datasource' | 'loki') => `$\{${name}}`;

export const DATASOURCE = { type: 'prometheus', uid: chosen('datasource') };
export const LOKI = { type: 'loki', uid: chosen('loki') };

export const UIDS: Readonly<Record<Language, string>> = { ko: DASHBOARD_UID, en: `${DASHBOARD_UID}-en` };

/** Grafana hides nothing, loads when the dashboard opens, or whenever its time range changes. */
const SHOWN = 0;
const ON_LOAD = 1;
const ON_TIME_RANGE = 2;

const LABELS = {
  datasource: { ko: '데이터소스', en: 'Data source' },
  application: { ko: '애플리케이션', en: 'Application' },
  threshold: { ko: '느린 요청 기준(초)', en: 'Slow request limit (s)' },
  loki: { ko: 'Loki (선택)', en: 'Loki (optional)' },
} as const satisfies Record<string, Text>;

export type VariableName = keyof typeof LABELS;

/** The dashboard's variables in Grafana's classic schema. */
export function variables(language: Language) {
  const described = (name: VariableName) => ({ name, label: LABELS[name][language], hide: SHOWN });
  const dataSource = (name: 'datasource' | 'loki', query: string) => ({
    ...described(name),
    type: 'datasource',
    query,
    regex: '',
    refresh: ON_LOAD,
    multi: false,
    includeAll: false,
    options: [],
    current: {},
  });
  return [
    dataSource('datasource', 'prometheus'),
    {
      ...described('application'),
      type: 'query',
      datasource: DATASOURCE,
      definition: APPLICATIONS,
      query: { query: APPLICATIONS, refId: 'StandardVariableQuery' },
      regex: '',
      refresh: ON_TIME_RANGE,
      sort: 1,
      multi: true,
      includeAll: true,
      allValue: EVERY_APPLICATION,
      options: [],
      current: { selected: true, text: [DEFAULT_APPLICATION], value: [DEFAULT_APPLICATION] },
    },
    {
      ...described('threshold'),
      type: 'custom',
      query: THRESHOLDS.join(','),
      multi: false,
      includeAll: false,
      options: THRESHOLDS.map((value) => ({
        text: value,
        value,
        selected: value === DEFAULT_THRESHOLD,
      })),
      current: { selected: true, text: DEFAULT_THRESHOLD, value: DEFAULT_THRESHOLD },
    },
    dataSource('loki', 'loki'),
  ];
}
