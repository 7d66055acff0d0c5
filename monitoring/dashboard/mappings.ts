import type { Language, Mapping, Panel, Text } from './definition';
import { UNKNOWN_COLOUR } from './states';

/** What values are called, and the absence of one where a panel shows nothing but values. */

const NO_DATA: Text = { ko: '데이터 없음', en: 'No data' };

/** What a panel without data says. */
export function absenceText({ empty = NO_DATA }: Panel, language: Language): string {
  return empty[language];
}

export function mappings(panel: Panel, language: Language) {
  const { view, mappings: named = [] } = panel;
  return [
    ...(named.length === 0 ? [] : [namedValues(named, language)]),
    // Without this it has the colour of the lowest values: green where little is good, red where much is.
    ...(['stat', 'gauge', 'bargauge'].includes(view.kind)
      ? [absence(absenceText(panel, language), named.length)]
      : []),
  ];
}

function namedValues(values: readonly Mapping[], language: Language) {
  const options = values.map(({ value, text, colour }, index) => [
    value,
    { color: colour, index, text: text[language] },
  ]);
  return { options: Object.fromEntries(options), type: 'value' };
}

function absence(text: string, index: number) {
  return { options: { match: 'null+nan', result: { color: UNKNOWN_COLOUR, index, text } }, type: 'special' };
}
