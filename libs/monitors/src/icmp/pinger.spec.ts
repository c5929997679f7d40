import { expect, test } from '@jest/globals';
import { parseAnswers } from './pinger.js';

test('reads answers by address, among error messages', () => {
  const output = [
    'ICMP Host Unreachable from 192.0.2.1 for ICMP Echo sent to 192.0.2.2',
    '192.0.2.1  : 0.52 - 0.48',
    '192.0.2.2  : - - -',
    '2001:db8::1 : 12.3 11 10.25',
    '192.0.2.3: error while sending ping: Network is unreachable',
    '192.0.2.4 : no data',
    '',
  ].join('\n');
  expect([...parseAnswers(output)]).toEqual([
    ['192.0.2.1', [0.52, null, 0.48]],
    ['192.0.2.2', [null, null, null]],
    ['2001:db8::1', [12.3, 11, 10.25]],
  ]);
});
