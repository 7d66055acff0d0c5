import type { Language, Text, Unit } from './definition';

/** What the list of panels calls a unit. */
export const UNITS: Readonly<Record<Unit, Text>> = {
  none: { ko: '상태', en: 'state' },
  locale: { ko: '개수', en: 'number' },
  percentunit: { ko: '%', en: '%' },
  s: { ko: '초', en: 'seconds' },
  days: { ko: '일', en: 'days' },
  bytes: { ko: '바이트', en: 'bytes' },
  reqps: { ko: '초당', en: 'per second' },
  cpm: { ko: '분당', en: 'per minute' },
  dateTimeFromNow: { ko: '시각', en: 'time' },
};

/** Grafana's name of a unit. Its own days become weeks from seven on, so these are a number with a word. */
export function grafanaUnit(unit: Unit, language: Language): string {
  return unit === 'days' ? `suffix: ${UNITS.days[language]}` : unit;
}
