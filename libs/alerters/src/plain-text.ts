/**
 * What monitors, targets and operators put into names and messages is made harmless for any channel here; what a channel takes
 * for markup, its own file escapes.
 */

/** Control characters but tab and line feed, and what reorders or hides the text around it. */
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const LINE_BREAK = /\r\n?|[\u0085\u2028\u2029]/g;
/** Half a character outside the basic plane: not valid in UTF-8, and refused by strict JSON parsers. */
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** At most `limit` characters, the cut shown, no emoji cut in half. */
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

/** Text of one line, as a title, a name or a mail header needs it. */
export function oneLine(text: string, limit: number): string {
  return lines(text, limit).replace(/\s+/g, ' ');
}
