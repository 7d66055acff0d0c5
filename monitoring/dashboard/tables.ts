import type { Column, Language } from './definition';
import { grafanaUnit } from './units';

/** How a table's columns are named, ordered and shown. */

/** A cell without a value. Without this it would say what an empty panel says. */
const NOTHING = '–';

/** The letter that names a panel's query: A, B, … */
export function refId(index: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + index);
}

/** What Grafana calls the column after several queries are merged; with one query it has no letter. */
function fieldName({ field }: Column, queries: number): string {
  if (typeof field === 'string') return field;
  return queries === 1 ? 'Value' : `Value #${refId(field.query)}`;
}

export function columnOverride({ field, title, link, decimals, width }: Column, language: Language) {
  return {
    matcher: { id: 'byName', options: title[language] },
    properties: [
      { id: 'noValue', value: NOTHING },
      ...(typeof field === 'string' ? [] : [{ id: 'unit', value: grafanaUnit(field.unit, language) }]),
      ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
      ...(width === undefined ? [] : [{ id: 'custom.width', value: width }]),
      ...(link === undefined
        ? []
        : [{ id: 'links', value: [{ title: link.title[language], url: link.url, targetBlank: true }] }]),
    ],
  };
}

/** One row for each label set, the columns in their order and by their names; the time of the query says nothing. */
export function tableTransformations(queries: number, columns: readonly Column[], language: Language) {
  const names = columns.map((column) => fieldName(column, queries));
  return [
    ...(queries > 1 ? [{ id: 'merge', options: {} }] : []),
    {
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(names.map((name, index) => [name, index])),
        renameByName: Object.fromEntries(columns.map(({ title }, index) => [names[index], title[language]])),
      },
    },
  ];
}
