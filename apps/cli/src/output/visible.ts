/**
 * Characters that a terminal would interpret, or show as something else: control characters, those that begin an escape sequence,
 * those that change the direction of writing, and those that end a line without being a line break.
 */
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A foreign text in one line, with escapes for terminal controls. */
export function visible(text: string): string {
  return text.replace(OBEYED, escaped);
}

/** The same for text with lines of its own. The escapes are those of JSON, so JSON stays valid. */
export function visibleLines(text: string): string {
  return text.replace(OBEYED, (character) => (character === '\n' ? character : escaped(character)));
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
