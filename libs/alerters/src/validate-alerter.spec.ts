import { describe, expect, it } from '@jest/globals';
import { alerterTypes } from './registry.js';
import { validateAlerter } from './validate-alerter.js';

describe('validateAlerter', () => {
  it('returns what was written, without defaults', () => {
    const raw = { type: 'slack', description: 'the team', options: { token: 'xoxb-1', channel: '#alerts' } };
    const validated = validateAlerter('team', raw);
    expect(validated.ok && JSON.parse(JSON.stringify(validated.value))).toEqual(raw);
  });

  it.each([
    ['a/b', { type: 'slack' }, '/alerter/x', ['/alerter/x']],
    ['x', [], '', ['']],
    ['x', {}, '/alerter/x', ['/alerter/x/type']],
    ['x', { type: 'slak', options: {} }, '', ['/type']],
    ['x', { type: 'pagerduty', options: { tokn: 'x' } }, '/a', ['/a/options/tokn', '/a/options/token']],
    ['x', { type: 'pagerduty', colour: 'red', options: { token: 'x' } }, '', ['/colour']],
    ['x', { type: 'pagerduty' }, '', ['/options/token']],
  ])('says where %j %j is wrong', (name, raw, at, paths) => {
    const validated = validateAlerter(name, raw, at);
    expect(validated.ok ? [] : validated.errors.map(({ path }) => path)).toEqual(paths);
  });

  it('suggests the intended type', () => {
    expect(validateAlerter('x', { type: 'slak' })).toMatchObject({ errors: [{ suggestion: 'slack' }] });
  });

  it('names each type by its own name', () => {
    expect([...alerterTypes.entries()].map(([name, { type }]) => name === type)).not.toContain(false);
    expect([...alerterTypes.keys()]).toEqual(expect.arrayContaining(['email', 'pagerduty', 'slack']));
  });
});

describe('grouping', () => {
  const slack = { type: 'slack', options: { token: 't', channel: '#c' } };
  it('is kept as it was written', () => {
    const grouping = { 'group-wait': '30s', 'group-interval': '5m', 'group-by': 'tag' };
    expect(validateAlerter('team', { ...slack, ...grouping })).toEqual({ ok: true, value: { ...slack, ...grouping } });
  });

  it.each([
    [{ 'group-interval': '5m' }, '/group-interval', 'without group-wait'],
    [{ 'group-by': 'tag' }, '/group-by', 'without group-wait'],
    [{ 'group-wait': '1ms' }, '/group-wait', 'at least 1s'],
    [{ 'group-wait': '30s', 'group-by': 'host' }, '/group-by', 'one of none, tag, type, member-tag'],
    [{ type: 'pagerduty', options: { token: 't' }, 'group-wait': '30s' }, '/group-wait', 'groups incidents itself'],
  ])('%j is refused', (more, path, text) => {
    expect(validateAlerter('team', { ...slack, ...more })).toMatchObject({
      ok: false,
      errors: expect.arrayContaining([expect.objectContaining({ path, message: expect.stringContaining(text) })]),
    });
  });
});
