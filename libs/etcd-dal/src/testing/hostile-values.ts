import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A value that 9volt would never write, by what is wrong with it. */
export type HostileValue = readonly [what: string, value: Buffer];

const text = (what: string, value: string): HostileValue => [what, Buffer.from(value)];
const json = (what: string, value: unknown): HostileValue => text(what, JSON.stringify(value));
const packed = (what: string, value: unknown): HostileValue => [what, deflateRawSync(JSON.stringify(value))];

/** In place of an attribute. */
const ODD: readonly [string, unknown][] = [
  ['null', null],
  ['true', true],
  ['a number', 7],
  ['a negative number', -1],
  ['a huge number', 1e308],
  ['a text', 'x'],
  ['an empty text', ''],
  ['a list', []],
  ['a list of lists', [[[]]]],
  ['a list of nulls', [null, null]],
  ['a map', {}],
  ['a map of maps', { a: { b: {} } }],
  ['a date that is none', 'NaN'],
  ['a date before all dates', '-271821-04-20T00:00:00.000Z'],
  ['a time after all times', 8.64e15 + 1],
];

/** Whatever the key: what is not JSON, not a record, too large, too deep, or made to trip a program up. Made when first asked for: all specs with etcd load this file. */
const anywhere = (): readonly HostileValue[] =>
  (made ??= [
    text('nothing', ''),
    text('a space', ' '),
    text('a zero byte', '\0'),
    text('half a record', '{"MemberID": "w1", "Tags'),
    text('two records', '{}{}'),
    text('a record with a comma too many', '{"a":1,}'),
    text('a word', 'hello'),
    text('YAML', 'type: http\ninterval: 10s\n'),
    text('HTML', '<script>alert(1)</script>'),
    text('NaN', 'NaN'),
    text('Infinity', 'Infinity'),
    text('a number beyond all numbers', '1e999'),
    text('a record of numbers beyond all numbers', '{"revision":1e999,"createRevision":-1e999,"count":1e999}'),
    text('a byte order mark', '\ufeff{}'),
    ['broken UTF-8', Buffer.from([0xff, 0xfe, 0xc3, 0x28])],
    ['a text of broken UTF-8', Buffer.from([0x22, 0xc3, 0x28, 0x22])],
    ['random bytes', Buffer.from(Array.from({ length: 512 }, (_, n) => (n * 7919) % 256))],
    text('half a surrogate', '{"Name":"\\ud800","message":"\\udfff"}'),
    ...ODD.map(([what, value]) => json(`nothing but ${what}`, value)),
    text('a prototype', '{"__proto__":{"Tags":[],"status":"ok"},"constructor":{"prototype":{"polluted":true}}}'),
    text('a list with a prototype', '[{"__proto__":[]}]'),
    text('a map of its own methods', '{"toString":1,"valueOf":2,"hasOwnProperty":3,"toJSON":4,"then":5,"length":-1}'),
    text('100,000 lists in one another', '['.repeat(100_000) + ']'.repeat(100_000)),
    text('100,000 maps in one another', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)),
    text('1,000 lists in one another', '['.repeat(1_000) + ']'.repeat(1_000)),
    text('lists that never end', '['.repeat(500_000)),
    json('a text of 1 MiB', 'x'.repeat(1_000_000)),
    text('1 MiB of unknown attributes', `{${Array.from({ length: 60_000 }, (_, n) => `"attr${n}":${n}`).join(',')}}`),
    json(
      'a list of 200,000',
      Array.from({ length: 200_000 }, () => 1),
    ),
    text('1 MiB of quotes', '"'.repeat(1_000_000)),
    text('1 MiB of escapes', `"${'\\u0000'.repeat(160_000)}"`),
    ['1 MiB of zero bytes', Buffer.alloc(1_000_000)],
    packed('a packed text', 'x'),
    packed('a packed null', null),
    packed('vitals of no columns', { v: 1 }),
    packed('vitals of another version', { v: 2, generation: 1, names: ['web'] }),
    packed('an index of numbers', { v: 1, generation: 1, names: [1, 2] }),
    packed('an index of 100,000 names', {
      v: 1,
      generation: 1,
      names: Array.from({ length: 100_000 }, (_, n) => `m${n}`),
    }),
    packed('an index of hostile names', {
      v: 1,
      generation: 1,
      names: ['__proto__', 'constructor', '', '../..', 'a/b'],
    }),
    packed('vitals with a count beyond all', columns({ counts: [1e15] })),
    packed('vitals with a negative count', columns({ counts: [-1] })),
    packed('vitals with texts for times', columns({ times: ['x'] })),
    packed('vitals with a time that is no date', columns({ times: [1e300] })),
    packed('vitals with a latency that is a list', columns({ latencies: [[]] })),
    packed('vitals of an unknown status', columns({ statuses: 'z' })),
    packed('vitals due never', columns({ dues: [null] })),
    packed('vitals with a position beyond the index', columns({ names: [5] })),
    packed(
      'vitals with texts where lists belong',
      columns({ performance: { 0: 'x' }, messages: { 0: 7 }, phased: 'x' }),
    ),
    packed('vitals that measured maps', columns({ performance: { 0: [{ label: {}, value: 'x' }] } })),
    ['a bomb', deflateRawSync(Buffer.alloc(64 * 1_048_576, 0x20))],
    ['a bomb that is JSON', deflateRawSync(`[${'0,'.repeat(7_000_000)}0]`)],
  ]);
let made: readonly HostileValue[] | undefined;

function columns(more: object): object {
  return {
    v: 1,
    at: 1_790_000_000_000,
    generation: 1,
    counts: [1],
    times: [5],
    latencies: [12],
    statuses: 'o',
    dues: [10_000],
    ...more,
  };
}

/**
 * Values that may be under a key because somebody wrote them by hand, with other software or with a stolen credential: 88 and more.
 * Some of them are valid except for one attribute, each attribute in turn.
 */
export function hostileValues(whole: Buffer): HostileValue[] {
  return [...anywhere(), ...spoiled(whole)];
}

/** The content of a record, and how it is encoded. */
function opened(whole: Buffer): { record: Record<string, unknown>; write: typeof json } | undefined {
  for (const [unpack, write] of [
    [(bytes: Buffer) => bytes, json],
    [inflateRawSync, packed],
  ] as const) {
    try {
      return { record: JSON.parse(unpack(whole).toString()) as Record<string, unknown>, write };
    } catch {
      // Not written that way.
    }
  }
  return undefined;
}

function spoiled(whole: Buffer): HostileValue[] {
  const { record, write } = opened(whole) ?? { record: {}, write: json };
  const names = Object.keys(record);
  const beside = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`more${n}`, n]));
  return [
    ...cut(whole),
    ...names.map((name) => write(`without ${name}`, { ...record, [name]: undefined })),
    ...names.flatMap((name) => ODD.map(([what, odd]) => write(`${name} being ${what}`, { ...record, [name]: odd }))),
    ...names.map((name) => write(`${name} of 300 kB`, { ...record, [name]: 'x'.repeat(300_000) })),
    ...names.map((name) => write(`${name} in a list`, { ...record, [name]: [record[name]] })),
    write('every attribute null', Object.fromEntries(names.map((name) => [name, null]))),
    write('of a newer version', { ...record, aNewerVersionsOwn: { deep: [1, { deeper: true }] }, v: 99 }),
    write('with 20,000 attributes beside', { ...record, ...beside }),
    text(
      'with something 500 levels deep beside',
      whole.toString().replace(/^\{/, `{"deep":${'['.repeat(500)}${']'.repeat(500)},`),
    ),
    write('in a list', [record]),
  ];
}

function cut(whole: Buffer): HostileValue[] {
  return [
    ['its first half', whole.subarray(0, whole.length >>> 1)],
    ['itself twice', Buffer.concat([whole, whole])],
  ];
}
