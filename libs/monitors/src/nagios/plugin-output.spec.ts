import { describe, expect, it, test } from '@jest/globals';
import { MAX_PERFORMANCE_VALUES } from '@9volt/contracts';
import fc from 'fast-check';
import { parsePluginOutput } from './plugin-output.js';

describe('the output of a plugin', () => {
  it.each([
    ['', '', []],
    ['OK\n', 'OK', []],
    ['OK - all well|\n', 'OK - all well', []],
    ['DISK OK | /=2643MB;5948;5958;0;5968\n', 'DISK OK', [['/', 2643, 'MB', '5948', '5958', 0, 5968]]],
    [
      'OK|time=0.01s;;;0.0 size=12B;;;0',
      'OK',
      [
        ['time', 0.01, 's', , , 0],
        ['size', 12, 'B', , , 0],
      ],
    ],
    [
      "OK|'two words'=1 'it''s'=2%",
      'OK',
      [
        ['two words', 1],
        ["it's", 2, '%'],
      ],
    ],
    [
      'OK|a=U b=-1.5 c=.5 d=1e-05s',
      'OK',
      [
        ['a', null],
        ['b', -1.5],
        ['c', 0.5],
        ['d', 1e-5, 's'],
      ],
    ],
    ['OK|load=1;~:5;@10:20;;', 'OK', [['load', 1, , '~:5', '@10:20']]],
    ['first\nlong 1\nlong 2', 'first\nlong 1\nlong 2', []],
    [
      'DISK OK - free space: / 3326 MB (56%); | /=2643MB;5948\n/ 15272 MB (77%);\n/boot 68 MB (69%); | /boot=68MB\n/home=69357MB\n/var=819MB',
      'DISK OK - free space: / 3326 MB (56%);\n/ 15272 MB (77%);\n/boot 68 MB (69%);',
      [
        ['/', 2643, 'MB', '5948'],
        ['/boot', 68, 'MB'],
        ['/home', 69_357, 'MB'],
        ['/var', 819, 'MB'],
      ],
    ],
    // As plugins write in a locale with decimal commas.
    [
      'OK|a=1,5s;2,5;3,5;0,0;9,5 b=-,5 c=1,5e3',
      'OK',
      [
        ['a', 1.5, 's', '2,5', '3,5', 0, 9.5],
        ['b', -0.5],
        ['c', 1_500],
      ],
    ],
    ['OK|a=1,b=2 c=1,000,000 d=1', 'OK', [['d', 1]]],
    ['OK\r\nmore\r\n', 'OK\nmore', []],
  ])('%j', (output, text, values) => {
    const performance = values.map(([label, value, unit, warn, crit, min, max]) =>
      JSON.parse(JSON.stringify({ label, value, unit, warn, crit, min, max })),
    );
    expect(parsePluginOutput(output)).toEqual({ text, performance });
  });

  it.each([
    ['no value', 'a= b=x c b=1'],
    ['no label', "=3 ''=4 b=1"],
    ['a value that is none', 'a=1,5,0 a=0x1 a=Infinity b=1'],
    ['a quote that stays open', "b=1 'a b=2"],
    ['a quoted label without a value', "'a' 'c'x=3 b=1"],
  ])('skips only the item with %s', (_what, data) => {
    expect(parsePluginOutput(`OK|${data}`).performance).toEqual([{ label: 'b', value: 1 }]);
  });

  it.each([
    ['opens and stays open', "'a=1 b=2 c=3", ['a', 'b', 'c']],
    ['opens and stays open behind others', "b=2 'a=1 c=3", ['b', 'a', 'c']],
    ['opens, before one that is written well', "'a=1 'b c'=2 d=3", ['a', 'b c', 'd']],
    ['closes before its label ends', "'a'b=1 c=2", ['c']],
    ['is empty', "''=1 c=2", ['c']],
    ['is doubled and stays open', "'it''s a=1 c=2", ['a', 'c']],
    ['stands alone', "' c=2", ['c']],
    ['stands at the end', "c=2 '", ['c']],
    ['is inside', "it's=1 c=2", ["it's", 'c']],
    ['is behind', "a'=1 c=2", ["a'", 'c']],
    ['opens before spaces', "'   c=2", ['c']],
    ['opens in front of a quoted label', "''a b'=1 c=2", ['c']],
  ])('continues behind a quote that %s', (_what, data, labels) => {
    const found = parsePluginOutput(`OK|${data}`).performance.map(({ label }) => label);
    expect(found.filter((label) => label !== "b'")).toEqual(labels);
  });

  // By https://www.monitoring-plugins.org/doc/guidelines.html (2.6), and what plugins write beside it.
  it.each<[string, string, object[]]>([
    [
      'a value that no number can hold',
      'a=1e400 b=-1e999 c=9'.concat(`9`.repeat(400), ' d=1'),
      [{ label: 'd', value: 1 }],
    ],
    ['a value that is almost nothing', 'a=1e-400', [{ label: 'a', value: 0 }]],
    [
      'bounds that are none',
      'a=1;;;0x10;1e400 b=1;;;-inf;nan c=1;;;;',
      [
        { label: 'a', value: 1 },
        { label: 'b', value: 1 },
        { label: 'c', value: 1 },
      ],
    ],
    ['bounds with a unit', 'a=1MB;;;0MB;9.5MB', [{ label: 'a', value: 1, unit: 'MB' }]],
    [
      'a label with an equals sign',
      "'a=b'=1 'c = d'=2",
      [
        { label: 'a=b', value: 1 },
        { label: 'c = d', value: 2 },
      ],
    ],
    ['an equals sign too many', 'a=b=1 c==2 d=3', [{ label: 'd', value: 3 }]],
    [
      'a label of other alphabets',
      "'Größe auf /'=1 温度=21.5C 'a🔥'=2",
      [
        { label: 'Größe auf /', value: 1 },
        { label: '温度', value: 21.5, unit: 'C' },
        { label: 'a🔥', value: 2 },
      ],
    ],
    [
      'paths and drives',
      "/=1MB;2;3;0;4 /var/log=2MB 'C:\\ %'=5%;80;90",
      [
        { label: '/', value: 1, unit: 'MB', warn: '2', crit: '3', min: 0, max: 4 },
        { label: '/var/log', value: 2, unit: 'MB' },
        { label: 'C:\\ %', value: 5, unit: '%', warn: '80', crit: '90' },
      ],
    ],
    [
      'all units',
      'a=1s b=2us c=3ms d=4% e=5B f=6KB g=7TB h=8c i=9',
      [
        { label: 'a', value: 1, unit: 's' },
        { label: 'b', value: 2, unit: 'us' },
        { label: 'c', value: 3, unit: 'ms' },
        { label: 'd', value: 4, unit: '%' },
        { label: 'e', value: 5, unit: 'B' },
        { label: 'f', value: 6, unit: 'KB' },
        { label: 'g', value: 7, unit: 'TB' },
        { label: 'h', value: 8, unit: 'c' },
        { label: 'i', value: 9 },
      ],
    ],
    [
      'units of their own',
      'a=1.5°C b=2€ c=3req/s d=4Ω',
      [
        { label: 'a', value: 1.5, unit: '°C' },
        { label: 'b', value: 2, unit: '€' },
        { label: 'c', value: 3, unit: 'req/s' },
        { label: 'd', value: 4, unit: 'Ω' },
      ],
    ],
    [
      'all ranges',
      'a=1;10;20 b=1;10:;20: c=1;~:10;~:20 d=1;10:20;@10:20 e=1;-5:5;-1.5:1e3',
      [
        { label: 'a', value: 1, warn: '10', crit: '20' },
        { label: 'b', value: 1, warn: '10:', crit: '20:' },
        { label: 'c', value: 1, warn: '~:10', crit: '~:20' },
        { label: 'd', value: 1, warn: '10:20', crit: '@10:20' },
        { label: 'e', value: 1, warn: '-5:5', crit: '-1.5:1e3' },
      ],
    ],
    [
      'semicolons too many',
      'a=1;2;3;4;5;6;7;;; b=2',
      [
        { label: 'a', value: 1, warn: '2', crit: '3', min: 4, max: 5 },
        { label: 'b', value: 2 },
      ],
    ],
    [
      'commas between the items',
      'a=1, b=2, c=3',
      [
        { label: 'a', value: 1 },
        { label: 'b', value: 2 },
        { label: 'c', value: 3 },
      ],
    ],
    [
      'tabs, and spaces at both ends',
      '\t a=1\tb=2   c=3  ',
      [
        { label: 'a', value: 1 },
        { label: 'b', value: 2 },
        { label: 'c', value: 3 },
      ],
    ],
    [
      'an unknown value with ranges',
      'a=U;10;20;0;30 b=u c=Us d=1',
      [
        { label: 'a', value: null, warn: '10', crit: '20', min: 0, max: 30 },
        { label: 'd', value: 1 },
      ],
    ],
    [
      'signs',
      'a=+5 b=-5 c=--5 d=+-5 e=- f=+',
      [
        { label: 'a', value: 5 },
        { label: 'b', value: -5 },
      ],
    ],
    [
      'points',
      'a=5. b=.5 c=. d=1.2.3 e=1..2 f=,5',
      [
        { label: 'a', value: 5 },
        { label: 'b', value: 0.5 },
        { label: 'f', value: 0.5 },
      ],
    ],
    ['groups of thousands', 'a=1,000,000 b=1.000.000 c=1.000,5 d=1', [{ label: 'd', value: 1 }]],
    ['words for numbers', 'a=nan b=-nan c=inf d=-Infinity e=null f=true g=1', [{ label: 'g', value: 1 }]],
    ['spaces around the equals sign', 'a = 1 b= 2 c=3', [{ label: 'c', value: 3 }]],
    [
      'two bars',
      'a=1 | b=2',
      [
        { label: 'a', value: 1 },
        { label: 'b', value: 2 },
      ],
    ],
    ['nothing', '', []],
  ])('%s', (_what, data, expected) => {
    expect(parsePluginOutput(`OK|${data}`).performance).toEqual(expected);
  });

  it('keeps the first value of a label, and a limited number in all', () => {
    const many = Array.from({ length: 100 }, (_, n) => `v${n}=${n}`).join(' ');
    const { performance } = parsePluginOutput(`OK|v0=7 ${many}`);
    expect(performance).toHaveLength(MAX_PERFORMANCE_VALUES);
    expect(performance[0]).toEqual({ label: 'v0', value: 7 });
  });

  test('that we wrote comes back, whatever the labels', () => {
    const label = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => !/[\s|]/.test(text));
    const value = fc.record({ label, value: fc.integer(), unit: fc.constantFrom('s', '%') });
    fc.assert(
      fc.property(fc.uniqueArray(value, { selector: (one) => one.label, maxLength: 10 }), (values) => {
        const data = values.map((one) => `'${one.label.replaceAll("'", "''")}'=${one.value}${one.unit}`).join(' ');
        expect(parsePluginOutput(`OK|${data}`).performance).toEqual(values);
      }),
    );
  });

  test.each(["'", "''", "'a", '= ', "'a'=", 'a', 'a=', ' ', '|', '\n', "'='"])(
    'of nothing but %j is read in no time',
    (repeated) => {
      const startedAt = performance.now();
      parsePluginOutput(`OK|${repeated.repeat(100_000)}`);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
    },
  );
});
