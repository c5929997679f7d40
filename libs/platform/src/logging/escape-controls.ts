/** JSON escapes of control characters, except line breaks and tabs; an escaped backslash begins none. */
const ESCAPED = /\\\\|\\u(?=00[01][0-9a-f])|\\[bfr]/g;
/**
 * Characters that JSON does not escape and terminals interpret: those that begin a sequence, and those that change the direction of
 * writing.
 */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A line of JSON in which characters that a terminal would interpret stay escaped after parsing: for the readable lines made from
 * it. Their texts come from targets and from people who name monitors.
 */
export function escapeControls(line: string): string {
  return line
    .replace(ESCAPED, (escape) => (escape === '\\\\' ? escape : `\\${escape}`))
    .replace(OBEYED, (character) => `\\\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
