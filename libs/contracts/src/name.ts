import type { FieldError } from './settings/errors.js';

const CONTROL_OR_SLASH = /[\u0000-\u001f\u007f/]/;
const MAX_NAME = 200;

export const NAME_EXPECTED = `1 to ${MAX_NAME} characters without "/", control characters, or spaces at either end`;

/** Whether a text is a valid name of a monitor or an alerter: it becomes one segment of an etcd key and of a URL. */
export function isName(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= MAX_NAME &&
    name === name.trim() &&
    !CONTROL_OR_SLASH.test(name) &&
    name !== '.' &&
    name !== '..'
  );
}

/**
 * Characters that change how the text around them reads (bidi controls), that are invisible (zero width, soft hyphen, fillers), or
 * that are half a character.
 */
const LOOK_ALIKE =
  /[\u0080-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\uffff]|[\u{e0000}-\u{e0fff}]|\p{Surrogate}/u;
/** Joiners are parts of words and of emoji, but mean nothing between letters of Latin, Greek or Cyrillic, digits and signs. */
const JOINER_FOR_NOTHING =
  /(?:^|[\p{ASCII}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])[\u200c\u200d]|[\u200c\u200d](?:$|[\p{ASCII}\p{Script=Latin}])/u;

/** The fault of a new name that a person could mistake for another one because of invisible characters. Stored names stay valid. */
export function newNameFault(what: keyof typeof CALLED, name: string): FieldError | undefined {
  if (what === 'status-page') return slugFault(name);
  const found = LOOK_ALIKE.exec(name) ?? JOINER_FOR_NOTHING.exec(name);
  if (!found) return nameFault(what, name);
  const code = [...found[0]].map((one) => (one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0'));
  const hidden = code.length === 1 ? code[0] : code.find((one) => /^200[CD]$/.test(one));
  const expected = 'a name without invisible characters and characters that change the text direction';
  return {
    path: '',
    expected,
    message: `the name ${asciiOnly(name.slice(0, 80))} cannot name ${CALLED[what]}: it contains U+${hidden}; expected ${expected}`,
  };
}

/** Shows invisible characters as escapes, so the message does not deceive as the name does. */
function asciiOnly(text: string): string {
  return JSON.stringify(text).replace(
    /[^\x20-\x7e]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Slugs whose addresses every process uses for something else. */
const TAKEN: readonly string[] = ['check', 'errors'];
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
const SLUG_EXPECTED = `a slug: 1 to 64 lower-case letters, digits and inner hyphens, and none of ${TAKEN.join(', ')}`;

/** The fault of a text that cannot be the slug of a status page: it is part of the page's address. */
function slugFault(slug: string): FieldError | undefined {
  if (SLUG.test(slug) && !TAKEN.includes(slug)) return undefined;
  return {
    path: '',
    value: slug.slice(0, 80),
    expected: SLUG_EXPECTED,
    message: `${JSON.stringify(slug.slice(0, 80))} cannot name a status page; expected ${SLUG_EXPECTED}`,
  };
}

const CALLED = {
  monitor: 'a monitor',
  alerter: 'an alerter',
  worker: 'a worker',
  maintenance: 'a maintenance window',
  'status-page': 'a status page',
  report: 'a report',
} as const;

export function nameFault(what: keyof typeof CALLED, name: string): FieldError | undefined {
  if (isName(name)) return undefined;
  return {
    path: '',
    value: name,
    expected: NAME_EXPECTED,
    message: `${JSON.stringify(name.slice(0, 80))} cannot name ${CALLED[what]}; expected ${NAME_EXPECTED}`,
  };
}
