/** Escapes of JSON for control characters, without those of line breaks and tabs; a backslash that is escaped itself begins none. */
const ESCAPED = /\\\\|\\u(?=00[01][0-9a-f])|\\[bfr]/g;
/** What JSON leaves as it is and terminals obey: what begins a sequence in one character, and what turns the direction of writing. */
const OBEYED = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * A line of JSON that still has escapes in place of what a terminal would obey once it is read: for the readable lines that are made of it. Texts in them
 * come from targets and from whoever names a monitor.
 */
export function escapeControls(line: string): string {
  return line
    .replace(ESCAPED, (escape) => (escape === '\\\\' ? escape : `\\${escape}`))
    .replace(OBEYED, (character) => `\\\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
