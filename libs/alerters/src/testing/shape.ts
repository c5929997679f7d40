/** Checks of a JSON body against the provider's documentation; each fault is one sentence. */

export type Check = (value: unknown, at: string) => string[];

export function text(limits: { atMost?: number; notEmpty?: boolean; pattern?: RegExp } = {}): Check {
  return (value, at) => {
    if (typeof value !== 'string') return [`${at} is not a text`];
    const faults: string[] = [];
    if (limits.notEmpty && value === '') faults.push(`${at} is empty`);
    if (limits.atMost !== undefined && [...value].length > limits.atMost)
      faults.push(`${at} has more than ${limits.atMost} characters`);
    if (limits.pattern && !limits.pattern.test(value)) faults.push(`${at} is not ${limits.pattern}`);
    if (/\p{Surrogate}/u.test(value)) faults.push(`${at} is not valid Unicode`);
    return faults;
  };
}

export function oneOf(...values: readonly unknown[]): Check {
  return (value, at) => (values.includes(value) ? [] : [`${at} is none of ${values.join(', ')}`]);
}

export const flag: Check = oneOf(true, false);

export const integer: Check = (value, at) => (Number.isInteger(value) ? [] : [`${at} is not a whole number`]);

export function list(item: Check, atMost: number): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return [`${at} is not a list`];
    const faults = value.flatMap((one, index) => item(one, `${at}[${index}]`));
    return value.length > atMost ? [...faults, `${at} has more than ${atMost} entries`] : faults;
  };
}

export function object(required: Record<string, Check>, optional: Record<string, Check> = {}): Check {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [`${at || 'the body'} is not an object`];
    const path = (name: string) => (at === '' ? name : `${at}.${name}`);
    const missing = Object.keys(required).filter((name) => !(name in value));
    const faults = Object.entries(value).flatMap(([name, item]) => {
      const check = required[name] ?? optional[name];
      return check ? check(item, path(name)) : [`${path(name)} is not known`];
    });
    return [...missing.map((name) => `${path(name)} is missing`), ...faults];
  };
}

export const textMap: Check = (value, at) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([name, item]) => text()(item, `${at}.${name}`))
    : [`${at} is not an object`];
