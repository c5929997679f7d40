import { describe, expect, it } from '@jest/globals';
import { describeFault, type ConfigFault, quoteOf } from './entry.js';
import { parseFile } from './parse-file.js';

const web = '{type: http, host: shop.example.com, interval: 10s}';

function parsed(text: string | Buffer, strict = false) {
  const faults: ConfigFault[] = [];
  const file = parseFile('a.yaml', Buffer.from(text), faults, strict);
  return {
    names: file.entries.map(({ name }) => name).sort(),
    entries: file.entries,
    ours: file.ours,
    faults: faults.map(describeFault),
  };
}

describe('a name', () => {
  it.each([
    '01067',
    '010',
    '1.20',
    '1.0',
    '12e7',
    '0x1F',
    '0o17',
    '12345678901234567890',
    '1_000',
    '+1',
    '-0',
    '.5',
    '.inf',
    '.nan',
    'null',
    '~',
    'true',
    'False',
    'yes',
    '2026-01-01',
    '1:30',
    '1e400',
    '__proto__',
  ])('is %s as it is written', (name) => {
    const { names, faults, entries } = parsed(`monitor:\n  ${name}: ${web}\n`);
    expect(faults).toEqual([]);
    expect(names).toEqual([name]);
    expect(entries[0]).toMatchObject({ line: 2, raw: { host: 'shop.example.com' } });
  });

  it.each([
    ['010', '10'],
    ['10', '010'],
    ['1.0', '1'],
    ['0x1F', '31'],
    ['true', 'True'],
    ['null', '~'],
    ['12345678901234567890', '12345678901234567891'],
  ])('%s is not %s', (one, other) => {
    expect(parsed(`monitor:\n  ${one}: ${web}\n  '${other}': ${web}\n`)).toMatchObject({
      names: [one, other].sort(),
      faults: [],
    });
    expect(parsed(`monitor:\n  ${one}: ${web}\n  ${other}: ${web}\n`)).toMatchObject({
      names: [one, other].sort(),
      faults: [],
    });
  });

  it.each([
    ['10', "'10'"],
    ['true', '"true"'],
    ['a', "'a'"],
    ['1.0', '1.0'],
    ['null', "'null'"],
    ['? a\n  ', 'a'],
  ])('%s is %s', (one, other) => {
    const { faults } = parsed(`monitor:\n  ${one}: ${web}\n  ${other}: ${web}\n`);
    expect(faults).toEqual([expect.stringMatching(/^a\.yaml:\d: Map keys must be unique; ".*" appears twice$/)]);
  });

  it('is as written in every map', () => {
    const text = `monitor:\n  web:\n    expect-headers: {010: a, 1.0: b, true: c, null: d, 2026-01-01: e}\n    interval: 10s\n`;
    const { entries, faults } = parsed(text);
    expect(faults).toEqual([]);
    expect(entries[0]?.raw).toEqual({
      'expect-headers': { '010': 'a', '1.0': 'b', true: 'c', null: 'd', '2026-01-01': 'e' },
      interval: '10s',
    });
  });

  it('may be an alias of a text, and is that text', () => {
    const text = `x-name: &name 010\nmonitor:\n  *name : ${web}\n`;
    expect(parsed(text)).toMatchObject({ names: ['010'], faults: [] });
  });

  it.each([
    ['a template that nobody filled in', `monitor:\n  {{name}}: ${web}\n`, 2],
    ['a map', `monitor:\n  {a: b}: ${web}\n`, 2],
    ['a list', `monitor:\n  [a, b]: ${web}\n`, 2],
    ['a map behind a question mark', `monitor:\n  ? {a: 1}\n  : ${web}\n`, 2],
    ['a list in an inner map', `monitor:\n  web:\n    expect-headers:\n      [x]: y\n`, 4],
    ['a map at the top', `{a: b}: c\nmonitor:\n  web: ${web}\n`, 1],
    ['an alias of a map', `x-common: &common {a: b}\nmonitor:\n  *common : ${web}\n`, 3],
    ['missing', `monitor:\n  : ${web}\n`, 2],
    ['missing behind a question mark', `monitor:\n  ?\n  : ${web}\n`, 2],
  ])('that is %s is refused with its line', (_what, text, line) => {
    const { faults, names } = parsed(text);
    expect(names).toEqual([]);
    expect(faults).toEqual([expect.stringMatching(new RegExp(`^a\\.yaml:${line}: .*name.*quotes`))]);
  });
});

describe('aliases', () => {
  const many = (count: number) =>
    `x-often: &often {type: http, interval: 10s, tags: &tags [a, b]}\nmonitor:\n` +
    Array.from({ length: count }, (_, n) => `  web-${n}: {<<: *often, host: shop${n}.example.com}\n`).join('');

  it.each([99, 100, 101, 1_000, 5_000])('of one anchor may be %d', (count) => {
    const { entries, faults } = parsed(many(count));
    expect(faults).toEqual([]);
    expect(entries).toHaveLength(count);
    expect(entries.at(-1)?.raw).toMatchObject({ type: 'http', host: `shop${count - 1}.example.com`, tags: ['a', 'b'] });
  });

  it('may be inside of what an anchor names', () => {
    const text =
      `x-tags: &tags [a]\nx-base: &base {type: http, tags: *tags}\nx-often: &often {<<: *base, interval: 10s}\nmonitor:\n` +
      Array.from({ length: 500 }, (_, n) => `  web-${n}: {<<: [*often, *base], host: h}\n`).join('');
    expect(parsed(text)).toMatchObject({ faults: [], names: { length: 500 } });
  });

  const bombs: [string, string][] = [
    [
      'a billion laughs',
      Array.from(
        { length: 9 },
        (_, n) =>
          `x-${n}: &l${n} [${Array(9)
            .fill(n === 0 ? 'lol' : `*l${n - 1}`)
            .join(', ')}]\n`,
      ).join(''),
    ],
    [
      'a billion laughs of maps',
      Array.from(
        { length: 12 },
        (_, n) =>
          `x-${n}: &l${n} {${'abcdefgh'
            .split('')
            .map((k) => `${k}: ${n === 0 ? 'lol' : `*l${n - 1}`}`)
            .join(', ')}}\n`,
      ).join(''),
    ],
    [
      'a billion merges',
      Array.from(
        { length: 30 },
        (_, n) =>
          `x-${n}: &l${n} {${n === 0 ? 'a: b' : `<<: [*l${n - 1}, *l${n - 1}], k: [*l${n - 1}, *l${n - 1}]`}}\n`,
      ).join(''),
    ],
    ['a quadratic blow-up', `x-0: &long [${'a,'.repeat(5_000)}]\nx-1: [${'*long,'.repeat(5_000)}]\n`],
  ];
  it.each(bombs)('that make %s are refused at once, with the limit', (_what, bomb) => {
    const since = performance.now();
    const { faults, entries } = parsed(`${bomb}monitor:\n  web: ${web}\n`);
    expect(performance.now() - since).toBeLessThan(5_000);
    expect(entries).toEqual([]);
    expect(faults).toEqual([expect.stringMatching(/^a\.yaml:\d+: .*aliases.*more than 2000000/)]);
  });

  it.each([
    ['names what holds it', 'x-a: &a [*a]\n', 1],
    ['names what holds it, from further inside', 'x-a: &a\n  b:\n    c: [*a]\n', 3],
    ['names nothing', 'x-a: *nothing\n', 1],
  ])('that %s is refused with its line', (_what, text, line) => {
    expect(parsed(`${text}monitor:\n  web: ${web}\n`).faults).toEqual([
      expect.stringMatching(`^a\\.yaml:${line}: .*alias`),
    ]);
  });
});

describe('documents', () => {
  it.each([
    ['at the end', `monitor:\n  web: ${web}\n---\n`],
    ['at the end with a comment', `monitor:\n  web: ${web}\n---\n# nothing\n`],
    ['at the end, closed', `monitor:\n  web: ${web}\n...\n---\n...\n`],
    ['at the beginning', `---\n# generated\n---\nmonitor:\n  web: ${web}\n`],
    ['in the middle', `monitor:\n  web: ${web}\n---\n---\n---\nalerter:\n`],
    ['that say null', `--- null\n---\n~\n---\nmonitor:\n  web: ${web}\n`],
    ['after a directive', `%YAML 1.2\n---\n---\nmonitor:\n  web: ${web}\n`],
  ])('that are empty count as nothing: %s', (_where, text) => {
    expect(parsed(text)).toMatchObject({ names: ['web'], faults: [], ours: true });
  });

  it.each(['', '# nothing\n', 'null\n', '---\n', '---\n---\n', '~', 'x-common: &common {interval: 10s}\n', '\n\n'])(
    '%j is a file of ours without an entry',
    (text) => {
      expect(parsed(text)).toMatchObject({ names: [], faults: [], ours: true });
      expect(parsed(text, true)).toMatchObject({ names: [], faults: [] });
    },
  );

  it.each([
    ['compose', 'services:\n  web: {image: nginx}\nvolumes: {}\n'],
    ['values', 'replicaCount: 1\nmonitoring: {enabled: true}\nimage: {tag: 1.20}\n'],
    ['a workflow', 'name: CI\non: [push]\njobs: {build: {steps: []}}\n'],
    ['manifests', 'apiVersion: v1\nkind: Service\n---\napiVersion: v1\nkind: ConfigMap\n---\n'],
    ['prometheus', 'global: {}\nalerting: {alertmanagers: []}\nscrape_configs: []\n'],
    ['a playbook', '- hosts: all\n  tasks: []\n'],
    ['a text', 'just a text\n'],
    ['tags of its own', 'Resources:\n  A: !Ref B\n  C: !Sub "${A}"\n'],
    ['names that are collections', 'a:\n  {{name}}: b\n'],
    ['aliases beyond the limit', `a: &long [${'a,'.repeat(5_000)}]\nb: [${'*long,'.repeat(5_000)}]\n`],
  ])('of other programs are skipped, unless it is strict: %s', (_what, text) => {
    expect(parsed(text)).toMatchObject({ ours: false, names: [], faults: [] });
    expect(parsed(text, true).faults).not.toEqual([]);
  });

  it.each([
    ['beside an entry', `monitor:\n  web: ${web}\nservices: {}\n`],
    ['in a document beside one with an entry', `monitor:\n  web: ${web}\n---\nservices: {}\n`],
    ['in a document before one with an entry', `- a\n---\nalerter: {}\n`],
    ['beside an empty kind', 'alerter:\nother: 1\n'],
    ['that is nearly a kind', 'monitors:\n  web: {}\n'],
    ['that is nearly a kind beside others', 'version: 1\nalerters:\n  web: {}\n'],
    ['that is a kind in capitals', 'Monitor:\n  web: {}\n'],
    ['that cannot be parsed', 'services: [\n'],
  ])('with unknown attributes are refused: %s', (_what, text) => {
    expect(parsed(text).faults).not.toEqual([]);
  });
});

describe('a file that is not UTF-8', () => {
  it.each([
    ['ISO 8859-1', Buffer.from(`monitor:\n  web: {expect: "Z\xfcrich"}\n`, 'latin1'), 2, /byte 0xfc/],
    ['cut in a character', Buffer.from('monitor:\n  a: "ü"\n').subarray(0, 16), 2, /byte 0xc3/],
    ['of surrogates', Buffer.from([0x61, 0x0a, 0x0a, 0xed, 0xa0, 0x80]), 3, /byte 0xed/],
    ['of overlong forms', Buffer.from([0xc0, 0xaf]), 1, /byte 0xc0/],
    ['compressed', Buffer.from([0x1f, 0x8b, 0x08, 0x00]), 1, /byte 0x8b/],
    ['UTF-16, little end first', Buffer.from('\ufeffmonitor:\n', 'utf16le'), 1, /UTF-16/],
    ['UTF-16, big end first', Buffer.from('\ufeffmonitor:\n', 'utf16le').swap16(), 1, /UTF-16/],
    ['UTF-16 without a mark', Buffer.from('monitor:\n', 'utf16le'), 1, /UTF-16/],
  ])('is refused with the line: %s', (_what, bytes, line, why) => {
    const { faults, names } = parsed(bytes);
    expect(names).toEqual([]);
    expect(faults).toEqual([expect.stringMatching(new RegExp(`^a\\.yaml:${line}: .*UTF-8`))]);
    expect(faults[0]).toMatch(why);
  });

  it('may begin with a byte order mark, and have any character', () => {
    const { entries, faults } = parsed(`\ufeffmonitor:\n  'größe-日本-😀': {expect: "Zürich \ufffd"}\n`);
    expect(faults).toEqual([]);
    expect(entries[0]).toMatchObject({ name: 'größe-日本-😀', raw: { expect: 'Zürich \ufffd' } });
  });
});

it.each(['['.repeat(100_000), '['.repeat(20_000) + ']'.repeat(20_000), '{a: '.repeat(20_000) + '}'.repeat(20_000)])(
  'refuses excessive nesting, in words',
  (nested) => {
    expect(parsed(`monitor: ${nested}`).faults[0]).toMatch(/^a\.yaml(?::1)?: it is nested too deeply/);
  },
);

describe('shows the line of a fault', () => {
  const quoted = (text: string, path: readonly string[]): string[] => {
    const [entry] = parsed(text).entries;
    return quoteOf({ file: 'a.yaml', message: 'x', place: entry?.placeOf(path) });
  };

  it.each([
    ['monitor:\n  web:\n    type: http\n    intervall: 10s\n', '  4 |     intervall: 10s', '    |     ^^^^^^^^^'],
    [
      'monitor:\n  web: &a {type: http, intervall: 10s}\n',
      '  2 |   web: &a {type: http, intervall: 10s}',
      '    |                        ^^^^^^^^^',
    ],
    ['monitor:\n  web: {"intervall": 1}\n', '  2 |   web: {"intervall": 1}', '    |         ^^^^^^^^^^^'],
  ])('%j', (text, line, marks) => {
    expect(quoted(text, ['intervall'])).toEqual([line, marks]);
  });

  it('cuts a long line on both sides, and replaces terminal controls by spaces', () => {
    const long = `monitor:\n  web: {description: "${'\u202e'.repeat(200)}", intervall: 1, url: "${'y'.repeat(200)}"}\n`;
    const [line = '', marks = ''] = quoted(long, ['intervall']);
    expect(line).toMatch(/^ {2}2 \| … +", intervall: 1, url: "y+…$/);
    expect(line.slice(marks.indexOf('^'), marks.lastIndexOf('^') + 1)).toBe('intervall');
  });

  it('of invalid YAML, too', () => {
    const faults: ConfigFault[] = [];
    parseFile('a.yaml', Buffer.from('monitor:\n  web: "a" b\n'), faults);
    expect(quoteOf(faults[0] as ConfigFault)[0]).toMatch(/^ {2}\d \| /);
  });
});

it('a line has one syntax error: the others follow from it', () => {
  const { faults } = parsed('monitor:\n  web:\n    type: http\n\tinterval: 10s\n');
  expect(faults).toEqual(['a.yaml:4: Tabs are not allowed as indentation']);
});
