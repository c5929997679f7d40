import { Head } from '@9volt/process';
import { SubstringSearch } from '../probe/substring-search.js';
import {
  type Charset,
  charsetOf,
  decodeText,
  isUtf8Label,
  SNIFFED_BYTES,
  type TextReader,
  textReaderOf,
} from './charset.js';

/** How much of a body is read, after decompression. */
export const MAX_BODY_BYTES = 1_048_576;

const HEAD_BYTES = 2_048;

export interface BodyWishes {
  /** Texts to find while the body comes, without keeping it. */
  wanted: string | undefined;
  unwanted: string | undefined;
  /** How many bytes of its beginning it keeps. */
  keepBytes: number;
}

/** Reads as much of a body as its verdict needs, and keeps as little of it as possible. */
export class BodyReader {
  /** Why the text could not be decoded; undefined if it could. */
  unreadable: string | undefined;
  private readonly wanted: Search;
  private readonly unwanted: Search | undefined;
  private readonly begin = new Head(HEAD_BYTES);
  private readonly kept: Head;
  private readonly keepBytes: number;
  private charset: Charset | undefined;
  private text: TextReader | undefined;

  constructor(
    { wanted, unwanted, keepBytes }: BodyWishes,
    private readonly contentType?: string,
  ) {
    this.wanted = new Search(wanted ?? '');
    this.unwanted = unwanted ? new Search(unwanted) : undefined;
    this.kept = new Head(keepBytes);
    this.keepBytes = keepBytes;
  }

  get bytes(): number {
    return this.begin.bytes;
  }

  get hasWanted(): boolean {
    return this.wanted.found;
  }

  get hasUnwanted(): boolean {
    return this.unwanted?.found ?? false;
  }

  /** The beginning of the body as text, for messages. */
  head(): string {
    return decodeText(this.begin.buffer(), this.charset ?? this.charsetNow());
  }

  /** The kept bytes as text. */
  keptText(): string {
    return decodeText(this.kept.buffer(), this.charset ?? this.charsetNow());
  }

  /** Returns whether enough was read. */
  push(chunk: Buffer): boolean {
    const before = this.bytes;
    this.begin.push(chunk);
    this.kept.push(chunk);
    this.wanted.asSent.push(chunk);
    this.unwanted?.asSent.push(chunk);
    if (this.charset) this.search(this.text?.write(chunk));
    // The beginning says the encoding: wait for it.
    else if (this.bytes >= SNIFFED_BYTES) this.decide(before, chunk);
    if (this.hasUnwanted || this.bytes >= MAX_BODY_BYTES) {
      this.end();
      return true;
    }
    return this.hasWanted && this.unwanted === undefined && this.bytes >= this.keepBytes;
  }

  /** The body has ended. */
  end(): void {
    if (!this.charset) this.decide(this.bytes, Buffer.alloc(0));
    this.search(this.text?.end());
    this.text = undefined;
  }

  private decide(before: number, chunk: Buffer): void {
    this.charset = this.charsetNow();
    const { unknown, label } = this.charset;
    if (isUtf8Label(label)) return;
    const isPlain = [this.wanted, this.unwanted].every((search) => search?.isAscii ?? true);
    if (unknown === undefined && label === undefined && isPlain) return;
    this.text = textReaderOf(this.charset);
    this.search(this.text.write(this.begin.buffer().subarray(0, before)));
    this.search(this.text.write(chunk));
  }

  private search(text: string | undefined): void {
    if (!text) return;
    const bytes = Buffer.from(text);
    this.wanted.asText.push(bytes);
    this.unwanted?.asText.push(bytes);
    const { unknown } = this.charset ?? {};
    if (unknown !== undefined && this.text?.isGuess) this.unreadable ??= `the charset '${unknown}'`;
  }

  private charsetNow(): Charset {
    return charsetOf(this.contentType, this.begin.buffer());
  }
}

/** Looks for a text both in UTF-8 and in the decoded body, because a body that claims to be latin1 often is UTF-8. */
class Search {
  readonly asSent: SubstringSearch;
  readonly asText: SubstringSearch;
  readonly isAscii: boolean;

  constructor(text: string) {
    this.asSent = new SubstringSearch(text);
    this.asText = new SubstringSearch(text);
    this.isAscii = /^[\x00-\x7f]*$/.test(text);
  }

  get found(): boolean {
    return this.asSent.found || this.asText.found;
  }
}
