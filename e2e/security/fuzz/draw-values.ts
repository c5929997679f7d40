import type { HostileValue } from '@9volt/etcd-dal/testing';

/** Values to write, by key. */
export type Candidates = ReadonlyMap<string, readonly HostileValue[]>;

/** Unusual names, for keys of every kind. */
export const STRANGE_NAMES = [
  ...[
    '__proto__',
    'constructor',
    'toString',
    'a/b',
    'a//b',
    '/',
    '.',
    '..',
    '%2e%2e',
    ' ',
    '\n',
    '\r\nX-Evil: 1',
    '\0',
  ],
  ...[
    '\u202egnp.exe',
    '\u200b',
    '😀',
    'é',
    'e\u0301',
    'NaN',
    '-1',
    '1e400',
    'x'.repeat(5_000),
    '<script>',
    '"',
    "';--",
  ],
];

/** A generator of Lewis, Goodman and Miller: the same seed draws the same. */
export function drawing(seed: number): <T>(from: readonly T[], count: number) => T[] {
  let state = (Math.abs(seed) % 2_147_483_646) + 1;
  const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  return (from, count) => {
    const left = [...from];
    const drawn: (typeof left)[number][] = [];
    while (drawn.length < count && left.length > 0) drawn.push(...left.splice(Math.floor(next() * left.length), 1));
    return drawn;
  };
}

/** Rounds of one value for each key, until each value of each key was written. */
export function* roundsOf(values: Candidates): Generator<[string, Map<string, Buffer>]> {
  const most = Math.max(0, ...[...values.values()].map(({ length }) => length));
  for (let n = 0; n < most; n++) {
    const round = [...values].flatMap(([key, of]) => {
      const value = of[n];
      return value ? [{ key, what: value[0], bytes: value[1] }] : [];
    });
    const whats = [...new Set(round.map(({ what }) => what))].join(' | ');
    yield [whats, new Map(round.map(({ key, bytes }) => [key, bytes]))];
  }
}
