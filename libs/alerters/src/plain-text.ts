/**
 * Makes names and messages from monitors, targets and operators harmless for any channel; the file of each channel escapes its own
 * markup.
 */

/** Control characters except tab and line feed, and characters that reorder or hide the text around them. */
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const LINE_BREAK = /\r\n?|[\u0085\u2028\u2029]/g;
/** Half a character outside the basic plane: invalid in UTF-8, and refused by strict JSON parsers. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** At most `limit` characters, with a mark where it was cut; cuts no emoji in half. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 2);
  const end = last >= 0xd800 && last <= 0xdbff ? limit - 2 : limit - 1;
  return `${text.slice(0, end)}…`;
}

/** Text of several lines, separated by line feeds. */
export function lines(text: string, limit: number): string {
  return cut(text, limit).replace(LINE_BREAK, '\n').replace(INVISIBLE, ' ').replace(LONE_SURROGATE, '\ufffd').trim();
}

/** Text of one line, for a title, a name or a mail header. */
export function oneLine(text: string, limit: number): string {
  return lines(text, limit).replace(/\s+/g, ' ');
}
