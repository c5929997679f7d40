import { describe, expect, it } from '@jest/globals';
import { describeMatcher } from './describe-matcher.js';
import { globMatches } from './glob.js';
import { type Matcher, matcherFaults, matches, matchesEverything } from './matcher.js';

const subject = { name: 'web-1', type: 'http', tags: ['shop', 'eu'], 'member-tag': 'fra', status: 'critical' };

describe('a matcher', () => {
  it.each<[Matcher, boolean]>([
    [{ name: 'web-1' }, true],
    [{ name: 'web' }, false],
    [{ name: 'web-*' }, true],
    [{ name: 'WEB-*' }, false],
    [{ name: 'web-?' }, true],
    [{ name: 'web-??' }, false],
    [{ tags: ['shop'] }, true],
    [{ tags: ['shop', 'eu'] }, true],
    [{ tags: ['shop', 'us'] }, false],
    [{ type: 'http' }, true],
    [{ type: 'tcp' }, false],
    [{ 'member-tag': 'fra' }, true],
    [{ 'member-tag': 'lon' }, false],
    [{ status: ['critical', 'warning'] }, true],
    [{ status: ['warning'] }, false],
    [{ name: 'web-*', tags: ['shop'], type: 'http', 'member-tag': 'fra', status: ['critical'] }, true],
    [{ name: 'web-*', tags: ['shop'], type: 'tcp' }, false],
  ])('%j holds: %s', (matcher, expected) => expect(matches(matcher, subject)).toBe(expected));

  it('that names statuses does not match a monitor without one', () => {
    expect(matches({ status: ['critical'] }, { name: 'a', type: 'tcp' })).toBe(false);
  });

  it.each<[string, string, boolean]>([
    ['*', '', true],
    ['*', 'anything', true],
    ['a*b*c', 'aXbYc', true],
    ['a*b*c', 'abcabc', true],
    ['a*b*c', 'acb', false],
    ['**a', 'bba', true],
    ['?', '', false],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
  ])('glob %s on %j: %s', (pattern, text, expected) => expect(globMatches(pattern, text)).toBe(expected));

  it('costs no more than the product of both lengths', () => {
    // Of the processor, since others may use it as well.
    const before = process.cpuUsage();
    expect(globMatches('*a'.repeat(200) + 'b', 'a'.repeat(400))).toBe(false);
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000);
  });

  it.each<[Matcher, boolean]>([
    [{ name: '*' }, true],
    [{ name: '**', status: ['warning', 'critical', 'unknown'] }, true],
    [{ status: ['unknown', 'critical', 'warning'] }, true],
    [{ name: '*', tags: ['a'] }, false],
    [{ status: ['critical'] }, false],
    [{ name: '?*' }, false],
  ])('%j matches every monitor: %s', (matcher, expected) => expect(matchesEverything(matcher)).toBe(expected));

  it.each<[unknown, string, string]>([
    [[], '/match', 'a list'],
    [{}, '/match', 'is empty'],
    [{ nam: 'a' }, '/match/nam', 'did you mean "name"'],
    [{ name: '' }, '/match/name', 'text of 1 to'],
    [{ name: 'a'.repeat(401) }, '/match/name', 'text of 1 to'],
    [{ tags: 'shop' }, '/match/tags', 'a list of'],
    [{ tags: [] }, '/match/tags', 'a list of'],
    [{ tags: [1] }, '/match/tags', 'a list of'],
    [{ status: ['ok'] }, '/match/status', 'warning, critical, unknown'],
    [{ constructor: 1 }, '/match/constructor', 'unknown condition'],
  ])('%j is refused at %s', (raw, path, text) => {
    expect(matcherFaults(raw, '/match')).toMatchObject([{ path, message: expect.stringContaining(text) }]);
  });

  it('is described as a person would', () => {
    expect(describeMatcher({ name: 'web-*', tags: ['shop'], status: ['critical', 'unknown'] })).toBe(
      'name web-*, tag shop, status critical or unknown',
    );
  });
});
