import { describe, expect, test } from '@jest/globals';
import { inWords } from '../../src/probes/duration';

describe('inWords', () => {
  test.each([
    [0, '0 s'],
    [-3, '0 s'],
    [0.42, '0.5 s'],
    [59.9, '59.9 s'],
    [60, '1 min'],
    [61, '1 min 1 s'],
    [59 * 60 + 59.2, '1 h'],
    [26 * 3_600, '26 h'],
    [47 * 3_600 + 60, '47 h 1 min'],
    [48 * 3_600, '2 d'],
    [9 * 86_400 + 3_600 + 1, '9 d 1 h 1 s'],
  ])('%d s is "%s"', (seconds, words) => {
    expect(inWords(seconds)).toBe(words);
  });
});
