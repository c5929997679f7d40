import type { FieldError } from './settings/errors.js';

const CONTROL_OR_SLASH = /[\u0000-\u001f\u007f/]/;
const MAX_NAME = 200;

export const NAME_EXPECTED = `1 to ${MAX_NAME} characters without "/", control characters, or spaces at either end`;

/** Whether a text may name a monitor or an alerter: it becomes one segment of an etcd key and of a URL. */
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

const CALLED = { monitor: 'a monitor', alerter: 'an alerter', worker: 'a worker' } as const;

export function nameFault(what: keyof typeof CALLED, name: string): FieldError | undefined {
  if (isName(name)) return undefined;
  return {
    path: '',
    value: name,
    expected: NAME_EXPECTED,
    message: `${JSON.stringify(name.slice(0, 80))} cannot name ${CALLED[what]}; expected ${NAME_EXPECTED}`,
  };
}
