import { settings } from '../settings';

/** For panels of what jobs push once in their interval: a shorter step shows stairs, and rates of nothing between. */
export const PUSHED = { minStepSeconds: settings.jobIntervalSeconds };

/** A window of an hour, and why it is written out. */
export const HOUR = '1h';
export const AN_HOUR = 'a number per hour can be compared at every time range';
