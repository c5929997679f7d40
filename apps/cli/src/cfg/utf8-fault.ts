import { isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;

/** Why bytes are not valid UTF-8, and on which line; undefined if they are valid. */
export function utf8Fault(bytes: Buffer): { line: number; message: string } | undefined {
  const asks = 'save it as UTF-8';
  if (isUtf16(bytes)) return { line: 1, message: `the file is in UTF-16, not in UTF-8; ${asks}` };
  if (isUtf8(bytes)) return undefined;
  let line = 1;
  // A character of several bytes contains no newline.
  for (let from = 0; from < bytes.length; line += 1) {
    const newline = bytes.indexOf(NEWLINE, from);
    const until = newline < 0 ? bytes.length : newline;
    const text = bytes.subarray(from, until);
    if (!isUtf8(text))
      return { line, message: `the file is not in UTF-8 (byte 0x${firstWrong(text).toString(16)}); ${asks}` };
    from = until + 1;
  }
  return undefined;
}

function isUtf16([first, second]: Buffer): boolean {
  const hasMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return hasMark || (first === 0) !== (second === 0);
}

function firstWrong(line: Buffer): number {
  let at = 0;
  while (at < line.length) {
    const length = [1, 2, 3, 4].find((bytes) => at + bytes <= line.length && isUtf8(line.subarray(at, at + bytes)));
    if (length === undefined) break;
    at += length;
  }
  return line[at] ?? 0;
}
