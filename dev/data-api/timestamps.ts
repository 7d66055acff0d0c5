import { internalFailure } from './errors';

const OFFSET = /^(.+?)([+-]\d\d(?::\d\d){0,2})$/;
const PARTS = /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(\.\d+)?$/;
const MS_PER_SECOND = 1000;

function finite(text: string): string {
  if (text.endsWith('infinity')) throw internalFailure('An infinite timestamp cannot be returned');
  return text;
}

/** `-03:30` → -12600 seconds. */
function offsetSeconds(offset: string): number {
  const [hours = '0', minutes = '0', seconds = '0'] = offset.slice(1).split(':');
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return offset.startsWith('-') ? -total : total;
}

/** `timestamp` and `date` as they are. @throws InternalFailure for infinity. */
export function localTimestamp(text: string): string {
  return finite(text);
}

/**
 * `timestamptz` in PostgreSQL's ISO form as UTC without an offset: the service drops it. The session is in
 * UTC unless the statement's transaction says otherwise. @throws InternalFailure for infinity.
 */
export function utcTimestamp(text: string): string {
  const [, local = finite(text), offset = '+00'] = OFFSET.exec(text) ?? [];
  const shift = offsetSeconds(offset);
  const parts = PARTS.exec(local);
  if (shift === 0 || parts === null) return local;
  const [, year, month, day, hour, minute, second, fraction = ''] = parts;
  const moment = new Date(
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) -
      shift * MS_PER_SECOND,
  );
  return `${moment.toISOString().slice(0, 19).replace('T', ' ')}${fraction}`;
}
