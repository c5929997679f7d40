import { describe, expect, it } from '@jest/globals';
import { secretsOfUrl } from './http-url.js';
import { withoutSecrets } from '@9volt/contracts';

describe('the secrets of an address', () => {
  const url = 'https://example.com/hooks/B00000000/long-enough-token?sig=also%2Fa%2Fsecret&v=2';
  const hidden = (text: string) => withoutSecrets(text, secretsOfUrl(url));

  it.each([
    [`POST ${url}`, 'POST ********'],
    ['no such hook: long-enough-token', 'no such hook: ********'],
    ['sig also/a/secret is wrong', 'sig ******** is wrong'],
    ['sig also%2Fa%2Fsecret is wrong', 'sig ******** is wrong'],
    ['/hooks is at example.com, version 2', '/hooks is at example.com, version 2'],
  ])('%s', (said, shown) => {
    expect(hidden(said)).toBe(shown);
  });

  it('are all of an invalid address', () => {
    expect(secretsOfUrl('nope')).toEqual(['nope']);
    expect(secretsOfUrl('https://example.com/')).toEqual(['https://example.com/']);
  });
});
