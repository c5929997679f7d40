import { type Field, textOfBytes } from './fields.js';

/** curl's limits: of one line, and of all headers of a response together. */
export const MAX_LINE_BYTES = 102_400;
export const MAX_HEAD_BYTES = 307_200;

/** Above this size other clients refuse headers, node among them. */
const LARGE_HEAD_BYTES = 16_384;

/** The beginning of a response. */
export interface Head {
  status: number;
  fields: readonly Field[];
}

/** A head, and what came with it. */
export interface WholeHead {
  head: Head;
  /** The bytes after it. */
  rest: Buffer;
  oddities: Set<string>;
}

/** The answer is not HTTP, or ends early. `status` is present if its line had come. */
export class BrokenAnswer extends Error {
  constructor(
    message: string,
    readonly status?: number,
  ) {
    super(message);
    this.name = 'BrokenAnswer';
  }
}

const STATUS_LINE = /^HTTP\/(?:1\.[01]|2(?:\.0)?) +([1-9]\d\d)(?!\d)/i;
const STRICT_STATUS_LINE = /^HTTP\/1\.[01] \d{3}(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;
const CONTROL = /[\x01-\x08\x0a-\x1f\x7f]/;

/**
 * Reads the headers of a response piece by piece, and accepts what curl accepts: it shows whether a target answers, not whether it
 * answers correctly. `oddities` lists what was odd. It skips interim responses (1xx), except 101.
 */
export class HeadReader {
  readonly oddities = new Set<string>();
  head: Head | undefined;
  /** The bytes after the headers. */
  rest: Buffer = Buffer.alloc(0);
  /** Number of bytes of headers that came. */
  bytes = 0;
  private status: number | undefined;
  private fields: [name: string, value: string, bytes?: Buffer][] = [];
  private line: Buffer[] = [];
  private lineBytes = 0;

  /** Returns whether the head is complete. Throws {@link BrokenAnswer}. */
  push(chunk: Buffer): boolean {
    let from = 0;
    while (this.head === undefined && from < chunk.length) {
      const end = chunk.indexOf(0x0a, from);
      const part = chunk.subarray(from, end === -1 ? chunk.length : end + 1);
      from += part.length;
      this.take(part);
      if (end !== -1) this.takeLine(this.lineTaken());
    }
    if (this.head !== undefined) this.rest = chunk.subarray(from);
    return this.head !== undefined;
  }

  /** The error of an answer that ends here. */
  cutShort(): BrokenAnswer {
    if (this.bytes === 0) return new BrokenAnswer('the target closed the connection without an answer');
    const message = `the target closed the connection after ${this.bytes} bytes, in the middle of the headers of its answer`;
    return new BrokenAnswer(message, this.status);
  }

  private take(part: Buffer): void {
    this.bytes += part.length;
    this.lineBytes += part.length;
    if (this.lineBytes > MAX_LINE_BYTES) throw this.broken(`a header is longer than ${MAX_LINE_BYTES / 1_024} KiB`);
    if (this.bytes > MAX_HEAD_BYTES) throw this.broken(`the headers are longer than ${MAX_HEAD_BYTES / 1_024} KiB`);
    if (this.bytes > LARGE_HEAD_BYTES) this.oddities.add(`headers of more than ${LARGE_HEAD_BYTES / 1_024} KiB`);
    this.line.push(part);
    // Recognises another protocol without waiting for the end of a line.
    if (this.status === undefined && this.lineBytes - part.length < 5) {
      const begin = Buffer.concat(this.line).subarray(0, 5).toString('latin1');
      if (!'HTTP/'.startsWith(begin.toUpperCase())) throw this.notHttp(Buffer.concat(this.line));
    }
  }

  private lineTaken(): Buffer {
    const line = this.line.length === 1 ? (this.line[0] as Buffer) : Buffer.concat(this.line);
    this.line = [];
    this.lineBytes = 0;
    let end = line.length - 1;
    while (end > 0 && line[end - 1] === 0x0d) end -= 1;
    const returns = line.length - 1 - end;
    if (returns === 0) this.oddities.add('lines that end in LF alone');
    if (returns > 1) this.oddities.add('lines that end in several CR');
    return line.subarray(0, end);
  }

  private takeLine(line: Buffer): void {
    if (line.includes(0)) throw this.broken('a header contains a NUL byte');
    if (this.status === undefined) return this.takeStatus(line);
    if (line.length === 0) return this.end(this.status);
    if (line[0] === 0x20 || line[0] === 0x09) return this.unfold(line);
    const colon = line.indexOf(0x3a);
    if (colon === -1) throw this.broken(`a header has no colon: '${shown(line)}'`);
    const written = textOfBytes(line.subarray(0, colon));
    const name = written.trimEnd();
    const bytes = trimmed(line.subarray(colon + 1));
    const value = textOfBytes(bytes);
    if (name !== written) this.oddities.add('a space before the colon of a header');
    if (!TOKEN.test(name)) this.oddities.add('a header with an odd name');
    if (CONTROL.test(value)) this.oddities.add('control characters in a header');
    this.fields.push([name, value, bytes]);
  }

  private takeStatus(line: Buffer): void {
    const text = line.toString('latin1');
    const [, code] = STATUS_LINE.exec(text) ?? [];
    if (code === undefined) throw this.notHttp(line);
    if (!STRICT_STATUS_LINE.test(text)) this.oddities.add('an odd status line');
    this.status = Number(code);
  }

  /** Another response follows an interim one. */
  private end(status: number): void {
    const { fields } = this;
    this.status = undefined;
    this.fields = [];
    if (status >= 200 || status === 101) this.head = { status, fields };
  }

  private unfold(line: Buffer): void {
    const last = this.fields.at(-1);
    if (!last) throw this.broken('the first header begins with a space');
    this.oddities.add('a header on several lines');
    const bytes = [last[2] ?? Buffer.alloc(0), Buffer.from(' '), trimmed(line)];
    last[2] = trimmed(Buffer.concat(bytes));
    last[1] = textOfBytes(last[2]);
  }

  private notHttp(line: Buffer): BrokenAnswer {
    return new BrokenAnswer(`the answer of the target is not HTTP: '${shown(line)}'`);
  }

  private broken(message: string): BrokenAnswer {
    return new BrokenAnswer(`the answer is not valid HTTP: ${message}`, this.status);
  }
}

/** Without spaces and tabs at either end. */
function trimmed(value: Buffer): Buffer {
  let [from, to] = [0, value.length];
  while (from < to && (value[from] === 0x20 || value[from] === 0x09)) from += 1;
  while (from < to && (value[to - 1] === 0x20 || value[to - 1] === 0x09)) to -= 1;
  return value.subarray(from, to);
}

/** The beginning of a line, without characters that affect a terminal or a reader. */
function shown(line: Buffer): string {
  const text = line.subarray(0, 80).toString('latin1').trimEnd();
  return text.replace(/[^\x20-\x7e]/g, '?') + (line.length > 80 ? '…' : '');
}
