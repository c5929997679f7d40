import type { Field } from './fields.js';
import type { WholeHead } from './head.js';

/** A larger head is odd, which is for the patient reader to tell. */
const MAX_BYTES = 16_384;
const END = '\r\n\r\n';
/** Nothing in it that any client would take for odd: its lines, up to the empty one. */
const PLAIN = /^HTTP\/1\.[01] (?<status>[2-9]\d\d)(?: [\t\x20-\x7e]*)?(?:\r\n[\w!#$%&'*+.^`|~-]+:[\t\x20-\x7e]*)*$/;

/**
 * Reads the head of a response that came in one piece and is plain from end to end, which is what nearly all targets send. Undefined for any
 * other: `HeadReader` reads those, and finds the same in a plain one.
 */
export function plainHead(chunk: Buffer): WholeHead | undefined {
  const end = chunk.indexOf(END, 0, 'latin1');
  if (end === -1 || end + END.length > MAX_BYTES) return undefined;
  const text = chunk.toString('latin1', 0, end);
  const status = PLAIN.exec(text)?.groups?.['status'];
  if (status === undefined) return undefined;
  const fields: Field[] = [];
  for (let from = text.indexOf('\r\n'); from !== -1;) {
    const next = text.indexOf('\r\n', from + 2);
    const colon = text.indexOf(':', from);
    fields.push([text.slice(from + 2, colon), trimmed(text, colon + 1, next === -1 ? text.length : next)]);
    from = next;
  }
  return { head: { status: Number(status), fields }, rest: chunk.subarray(end + END.length), oddities: new Set() };
}

/** Without spaces and tabs at either end. */
function trimmed(text: string, from: number, to: number): string {
  let [begin, end] = [from, to];
  while (begin < end && isBlank(text.charCodeAt(begin))) begin += 1;
  while (end > begin && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(begin, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
