/** Values of every size and depth, for every place of a request. Schema fuzzers vary the content; this varies the amount. */

export type Random = () => number;

/** The same for the same seed (mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T;
}

/** From 0 to `most`, small as often as large. */
export function sizeUpTo(random: Random, most: number): number {
  return Math.floor(Math.exp(random() * Math.log(most + 1))) - 1 + Math.round(random());
}

const PIECES = [
  ' ',
  'a',
  '0',
  '-',
  '.',
  ',',
  '"',
  "'",
  '\\',
  '/',
  '(',
  '[',
  '{',
  '%',
  '&',
  '=',
  '#',
  ':',
  '\t',
  'é',
  '😀',
  '\u202e',
  '\u0000',
  '1.',
  ' -',
  'a,',
  '10s',
  '${env:',
  '{{',
  '(a*)*',
  '.*',
];

export function longText(random: Random, most: number): string {
  const piece = pick(random, PIECES);
  return piece.repeat(Math.max(1, Math.floor(sizeUpTo(random, most) / piece.length)));
}

const NAMES = ['__proto__', 'constructor', 'toString', 'type', 'interval', 'host', 'options', 'headers', 'tags', 'a'];

/** JSON text rather than a value: JSON.stringify cannot write such nesting. */
export function anyJson(random: Random, most: number): string {
  switch (Math.floor(random() * 9)) {
    case 0: {
      const [open, close] = pick(random, [
        ['[', ']'],
        ['{"a":', '}'],
        ['[{"type":', '}]'],
        ['{"options":[', ']}'],
      ] as const);
      const depth = Math.floor(sizeUpTo(random, most) / (open.length + close.length));
      return `${open.repeat(depth)}1${close.repeat(depth)}`;
    }
    case 1:
      return pick(random, ['[', '{"a":', '"', '{', '', ' ', '1e', '-', 'nul', '\\']).repeat(sizeUpTo(random, most / 8));
    case 2: {
      const value = anyScalar(random);
      return `{${Array.from({ length: sizeUpTo(random, most / 20) }, (_, n) => `"${pick(random, ['a', 'attribute-'])}${n}":${value}`).join(',')}}`;
    }
    case 3:
      return `[${Array.from({ length: sizeUpTo(random, most / 6) }, () => anyScalar(random)).join(',')}]`;
    case 4:
      return JSON.stringify({ [longText(random, most)]: 1 });
    case 5:
      return JSON.stringify(longText(random, most));
    case 6:
      return `{"a":1${'0'.repeat(sizeUpTo(random, most))}}`;
    case 7:
      return `{${Array.from({ length: sizeUpTo(random, most / 4) }, () => `"${pick(random, NAMES)}":${anyScalar(random)}`).join(',')}}`;
    default:
      return anyScalar(random);
  }
}

function anyScalar(random: Random): string {
  return pick(random, ['null', 'true', '1', '-0', '1e999', '""', '"x"', '{}', '[]', '{"__proto__":1}']);
}

/** A configuration in which one attribute, or an additional one, is excessively large. All of its targets are on loopback. */
export function swollenConfig(
  random: Random,
  most: number,
  base: Record<string, unknown>,
  attributes: readonly string[],
): string {
  const attribute = pick(random, [...attributes, ...NAMES]);
  const rest = Object.entries(base).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  const value = random() < 0.5 ? JSON.stringify(longText(random, most)) : anyJson(random, most);
  return `{${[...rest, `${JSON.stringify(attribute)}:${value}`].join(',')}}`;
}
