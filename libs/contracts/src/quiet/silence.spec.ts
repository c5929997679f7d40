import { describe, expect, it } from '@jest/globals';
import { acknowledges } from './acknowledgement.js';
import { silencePhase } from './silence.js';

const at = (text: string): number => Date.parse(`2026-11-28T${text}:00Z`);
const silence = { start: '2026-11-28T10:00:00Z', end: '2026-11-28T11:00:00Z' };

describe('a silence', () => {
  it.each([
    ['09:59', 'pending'],
    ['10:00', 'active'],
    ['10:59', 'active'],
    ['11:00', 'expired'],
  ])('at %s is %s', (time, phase) => expect(silencePhase(silence, at(time))).toBe(phase));

  it('that was expired before its start is expired', () => {
    expect(silencePhase({ ...silence, end: '2026-11-28T09:00:00Z' }, at('09:30'))).toBe('expired');
  });
});

describe('an acknowledgement', () => {
  const ack = { incident: '5.1', until: '2026-11-28T11:00:00Z' };
  it.each<[Parameters<typeof acknowledges>, boolean]>([
    [[ack, '5.1', at('10:00')], true],
    [[ack, '5.1', at('11:00')], false],
    [[{ incident: '5.1' }, '5.1', at('23:00')], true],
    [[ack, '5.2', at('10:00')], false],
    [[ack, undefined, at('10:00')], false],
    [[undefined, '5.1', at('10:00')], false],
  ])('%j: %s', (given, expected) => expect(acknowledges(...given)).toBe(expected));
});
