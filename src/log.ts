import { messageOf } from './errors';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

type Field = string | number | boolean | null | undefined | readonly string[];
export type Fields = Readonly<Record<string, Field>>;

/** Structured logging: one JSON object a line. `event` says what happened in a few fixed words; what varies is a field. */
export interface Log {
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
  /** A log that adds these fields to every line. */
  with(fields: Fields): Log;
}

interface LogOptions {
  level: LogLevel;
  /** Receives a line without its newline. */
  write: (line: string) => void;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Texts that never appear in a line, whatever field they are in. Called at each line: a secret may be read later. */
  secrets?: () => readonly string[];
}

const HIDDEN = '***';

/** Hides `user:password@` in whatever looks like a URL, and every known secret. */
function redact(value: string, secrets: readonly string[]): string {
  let safe = value.replace(/([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s"']+@/gi, `$1${HIDDEN}@`);
  for (const secret of secrets) if (secret !== '') safe = safe.replaceAll(secret, HIDDEN);
  return safe;
}

function redactField(value: Field, secrets: readonly string[]): Field {
  if (typeof value === 'string') return redact(value, secrets);
  if (Array.isArray(value)) return value.map((item: string) => redact(item, secrets));
  return value;
}

export function createLog({ level, write, now, secrets = () => [] }: LogOptions): Log {
  const lowest = LOG_LEVELS.indexOf(level);

  function logger(base: Fields): Log {
    function line(at: LogLevel, event: string, fields: Fields = {}): void {
      if (LOG_LEVELS.indexOf(at) < lowest) return;
      const hidden = secrets();
      const safe = Object.entries({ ...base, ...fields }).map(([key, value]) => [
        key,
        redactField(value, hidden),
      ]);
      write(
        JSON.stringify({
          time: new Date(now()).toISOString(),
          level: at,
          event,
          ...Object.fromEntries(safe),
        }),
      );
    }
    return {
      debug: (event, fields) => line('debug', event, fields),
      info: (event, fields) => line('info', event, fields),
      warn: (event, fields) => line('warn', event, fields),
      error: (event, fields) => line('error', event, fields),
      with: (fields) => logger({ ...base, ...fields }),
    };
  }
  return logger({});
}

/** The longest chain of causes that a line follows. */
const DEEPEST_CAUSE = 5;

/** What a log line says of anything that was thrown: name, message, SQLSTATE and status where there is one, and the causes. */
export function errorFields(thrown: unknown): Fields {
  if (!(thrown instanceof Error)) return { error: 'unknown', message: String(thrown) };
  const causes: string[] = [];
  let cause: unknown = thrown.cause;
  while (cause !== undefined && causes.length < DEEPEST_CAUSE) {
    causes.push(cause instanceof Error ? `${cause.name}: ${cause.message}` : messageOf(cause));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  const details = thrown as { sqlState?: unknown; status?: unknown };
  return {
    error: thrown.name,
    message: thrown.message,
    ...(typeof details.sqlState === 'string' ? { sqlState: details.sqlState } : {}),
    ...(typeof details.status === 'number' ? { status: details.status } : {}),
    ...(causes.length > 0 ? { causes } : {}),
  };
}
