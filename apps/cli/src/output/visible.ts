/**
 * What a terminal would obey, or show as something else: control characters, those that begin an escape sequence in one character, what turns the direction
 * of writing, and what ends a line without being a line break.
 */
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A text of others in one line, with escapes for what a terminal would obey. */
export function visible(text: string): string {
  return text.replace(OBEYED, escaped);
}

/** The same of what has lines of its own. The escapes are those of JSON, so that JSON stays what it was. */
export function visibleLines(text: string): string {
  return text.replace(OBEYED, (character) => (character === '\n' ? character : escaped(character)));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
