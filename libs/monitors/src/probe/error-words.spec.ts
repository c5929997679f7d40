import { describe, expect, it } from '@jest/globals';
import { inWords, isOurs } from './error-words.js';

const systemError = (code: string, more = {}) => Object.assign(new Error(`connect ${code}`), { code, ...more });

describe('inWords', () => {
  it.each([
    [systemError('ECONNREFUSED', { address: '127.0.0.1', port: 80 }), 'connection refused (ECONNREFUSED 127.0.0.1:80)'],
    [systemError('ECONNREFUSED', { address: '::1', port: 80 }), 'connection refused (ECONNREFUSED [::1]:80)'],
    [systemError('ECONNRESET'), 'connection reset by peer (ECONNRESET)'],
    [systemError('EODD'), 'connect EODD'],
    [
      new AggregateError([systemError('ENETUNREACH'), systemError('ECONNRESET')]),
      'network is unreachable (ENETUNREACH); connection reset by peer (ECONNRESET)',
    ],
    ['text', 'text'],
  ])('%s', (error, words) => {
    expect(inWords(error)).toBe(words);
  });
});

describe('isOurs', () => {
  it.each([
    [systemError('EMFILE'), true],
    [new AggregateError([systemError('EMFILE'), systemError('EADDRNOTAVAIL')]), true],
    [new AggregateError([systemError('EMFILE'), systemError('ECONNREFUSED')]), false],
    [systemError('ECONNREFUSED'), false],
    [undefined, false],
  ])('%s: %s', (error, ours) => {
    expect(isOurs(error)).toBe(ours);
  });
});
