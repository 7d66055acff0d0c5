import type { GroupingKey } from './gateway';

/** What a path segment carries as it is. Everything else (slashes, blanks, Korean, the empty value) goes as base64. */
const PLAIN = /^[A-Za-z0-9._~-]+$/;

/** `.` and `..` are plain characters, but clients and proxies resolve them as path steps. */
const PATH_STEPS: readonly string[] = ['.', '..'];

function segments(label: string, value: string): string {
  if (PLAIN.test(value) && !PATH_STEPS.includes(value)) return `/${label}/${value}`;
  // A lone "=" is how the gateway writes the empty value: a path cannot hold an empty segment.
  const encoded = value === '' ? '=' : Buffer.from(value, 'utf8').toString('base64url');
  return `/${label}@base64/${encoded}`;
}

/**
 * The path of a group below the gateway's address: the job first, then the other labels by name, so that one
 * key always gives one path. Label names are not encoded: configuration has checked them.
 */
export function groupPath(key: GroupingKey): string {
  const others = Object.entries(key)
    .filter(([label]) => label !== 'job')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `/metrics${[['job', key.job] as const, ...others].map(([label, value]) => segments(label, value)).join('')}`;
}

/** A grouping key as a log line or an error says it. */
export function describeKey(key: GroupingKey): string {
  const { job, ...others } = key;
  return [['job', job] as const, ...Object.entries(others)]
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(' ');
}
