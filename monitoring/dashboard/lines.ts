import { inLanguage, type Language, type SeriesStyle } from './definition';

/** How a graph over time draws its series. */

interface Lines {
  readonly stacked: boolean;
  readonly bars: boolean;
  /** There is a limit to show. */
  readonly limited: boolean;
  readonly softMax: number | undefined;
}

export function lines({ stacked, bars, limited, softMax }: Lines) {
  // On a stack, the line of a series that is 0 would lie on top of it in the colour of that series.
  const area = stacked && !bars;
  return {
    ...(softMax === undefined ? {} : { axisSoftMax: softMax }),
    drawStyle: bars ? 'bars' : 'line',
    fillOpacity: bars ? 80 : area ? 70 : 10,
    lineWidth: area ? 0 : 1,
    showPoints: 'never',
    spanNulls: false,
    stacking: { group: 'A', mode: stacked ? 'normal' : 'none' },
    thresholdsStyle: { mode: limited ? 'dashed' : 'off' },
  };
}

const BESIDE = { id: 'custom.stacking', value: { group: 'A', mode: 'none' } };

export function styleOverride({ legend, colour, dashed, notDrawn }: SeriesStyle, language: Language) {
  const line = [
    { id: 'custom.lineStyle', value: { dash: [10, 10], fill: 'dash' } },
    { id: 'custom.lineWidth', value: 1 },
    { id: 'custom.fillOpacity', value: 0 },
    // A limit is beside what it limits, not on top of it.
    BESIDE,
  ];
  const nothing = [
    { id: 'custom.drawStyle', value: 'line' },
    { id: 'custom.lineWidth', value: 0 },
    { id: 'custom.fillOpacity', value: 0 },
    BESIDE,
  ];
  return {
    matcher: { id: 'byRegexp', options: inLanguage(legend, language) },
    properties: [
      { id: 'color', value: { fixedColor: colour, mode: 'fixed' } },
      ...(dashed === true ? line : []),
      ...(notDrawn === true ? nothing : []),
    ],
  };
}
