/** Turns what serverless offline prints of scheduled runs into a line a person reads. */

interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly event: string;
  readonly job?: string;
  readonly [field: string]: unknown;
}

/** @returns undefined for what only a developer of serverless offline wants to see. */
export function readable(line: string): string | undefined {
  const log = parse(line);
  if (log === undefined) return /error|exception|warning/i.test(line) ? line : undefined;
  if (log.level === 'debug') return undefined;
  const { time, level, event, job = '', requestId: _, ...fields } = log;
  const details = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const mark = level === 'info' ? ' ' : '!';
  return `${new Date(time).toLocaleTimeString('en-GB')} ${mark} ${job.padEnd(7)} ${event}${details.length > 0 ? `  ${details.join('  ')}` : ''}`;
}

function parse(line: string): LogLine | undefined {
  if (!line.startsWith('{"time":')) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    return isLogLine(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isLogLine(value: unknown): value is LogLine {
  return (
    typeof value === 'object' &&
    value !== null &&
    'time' in value &&
    'level' in value &&
    'event' in value &&
    typeof value.event === 'string'
  );
}
