import { nearest } from '@9volt/contracts';
import { ALERT_FIELDS, type AlertFields } from './alert-fields.js';

/** Only `{{field}}`: no conditions, no loops, no code. Other text in braces stays as it is. */
const FIELD = /\{\{\s*([\w-]+)\s*\}\}/g;

/** Replaces each field of the template by its text, escaped for its position. */
export function fillTemplate(template: string, fields: AlertFields, escape: (text: string) => string): string {
  return template.replace(FIELD, (whole, name: string) => {
    return Object.hasOwn(fields, name) ? escape(fields[name as keyof AlertFields]) : whole;
  });
}

/** The fault of a template, in words; undefined if there is none. */
export function templateFault(template: string): string | undefined {
  for (const [, name = ''] of template.matchAll(FIELD)) {
    if ((ALERT_FIELDS as readonly string[]).includes(name)) continue;
    const meant = nearest(name, [...ALERT_FIELDS]);
    return `there is no field "${name}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`;
  }
  return undefined;
}

/** For a document, so that people can write templates: the names of all fields. */
export const FIELD_NAMES = ALERT_FIELDS.join(', ');

/** Inside the quotes of a JSON text. */
export function forJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** In the path or the query of an address, where a text of only dots would lead to another path. */
export function forUrl(text: string): string {
  return encodeURIComponent(/^\.+$/.test(text) ? text.replaceAll('.', '_') : text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** In a header: one line, with the bytes of UTF-8 beyond ASCII, because HTTP has no characters there. */
export function forHeader(text: string): string {
  return Buffer.from(text.replace(/\s+/g, ' ').replace(/[\u0000-\u001f\u007f]/g, ''), 'utf8').toString('latin1');
}
