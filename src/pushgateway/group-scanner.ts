import { PushError } from '../errors';

/** A group as the gateway's answer has it: each member (labels, a family, …) as its JSON text. */
export interface RawGroup {
  /** Members by name. Those of an oversized group are dropped, except the small ones that say which group it is. */
  readonly members: ReadonlyMap<string, string>;
  /** Bytes of the whole group, kept or not. */
  readonly bytes: number;
  /** True when it has more bytes than may be kept. */
  readonly oversized: boolean;
}

interface ScanOptions {
  /** Bytes of a group that are kept at most. */
  readonly largestGroup: number;
  /** Called for each group as soon as it is complete. */
  readonly onGroup: (group: RawGroup) => void;
}

/** Members that name a group and its times; each is at most a few labels long, so they are kept in any case. */
const IDENTITY = new Set([
  'labels',
  'last_push_successful',
  'push_time_seconds',
  'push_failure_time_seconds',
]);
/** Bytes. Grouping labels travel in a URL, which is shorter. */
const LARGEST_IDENTITY = 64 * 1024;
/** Bytes. The name of a family; what is longer is no name that anybody wants. */
const LARGEST_NAME = 4 * 1024;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Nesting: 1 inside the answer, 2 inside its list `data`, 3 inside a group. */
const ANSWER = 1;
const GROUP = 3;

/** Bytes of one key or value, across chunks; what is beyond the limit is counted and dropped. */
class Capture {
  private parts: Buffer[] = [];
  bytes = 0;

  constructor(private readonly limit: number) {}

  add(part: Buffer): void {
    this.bytes += part.length;
    if (this.bytes <= this.limit) this.parts.push(part);
    else this.parts = [];
  }

  /** Undefined when it was longer than the limit. */
  text(): string | undefined {
    return this.bytes <= this.limit ? Buffer.concat(this.parts).toString('utf8') : undefined;
  }
}

/**
 * Reads the answer of `GET /api/v1/metrics` byte by byte and gives its groups one at a time, so that memory is bounded
 * by the largest group that is kept, and not by what somebody pushed. It follows the nesting only; what is inside a
 * member is for JSON.parse.
 */
export class GroupScanner {
  private depth = 0;
  private inString = false;
  private escaped = false;
  private capture: Capture | undefined;
  private expectsKey = false;
  private key: string | undefined;
  /** Key of the answer's member that is being read. */
  private section: string | undefined;
  private members = new Map<string, string>();
  private groupBytes = 0;
  private keptBytes = 0;
  private sawData = false;
  private ended = false;

  constructor(private readonly options: ScanOptions) {}

  /** @throws PushError when the bytes are not such an answer. */
  push(chunk: Buffer): void {
    let from = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] ?? 0;
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) {
          this.inString = false;
          if (this.expectsKey && this.holdsKeys()) {
            this.capture?.add(chunk.subarray(from, at));
            this.key = this.capture?.text();
            this.capture = undefined;
            this.expectsKey = false;
          }
        }
        continue;
      }
      switch (byte) {
        case QUOTE:
          this.inString = true;
          if (this.expectsKey && this.holdsKeys()) {
            this.capture = new Capture(LARGEST_NAME);
            from = at + 1;
          }
          break;
        case COLON:
          if (this.inGroup()) {
            this.capture = new Capture(this.roomFor(this.key));
            from = at + 1;
          } else if (this.depth === ANSWER) this.section = this.key;
          break;
        case COMMA:
          if (this.inGroup()) this.endMember(chunk.subarray(from, at));
          this.expectsKey = this.holdsKeys();
          break;
        case OPEN_BRACE:
        case OPEN_BRACKET:
          this.open(byte);
          break;
        case CLOSE_BRACE:
        case CLOSE_BRACKET:
          if (this.inGroup()) this.endMember(chunk.subarray(from, at));
          this.close();
          break;
        default:
          break;
      }
    }
    if (this.capture !== undefined) this.capture.add(chunk.subarray(from));
  }

  /** @throws PushError when the answer ended too early, or had no groups to give. */
  end(): void {
    if (!this.ended || !this.sawData)
      throw notAnAnswer(this.sawData ? 'it breaks off' : 'it has no list "data"');
  }

  private inGroup(): boolean {
    return this.depth === GROUP && this.section === 'data';
  }

  /** Only the keys of the answer and of its groups are of interest. */
  private holdsKeys(): boolean {
    return this.depth === ANSWER || this.inGroup();
  }

  private roomFor(key: string | undefined): number {
    if (key === undefined) return 0;
    const left = Math.max(0, this.options.largestGroup - this.keptBytes);
    return IDENTITY.has(key) ? Math.max(left, LARGEST_IDENTITY) : left;
  }

  private open(byte: number): void {
    this.depth += 1;
    if (this.depth === ANSWER && byte !== OPEN_BRACE) throw notAnAnswer('it is no object');
    if (this.depth === 2 && this.section === 'data') {
      if (byte !== OPEN_BRACKET) throw notAnAnswer('"data" is no list');
      this.sawData = true;
    }
    if (this.inGroup()) {
      if (byte !== OPEN_BRACE) throw notAnAnswer('a group is no object');
      this.members = new Map();
      this.groupBytes = 0;
      this.keptBytes = 0;
    }
    this.expectsKey = this.holdsKeys();
  }

  private close(): void {
    if (this.inGroup()) {
      const oversized = this.groupBytes > this.options.largestGroup;
      if (oversized)
        for (const name of this.members.keys()) if (!IDENTITY.has(name)) this.members.delete(name);
      this.options.onGroup({ members: this.members, bytes: this.groupBytes, oversized });
    }
    this.depth -= 1;
    if (this.depth === 0) this.ended = true;
    if (this.depth < 0) throw notAnAnswer('it closes more than it opens');
    this.expectsKey = false;
  }

  private endMember(rest: Buffer): void {
    if (this.capture === undefined) return;
    this.capture.add(rest);
    const { bytes } = this.capture;
    const text = this.capture.text();
    this.capture = undefined;
    this.groupBytes += bytes;
    if (this.key === undefined || text === undefined) return;
    this.members.set(this.key, text);
    this.keptBytes += bytes;
  }
}

function notAnAnswer(what: string): PushError {
  return new PushError(
    `the answer of /api/v1/metrics is not what a Pushgateway gives: ${what}; check PUSHGATEWAY_URL`,
  );
}
