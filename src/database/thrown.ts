import type { Verdict } from './retry';

/** What is looked at in a thrown value. Names are compared as text: a bundle may hold two copies of a class. */
export interface Thrown {
  readonly name: string;
  /** Its first line: the SDK adds hints for its developers below, and some answers the request that was signed. */
  readonly firstLine: string;
  readonly message: string;
  /** Node's code, such as ECONNREFUSED. */
  readonly code: string | undefined;
  /** What the system was asked to do when it failed, such as connect. */
  readonly syscall: string | undefined;
  /** HTTP status of the answer, if there was one. */
  readonly status: number | undefined;
  /** The SDK found this machine's clock to be off and signs the next call with a corrected one. */
  readonly clockCorrected: boolean;
}

/** What a failure means to the one who reads the log. */
export interface Meaning {
  readonly verdict: Verdict;
  /** What happened and what to do, without a full stop. */
  readonly sentence: string;
  /** True when a later run may find it gone, although a repeat now cannot help. */
  readonly passing?: boolean;
  /** False when the original message must not reach a log. Default true. */
  readonly quoted?: boolean;
}

export function look(thrown: unknown): Thrown {
  const message = textOf(thrown, 'message') ?? String(thrown);
  const metadata = field(thrown, '$metadata');
  const status = field(metadata, 'httpStatusCode');
  return {
    name: textOf(thrown, 'name') ?? 'unknown',
    firstLine: message.split('\n', 1).join(),
    message,
    code: textOf(thrown, 'code'),
    syscall: textOf(thrown, 'syscall') ?? textOf(firstOf(field(thrown, 'errors')), 'syscall'),
    status: typeof status === 'number' ? status : undefined,
    clockCorrected: field(metadata, 'clockSkewCorrected') === true,
  };
}

function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}

function textOf(value: unknown, key: string): string | undefined {
  const found = field(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** A connection that was tried at several addresses fails with all of their errors. */
function firstOf(errors: unknown): unknown {
  return Array.isArray(errors) ? errors[0] : undefined;
}
