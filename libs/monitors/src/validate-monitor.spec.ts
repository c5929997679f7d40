import { attributesOf, isOfType, MAX_ENTRIES, MAX_ITEMS } from '@9volt/contracts';
import { describe, expect, it } from '@jest/globals';
import { monitorTypes } from './registry.js';
import { validateMonitor } from './validate-monitor.js';

/** A few on a free machine; what this is about took seconds. */
const LIMIT_MS = 200;

/** CPU time in ms, because others use this machine, too; the smallest of three tries. */
function costOf(raw: unknown): number {
  const tries: number[] = [];
  while (tries.length < 3 && !tries.some((ms) => ms < LIMIT_MS)) {
    const before = process.cpuUsage();
    validateMonitor('x', raw);
    const { user, system } = process.cpuUsage(before);
    tries.push((user + system) / 1e3);
  }
  return Math.min(...tries);
}

/** Texts on which patterns backtrack. */
const NASTY = [
  ' ',
  'a',
  '1,',
  '1-',
  '-',
  '.',
  ':',
  '/',
  '\\',
  '(',
  '[',
  "['",
  '$[',
  'a@',
  '%',
  '= ',
  '~ ',
  '\u{1f600}',
  '\u202e',
  '~ .{0,1000}',
];
const SIZE = 60_000;
const filled = (unit: string): string => unit.repeat(Math.floor(SIZE / unit.length));
const HOSTILE = NASTY.flatMap((unit) => [
  filled(unit),
  `= x${filled(unit)}x`,
  `$${filled(unit)}!`,
  `http://${filled(unit)}`,
]);

describe('validating a monitor takes milliseconds', () => {
  it.each([...monitorTypes.values()])(
    '$type: whatever stands in an attribute',
    ({ type, settings }) => {
      const slow: [string, string, number][] = [];
      const base = { type, interval: '10s', host: 'a.example.com' };
      for (const { name, kind, group } of attributesOf(settings).values()) {
        // One type is enough to try the attributes of all types.
        if (!isOfType({ group }) && type !== 'http') continue;
        for (const text of HOSTILE) {
          const value =
            kind === 'text-list'
              ? [text, text, text]
              : kind === 'text-map'
                ? { 'x-a': text, [text]: 'x', '$.a': text }
                : text;
          const ms = costOf({ ...base, [name]: value });
          if (ms > LIMIT_MS) slow.push([name, text.slice(0, 12), ms]);
        }
      }
      expect(slow).toEqual([]);
    },
    60_000,
  );

  const entries = (count: number, valueOf: (n: number) => string): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`$.k${n}`, valueOf(n)]));
  const http = { type: 'http', interval: '10s', host: 'a.example.com' };

  it.each<[string, object]>([
    ['many costly expressions', { 'expect-json': entries(256, (n) => `~ .{0,900}${n}`) }],
    ['many cheap expressions', { 'expect-json': entries(256, (n) => `~ a${n}`) }],
    ['many expressions in headers', { 'expect-headers': entries(256, (n) => `~ [\\pL${n}]{100}`) }],
    ['more entries than are taken', { 'expect-json': entries(20_000, () => '~ (?:.{0,1000})') }],
    ['many long values', { 'expect-json': entries(256, () => `= ${' '.repeat(1_000)}x`) }],
    ['a list of many', { tags: Array.from({ length: 100_000 }, (_, n) => `t${n}`) }],
    ['nothing that it knows', Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`k${n}`, n]))],
  ])('with %s', (_what, more) => {
    expect(costOf({ ...http, ...more })).toBeLessThan(LIMIT_MS);
  });
});

describe('a monitor', () => {
  const http = { type: 'http', interval: '10s', host: 'a.example.com' };
  const messagesOf = (raw: object) => {
    const validated = validateMonitor('x', raw);
    return validated.ok ? [] : validated.errors.map(({ message }) => message);
  };

  it('contains a limited number of entries and items', () => {
    const map = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`X-${n}`, 'v']));
    const list = (count: number) => Array.from({ length: count }, (_, n) => `t${n}`);
    expect(messagesOf({ ...http, headers: map(MAX_ENTRIES), tags: list(MAX_ITEMS) })).toEqual([]);
    expect(messagesOf({ ...http, headers: map(MAX_ENTRIES + 1), tags: list(MAX_ITEMS + 1) })).toEqual([
      'tags: has 1001 entries; expected a list of at most 1000 texts',
      'headers: has 257 entries; expected a map from text to text, of at most 256 entries',
    ]);
  });

  it('has one limit for all its expressions', () => {
    const third = '~ .{0,900}';
    expect(messagesOf({ ...http, 'expect-regex': '.{0,900}', 'expect-headers': { A: third } })).toEqual([]);
    expect(
      messagesOf({ ...http, 'expect-regex': '.{0,900}', 'expect-headers': { A: third }, 'expect-json': { $: third } }),
    ).toEqual([expect.stringMatching(/^expect-json\/\$: is one expression too many, with 1803 steps/)]);
  });

  const NAMES = [
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'then',
    'toJSON',
    'prototype',
    'length',
  ];

  it.each(NAMES)('may use %s as a key of any map', (name) => {
    const map = (value: string): unknown =>
      JSON.parse(JSON.stringify({ a: value }).replace('"a"', JSON.stringify(name)));
    const raw = { ...http, headers: map('x'), 'expect-headers': map('~ ^y'), tags: [name], 'member-tag': name };
    const validated = validateMonitor(name, raw);
    expect(validated).toMatchObject({ ok: true });
    const value = validated.ok ? validated.value : undefined;
    expect(JSON.parse(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(raw)));
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it.each(NAMES)('is refused for an attribute called %s', (name) => {
    const text = JSON.stringify({ ...http, a: { b: 'x' } }).replace('"a"', JSON.stringify(name));
    expect(messagesOf(JSON.parse(text) as object)).toEqual([expect.stringContaining(`unknown attribute "${name}"`)]);
  });

  it.each(NAMES)('is refused for a type called %s', (name) => {
    expect(messagesOf({ ...http, type: name })).toEqual([expect.stringContaining(`unknown type "${name}"`)]);
  });

  it.each(NAMES)('is refused for a map with %s where a text is expected', (name) => {
    const nested: unknown = JSON.parse(`{${JSON.stringify(name)}: {${JSON.stringify(name)}: 1}}`);
    expect(messagesOf({ ...http, url: nested, tags: nested, port: nested, disable: nested })).toHaveLength(4);
  });
});
