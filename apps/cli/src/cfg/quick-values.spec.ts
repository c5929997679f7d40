import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { quickValues } from './quick-values.js';
import { YamlValues } from './yaml-value.js';

/** The library's value of a text, or why it refuses it. */
function byLibrary(text: string): { value: unknown } | { refused: string } {
  const documents = [...parseAllDocuments(text, { merge: true, prettyErrors: false, uniqueKeys: false })];
  const problem = documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])[0];
  if (problem) return { refused: problem.message };
  if (documents.length > 1) return { refused: `${documents.length} documents` };
  try {
    return { value: new YamlValues().of(documents[0]?.contents ?? null) };
  } catch (error) {
    return { refused: String(error) };
  }
}

const agree = (text: string): void => {
  const quick = quickValues(text);
  if (quick) expect([text, quick]).toEqual([text, byLibrary(text)]);
};

describe('the fast parser for the values of a file', () => {
  it.each([
    'monitor:\n  web:\n    type: http\n    interval: 10s\n    port: 8080\n    tags: [shop, "tier 1"]\n',
    "---\n# a comment\nmonitor: # here too\n  'a b': {type: tcp, host: localhost, port: 1, tags: [a, b]}\n\n  c d:\n    url: http://x/y?z\n",
    'a:\n- x\n- y: 1\n  z: 2\n-   w: true\nb: ~\nc:\n',
    'a:\n  - -1.5\n  - 127.0.0.1\n  - 10s\n  - ""\nb: {}\nc: []\nd: [[1, 2], {e: [3]}]\n',
    '日本: ü\nx: a\u00a0b\n',
    '',
    '# nothing\n',
  ])('handles %j', (text) => {
    expect(quickValues(text)).toEqual(byLibrary(text));
    expect(quickValues(text)).toBeDefined();
  });

  it.each([
    ...[
      'a: &x 1\nb: *x',
      'a: |\n  text',
      'a: >-\n  text',
      'a: one\n  two',
      'a: "one\n  two"',
      'a: !!str 1',
      '<<: {a: 1}',
    ],
    ...[
      'a: 1\na: 2',
      'a: "\\n"',
      "a: 'it''s'",
      'a:\tb',
      'a: b\r\n',
      '\ufeffa: b',
      'a: 0x1F',
      'a: 010',
      'a: 1e3',
      'a: .inf',
    ],
    ...[
      'a: True',
      'a: b: c',
      'a: {b:c}',
      'a: [b',
      'a: [b] c',
      'a: "b" c',
      '? a\n: b',
      'a: 1\n---\nb: 2',
      '%YAML 1.1\n---\na: 1',
    ],
    ...['a: [x,, y]', 'a: "x # y" # z', '- - a', 'a\n', 'a: @x', 'a: `x`', 'a: %x', '{"a":1}', 'a:\n  b: 1\n c: 2'],
  ])('leaves %j to the library', (text) => {
    expect(quickValues(text)).toBeUndefined();
  });

  it("gives the library's value, or none", () => {
    const word = fc.constantFrom(
      ...[
        'a',
        'b c',
        '10s',
        '1',
        '-1',
        '0',
        '01',
        '1.0',
        '1.',
        'null',
        '~',
        'true',
        'Yes',
        '127.0.0.1',
        'http://x:80/y',
        'a:b',
        'x#y',
        'x #y',
      ],
      ...[
        '"q"',
        "'q'",
        '"q # r"',
        "'",
        '"',
        '-',
        '- ',
        '?',
        ':',
        '&a',
        '*a',
        '!t',
        '|',
        '>',
        '%',
        '@',
        '`',
        ',',
        '[',
        ']',
        '{',
        '}',
        '#',
        ' ',
        '  ',
      ],
      ...[
        '[a, b]',
        '[a,b]',
        '[ a , "b" ]',
        '[]',
        '{}',
        '{a: 1}',
        '{a: 1, b: [c]}',
        '{a: 1 , }',
        '[a, ]',
        '[a b]',
        '{a}',
        '{a: }',
        '[a]:',
        '\u00a0',
        'é',
      ],
    );
    const key = fc.constantFrom(
      'a: ',
      'b: ',
      'c:',
      '"d": ',
      "'e': ",
      'f g: ',
      '- ',
      '- a: ',
      '-   b: ',
      '',
      'a : ',
      '<<: ',
      '1: ',
      '? ',
      'a:',
    );
    const line = fc
      .tuple(fc.integer({ min: 0, max: 6 }), key, fc.array(word, { maxLength: 2 }))
      .map(([indent, name, words]) => ' '.repeat(indent) + name + words.join(''));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 7 }), (lines) => agree(lines.join('\n'))),
      { numRuns: 3_000 },
    );
  });
});
