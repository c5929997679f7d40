import { describe, expect, it } from '@jest/globals';
import { newNameFault } from '../name.js';
import { validateSettings } from '../settings/validate-settings.js';
import { isInGroup } from './in-group.js';
import { StatusPageSettings } from './status-page.js';

const groups = [{ title: 'Web', monitors: ['shop-*'] }];

function faultsOf(more: object): string[] {
  const result = validateSettings(StatusPageSettings, { title: 'Shop', groups, ...more });
  return result.ok ? [] : result.errors.map(({ path, message }) => `${path} ${message}`);
}

describe('a status page', () => {
  it('is valid with a title and a group, and with everything', () => {
    expect(faultsOf({})).toEqual([]);
    const announcement = { text: 'We move', kind: 'info', from: '2026-12-24T18:00:00Z', until: '2026-12-25T18:00:00Z' };
    expect(
      faultsOf({
        description: 'Ask us',
        names: { 'shop-home': 'Home page' },
        show: ['message', 'target', 'tags'],
        announcements: [announcement],
        maintenance: { weekly: 'Weekly update' },
      }),
    ).toEqual([]);
  });

  it.each<[object, RegExp]>([
    [{ groups: [] }, /^\/groups .*at least one group/],
    [{ groups: ['shop'] }, /^\/groups\/0 .*a map of attributes/],
    [{ groups: [{ title: 'Web' }] }, /^\/groups\/0 .*contains nothing/],
    [{ groups: [{ title: 'Web', monitor: ['a'] }] }, /^\/groups\/0\/monitor .*did you mean "monitors"/],
    [{ groups: [{ monitors: ['a'] }] }, /^\/groups\/0\/title .*required/],
    [{ groups: Array.from({ length: 101 }, () => groups[0]) }, /^\/groups .*101 entries/],
    [{ show: ['messages'] }, /^\/show\/0 .*one of message, target, tags/],
    [{ names: { a: ' ' } }, /^\/names\/a /],
    [{ maintenance: { 'a/b': '' } }, /^\/maintenance\/a~1b /],
    [{ announcements: [{ text: 'x', kind: 'loud' }] }, /^\/announcements\/0\/kind /],
    [{ announcements: [{ text: 'x', from: '2026-12-24T18:00:00Z', until: '2026-12-24T18:00:00Z' }] }, /0\/until /],
  ])('refuses fault %#: %p', (more, fault) => {
    expect(faultsOf(more)).toEqual(expect.arrayContaining([expect.stringMatching(fault)]));
  });

  it.each<[string, boolean]>([
    ['shop', true],
    ['a', true],
    ['shop-2-eu', true],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['', false],
    ['Shop', false],
    ['-shop', false],
    ['shop-', false],
    ['shop.json', false],
    ['a b', false],
    ['ä', false],
    ['..', false],
    // The addresses of other routes.
    ['check', false],
    ['errors', false],
  ])('the slug %j: %s', (slug, valid) => {
    expect(newNameFault('status-page', slug) === undefined).toBe(valid);
  });
});

it.each<[object, { name: string; tags?: string[] }, boolean]>([
  [{ monitors: ['shop-*'] }, { name: 'shop-home' }, true],
  [{ monitors: ['shop-*'] }, { name: 'db', tags: ['shop-*'] }, false],
  [{ monitors: ['db', 'shop-?'] }, { name: 'shop-1' }, true],
  [{ tags: ['a', 'b'] }, { name: 'x', tags: ['b', 'a', 'c'] }, true],
  [{ tags: ['a', 'b'] }, { name: 'x', tags: ['a'] }, false],
  [{ tags: ['a'], monitors: ['y'] }, { name: 'y' }, true],
  [{}, { name: 'y', tags: [] }, false],
])('the group %j shows %j: %s', (group, monitor, shown) => {
  expect(isInGroup({ title: 'x', ...group } as never, monitor)).toBe(shown);
});
