import { describe, expect, it } from '@jest/globals';
import { envelopeOf, mailAddresses, mailAddressFault, needsUtf8 } from './mail-address.js';

describe('addresses of mails', () => {
  it.each<[string, [name: string | undefined, envelope: string][]]>([
    ['a@example.com', [[undefined, 'a@example.com']]],
    [
      ' a@example.com ,b@example.com, ',
      [
        [undefined, 'a@example.com'],
        [undefined, 'b@example.com'],
      ],
    ],
    [
      'a@example.com\r\nTeam <b@example.com>\n\n',
      [
        [undefined, 'a@example.com'],
        ['Team', 'b@example.com'],
      ],
    ],
    [
      'a@example.com; "Team; night" <b@example.com>;',
      [
        [undefined, 'a@example.com'],
        ['Team; night', 'b@example.com'],
      ],
    ],
    ['<a@example.com>', [[undefined, 'a@example.com']]],
    ['On call <a@example.com>', [['On call', 'a@example.com']]],
    [
      '"Team, on call" <a@example.com>, b@c',
      [
        ['Team, on call', 'a@example.com'],
        [undefined, 'b@c'],
      ],
    ],
    ['"the \\"night\\" watch" <a@example.com>', [['the "night" watch', 'a@example.com']]],
    ['Jürgen Müller <j@example.com>', [['Jürgen Müller', 'j@example.com']]],
    ["O'Brien (night) <o'brien+9volt@example.com>", [["O'Brien (night)", "o'brien+9volt@example.com"]]],
    ['a@münchen.test', [[undefined, 'a@xn--mnchen-3ya.test']]],
    ['a@MÜNCHEN.test', [[undefined, 'a@xn--mnchen-3ya.test']]],
    ['a@例え.テスト', [[undefined, 'a@xn--r8jz45g.xn--zckzah']]],
    ['a@xn--mnchen-3ya.test', [[undefined, 'a@xn--mnchen-3ya.test']]],
    ['a@Example.COM', [[undefined, 'a@Example.COM']]],
    ['a@my_host', [[undefined, 'a@my_host']]],
    ['jürgen@münchen.test', [[undefined, 'jürgen@xn--mnchen-3ya.test']]],
    ['a@example.com.', [[undefined, 'a@example.com']]],
    ['a@münchen。test', [[undefined, 'a@xn--mnchen-3ya.test']]],
    ['a@faß.de', [[undefined, 'a@xn--fa-hia.de']]],
    ['用户@例子.广告', [[undefined, '用户@xn--fsqu00a.xn--4rr70v']]],
    ['\u00a0a@b.com\u00a0', [[undefined, 'a@b.com']]],
    ['\ufeffa@b.com', [[undefined, 'a@b.com']]],
    ['a%b!c@d.com', [[undefined, 'a%b!c@d.com']]],
    ['"Kim <a@b.com>" <c@d.com>', [['Kim <a@b.com>', 'c@d.com']]],
    ["'Kim' <a@b.com>", [["'Kim'", 'a@b.com']]],
  ])('%s', (list, expected) => {
    const found = mailAddresses(list);
    expect('wrong' in found ? found : found.map((one) => [one.name, envelopeOf(one)])).toEqual(expected);
  });

  it.each([
    ['', ''],
    [' , ', ' , '],
    ['on-call', 'on-call'],
    ['a@b, on-call', 'on-call'],
    ['a@b c@d', 'a@b c@d'],
    ['a@b@c', 'a@b@c'],
    ['a@b;c', 'c'],
    ['a@b\r\nBcc: c@d', 'Bcc: c@d'],
    ['x@y>\r\nDATA', 'x@y>'],
    ['"a\nb" <a@b>', '"'],
    ['a@[192.0.2.1]', 'a@[192.0.2.1]'],
    ['team: a@b', 'team: a@b'],
    ['a@b\u2028c@d', 'a@b\u2028c@d'],
    ['Name <a@b> <c@d>', 'Name <a@b> <c@d>'],
    ['Name <a@b', 'Name <a@b'],
    ['"Name <a@b>', '"'],
    ['a@b/c', 'a@b/c'],
    ['a@ü..\u0000', 'a@ü..\u0000'],
    ['a@\u00ad', 'a@\u00ad'],
    ['mailto:a@b.com', 'mailto:a@b.com'],
    ['a＠b.com', 'a＠b.com'],
    ['a@b.com\tb@c.com', 'a@b.com\tb@c.com'],
    ['Kim a@b.com', 'Kim a@b.com'],
    ['Kim, Lee <a@b.com>', 'Kim'],
    ['a@b.com>', 'a@b.com>'],
    ['<@x:a@b.com>', '<@x:a@b.com>'],
    ['"john doe"@example.com', '"john doe"@example.com'],
    ['a@b.com (comment)', 'a@b.com (comment)'],
  ])('refuses %j', (list, wrong) => {
    expect(mailAddresses(list)).toEqual({ wrong });
  });

  it('may be references in a configuration', () => {
    expect(mailAddressFault('${env:ON_CALL}, Team <${file:/run/team}>, a@b')).toBeUndefined();
    expect(mailAddressFault('${env:ON_CALL')).toBe('${env:ON_CALL');
  });

  it('say whether they need a server that supports more than ASCII', () => {
    const needs = (list: string) => (mailAddresses(list) as Parameters<typeof needsUtf8>[0][]).map(needsUtf8);
    expect(needs('jürgen@example.com, a@münchen.test, Jürgen <j@example.com>')).toEqual([true, false, false]);
  });
});
