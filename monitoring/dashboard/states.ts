import { type Colour, type Mapping, same, type Thresholds } from './definition';

/** What values of a state are called, and their colours. */

export const UNKNOWN_COLOUR: Colour = 'purple';

const UNKNOWN: Mapping = { value: -1, text: { ko: '알 수 없음', en: 'UNKNOWN' }, colour: UNKNOWN_COLOUR };

export const UP_OR_DOWN: readonly Mapping[] = [
  { value: 1, text: same('UP'), colour: 'green' },
  { value: 0, text: same('DOWN'), colour: 'red' },
  UNKNOWN,
];

export const DONE_OR_FAILED: readonly Mapping[] = [
  { value: 1, text: { ko: '성공', en: 'done' }, colour: 'green' },
  { value: 0, text: { ko: '실패', en: 'failed' }, colour: 'red' },
  UNKNOWN,
];

/** Below 0 nothing is known. */
export const STATE: Thresholds = {
  base: UNKNOWN_COLOUR,
  steps: [
    { from: 0, colour: 'red' },
    { from: 1, colour: 'green' },
  ],
};
