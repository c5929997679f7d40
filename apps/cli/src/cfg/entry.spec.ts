import { expect, it } from '@jest/globals';
import { type ConfigFault, describeFaults } from './entry.js';

const fault = (line: number, message: string): ConfigFault => ({ file: 'a.yaml', line, path: `/m/${line}`, message });
const times = (count: number, message: string): ConfigFault[] =>
  Array.from({ length: count }, (_, n) => fault(n + 1, message));

it('shows an error that many entries have in common once, and where else it is', () => {
  expect(describeFaults([...times(4, 'unknown alerter "x"'), fault(9, 'other')])).toEqual([
    'a.yaml:1: /m/1: unknown alerter "x"',
    '  the same at a.yaml:2, a.yaml:3, a.yaml:4',
    'a.yaml:9: /m/9: other',
  ]);
  const many = describeFaults(times(112, 'unknown alerter "x"'));
  expect(many).toHaveLength(2);
  expect(many[1]).toMatch(/a\.yaml:11, 101 more places$/);
});

it('shows each of a few', () => expect(describeFaults(times(3, 'x'))).toHaveLength(3));
