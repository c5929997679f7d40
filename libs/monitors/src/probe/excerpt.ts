import { capped } from '@9volt/contracts';

/** The longest excerpt of what a target sent, in characters. */
const MAX_EXCERPT = 512;

// C0 and C1 controls except \n and \t, and the marks that reorder, hide or break the text around them.
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Text from outside for a message: capped, and without characters that affect a terminal or a reader. */
export function excerpt(text: string, limit = MAX_EXCERPT): string {
  return capped(
    capped(text, limit + 1)
      .replaceAll('\r\n', '\n')
      .replace(UNSAFE, (unsafe) => `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, '0')}`),
    limit,
  );
}
