import { Head } from '@9volt/process';
import { pluginText } from './plugin-text.js';

const BAR = '|'.charCodeAt(0);
const NEWLINE = '\n'.charCodeAt(0);

/**
 * The position in the output of a plugin: the text of its first line, the data behind it, the following lines, or the data behind
 * these.
 */
const NEXT: readonly { readonly [byte: number]: number }[] = [
  { [BAR]: 1, [NEWLINE]: 2 },
  { [NEWLINE]: 2 },
  { [BAR]: 3 },
  {},
];

/** The beginning of each part of a plugin's output: it keeps the performance data, however long the text before it is. */
export class PluginHead {
  bytes = 0;
  /** Each with its separator from the one before. */
  private readonly parts: { separator: string; head: Head }[];
  private readonly seen = new Set([0]);
  private current = 0;

  constructor(private readonly limit: number) {
    this.parts = ['', '|', '\n', '|'].map((separator) => ({ separator, head: new Head(limit) }));
  }

  push(chunk: Buffer): void {
    this.bytes += chunk.length;
    let from = 0;
    while (from < chunk.length) {
      const next = NEXT[this.current] ?? {};
      const ends = Object.keys(next)
        .map((byte) => chunk.indexOf(Number(byte), from))
        .filter((at) => at >= 0);
      const end = Math.min(chunk.length, ...ends);
      this.parts[this.current]?.head.push(chunk.subarray(from, end));
      from = end + 1;
      if (end === chunk.length) return;
      this.current = next[chunk[end] as number] as number;
      this.seen.add(this.current);
    }
  }

  text(): string {
    return this.parts
      .filter((_, part) => this.seen.has(part))
      .map(({ separator, head }) => {
        const isCut = head.bytes > this.limit;
        const text = pluginText(head.buffer(), isCut);
        return `${separator}${separator === '|' && isCut ? whole(text) : text}`;
      })
      .join('');
  }
}

/** Without the cut item: half of a number is another number. */
function whole(data: string): string {
  return data.replace(/\S*$/, '');
}
