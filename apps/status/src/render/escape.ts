import { escapeMarkup } from '@9volt/contracts';

/** Of a public page. XML permits few control characters, so none stays. */
export function escape(text: string): string {
  return escapeMarkup(text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\ufffe\uffff]/g, '\ufffd'));
}
