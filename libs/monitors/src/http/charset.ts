import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';

/** How much of a document is searched for its declared charset (HTML, section 13.2.3.2). */
export const SNIFFED_BYTES = 1_024;

/** The charset of a text, and its source. */
export interface Charset {
  /** Undefined if nobody declares it: then it is UTF-8, or, from the first byte that is not, windows-1252. */
  label: string | undefined;
  /** A declared charset that nobody knows. */
  unknown?: string;
}

/** Decodes bytes to text, piece by piece. */
export interface TextReader {
  write(piece: Buffer): string;
  end(): string;
  /** Whether nobody declared it, and it is not UTF-8. */
  readonly isGuess?: boolean;
}

/** By the byte order mark, the header, or the text's own declaration, in this order, as browsers do. */
export function charsetOf(contentType: string | undefined, begin: Buffer): Charset {
  const mark = byMark(begin);
  if (mark) return { label: mark };
  const said = [inHeader(contentType), inMarkup(contentType, begin)].filter((each) => each !== undefined);
  const [label = byZeros(begin)] = said.filter(isKnown);
  if (label !== undefined) return { label };
  return said[0] === undefined ? { label: undefined } : { label: undefined, unknown: said[0] };
}

export function isUtf8Label(label: string | undefined): boolean {
  return label !== undefined && /^(?:unicode-1-1-)?utf-?8$/i.test(label);
}

export function textReaderOf({ label }: Charset): TextReader {
  if (label === undefined) return new GuessingReader();
  if (!isOfBrowsers(label)) {
    const decoder = iconv.getDecoder(label);
    return { write: (piece) => decoder.write(piece), end: () => decoder.end() ?? '' };
  }
  const decoder = new TextDecoder(label);
  return { write: (piece) => decoder.decode(piece, { stream: true }), end: () => decoder.decode() };
}

/** A whole text, or the beginning of one. */
export function decodeText(bytes: Buffer, charset: Charset): string {
  // A text that claims these charsets often is UTF-8, and valid UTF-8 beyond ASCII is hardly ever anything else.
  if (isOfOneByte(charset.label) && isUtf8(bytes.subarray(0, bytes.length - unfinished(bytes))) && !isAscii(bytes)) {
    return bytes.toString();
  }
  return textReaderOf(charset)
    .write(bytes)
    .replace(/^\ufeff/, '');
}

/** Text without a declared charset. */
class GuessingReader implements TextReader {
  private held: Buffer = Buffer.alloc(0);
  private fallback: TextReader | undefined;

  get isGuess(): boolean {
    return this.fallback !== undefined;
  }

  write(piece: Buffer): string {
    if (this.fallback) return this.fallback.write(piece);
    const bytes = this.held.length === 0 ? piece : Buffer.concat([this.held, piece]);
    const whole = bytes.subarray(0, bytes.length - unfinished(bytes));
    if (isUtf8(whole)) {
      this.held = Buffer.from(bytes.subarray(whole.length));
      return whole.toString();
    }
    this.held = Buffer.alloc(0);
    this.fallback = textReaderOf({ label: 'windows-1252' });
    return this.fallback.write(bytes);
  }

  end(): string {
    return this.fallback?.end() ?? new TextDecoder('windows-1252').decode(this.held);
  }
}

/** Number of bytes at the end that begin a character of UTF-8 which continues behind them. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
  }
  return 0;
}

function byMark(begin: Buffer): string | undefined {
  if (begin.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf]))) return 'utf-8';
  if (begin.length < 2) return undefined;
  const mark = begin.readUInt16BE();
  const next = begin.length < 4 ? undefined : begin.readUInt16BE(2);
  if (mark === 0xfffe) return next === 0 ? 'utf-32le' : 'utf-16le';
  if (mark === 0xfeff) return 'utf-16be';
  return mark === 0 && next === 0xfeff ? 'utf-32be' : undefined;
}

/**
 * UTF-16 without a mark, by two characters of ASCII at the beginning: browsers recognise XML so (HTML, section 13.2.3.2), readers
 * of JSON anything (RFC 4627, section 3).
 */
function byZeros(begin: Buffer): string | undefined {
  const zeros = [...begin.subarray(0, 4)].map((byte) => (byte === 0 ? '0' : byte < 0x80 ? 'a' : '-')).join('');
  return zeros === 'a0a0' ? 'utf-16le' : zeros === '0a0a' ? 'utf-16be' : undefined;
}

function inHeader(contentType = ''): string | undefined {
  const [, double, single, plain] = /;\s*charset\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s;,]+))/i.exec(contentType) ?? [];
  return (double ?? single ?? plain)?.trim() || undefined;
}

function inMarkup(contentType: string | undefined, begin: Buffer): string | undefined {
  if (contentType !== undefined && !/html|xml/i.test(contentType)) return undefined;
  const text = begin
    .subarray(0, SNIFFED_BYTES)
    .toString('latin1')
    .replace(/<!--[^]*?-->/g, '');
  const [, xml] = /^\s*<\?xml\s[^>]*encoding\s*=\s*["']([\w.:-]+)/i.exec(text) ?? [];
  const [, meta] = /<meta\s[^>]*charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(text) ?? [];
  const label = xml ?? meta;
  // The declaration itself could not be read in UTF-16 (HTML, section 13.2.3.2).
  return label !== undefined && /^utf-?(?:16|32)/i.test(label) ? 'utf-8' : label;
}

function isOfOneByte(label: string | undefined): boolean {
  if (label === undefined || !isOfBrowsers(label)) return false;
  return /^(?:windows-\d+|iso-8859|koi8|macintosh|ibm866)/.test(new TextDecoder(label).encoding);
}

function isKnown(label: string): boolean {
  return isOfBrowsers(label) || iconv.encodingExists(label);
}

function isOfBrowsers(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch {
    return false;
  }
}
