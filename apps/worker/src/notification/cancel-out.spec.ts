import { describe, expect, it } from '@jest/globals';
import { sampleAlarm, sampleNote } from '@9volt/alerters/testing';
import type { Alert } from '@9volt/contracts';
import fc from 'fast-check';
import { cancelOut, type Queued, type Notified } from './cancel-out.js';

/** `W`, `C`: an unsent warning, critical; `N`: a note; `R`: a resolve; small: this process or a predecessor may have sent it. `.2` for another incident. */
function queueOf(...spelled: string[]): Queued[] {
  return spelled.map((text, index) => {
    const [letter = '', n = '1'] = text.split('.');
    const types: Record<string, Alert['type']> = { w: 'warning', c: 'critical', n: 'critical', r: 'resolve' };
    const type = types[letter.toLowerCase()] as Alert['type'];
    const alert = letter.toLowerCase() === 'n' ? sampleNote({ type }) : sampleAlarm({ type });
    return {
      owed: {
        key: `${index}:${text}`,
        monitor: 'web',
        alerter: 'team',
        entry: { id: String(index), alerter: 'team', incident: `7.${n}`, alert, createdAt: '' },
        createRevision: index + 1,
        modRevision: index + 1,
      },
      mayHaveBeenSent: letter === letter.toLowerCase(),
    };
  });
}

function cancelled(told: Notified, ...spelled: string[]): string[][] {
  const names = (keys: { key: string }[]): string[] => keys.map(({ key }) => key.slice(key.indexOf(':') + 1));
  return cancelOut(queueOf(...spelled), () => told).map(names);
}

describe('cancelling out', () => {
  it.each<[Notified, string[], string[][]]>([
    ['no', [], []],
    ['no', ['C'], []],
    ['no', ['R'], []],
    ['no', ['C', 'R'], [['C', 'R']]],
    ['no', ['W', 'C', 'R'], [['W', 'C', 'R']]],
    // Of several alarms only the last describes the present.
    ['no', ['W', 'C'], [['W']]],
    ['unknown', ['W', 'C'], [['W']]],
    // An alerter that was notified, or may have been, gets the resolve.
    ['no', ['c', 'R'], []],
    ['no', ['w', 'C', 'R'], [['C']]],
    ['no', ['w', 'C'], []],
    ['yes', ['C', 'R'], [['C']]],
    ['unknown', ['C', 'R'], []],
    ['unknown', ['W', 'C', 'R'], [['W']]],
    // A note replaces no alarm, and is worth nothing once the incident is over, or when a later one waits.
    ['no', ['C', 'N'], []],
    ['yes', ['N'], []],
    ['no', ['W', 'N', 'C'], [['W']]],
    ['no', ['C', 'N', 'R'], [['C', 'R', 'N']]],
    ['yes', ['N', 'R'], [['N']]],
    ['yes', ['n', 'R'], []],
    ['no', ['c', 'N', 'R'], [['N']]],
    ['yes', ['N', 'N'], [['N']]],
    // Incidents do not mix.
    ['no', ['c', 'R', 'C.2', 'R.2'], [['C.2', 'R.2']]],
    ['no', ['C', 'R', 'C.2'], [['C', 'R']]],
    ['no', ['c.1', 'R.1', 'C.2', 'R.2', 'C.3'], [['C.2', 'R.2']]],
  ])('notified before: %s; %j removes %j', (told, queue, needless) => {
    expect(cancelled(told, ...queue)).toEqual(needless);
  });

  it('never leaves an alerter with an alarm without its resolve, nor sends a resolve to one that got no alarm', () => {
    const alarms = fc.array(fc.constantFrom('W', 'C'), { maxLength: 4 });
    fc.assert(
      fc.property(
        alarms,
        fc.boolean(),
        fc.boolean(),
        fc.constantFrom<Notified>('yes', 'no'),
        (list, first, over, told) => {
          const spelled = [...(first ? ['w'] : []), ...list, ...(over ? ['R'] : [])];
          const gone = cancelled(told, ...spelled).flat();
          const left = [...spelled];
          for (const text of gone) left.splice(left.indexOf(text), 1);
          const hearsOfIt = told === 'yes' || left.some((text) => text !== 'R');
          if (over) expect(left.includes('R')).toBe(hearsOfIt || list.length === 0);
          expect(left.length).toBeLessThanOrEqual(2);
        },
      ),
    );
  });
});
