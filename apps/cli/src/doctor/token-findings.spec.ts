import { expect, it } from '@jest/globals';
import { tokenFindings } from './token-findings.js';

it.each<[Record<string, string>, string, string]>([
  [{}, 'ok', 'none in this environment'],
  [{ NINEV_ACCESS_TOKENS: 'a-token-of-this-spec,another-of-this-spec' }, 'ok', '2 in this environment'],
  [{ NINEV_ACCESS_TOKENS: 'short' }, 'problem', 'NINEV_ACCESS_TOKENS: the token has 5 characters'],
  [{ NINEV_ACCESS_TOKENS: '' }, 'problem', 'NINEV_ACCESS_TOKENS: is given, and empty'],
  [{ NINEV_ACCESS_TOKENS_FILE: '/does/not/exist' }, 'problem', 'NINEV_ACCESS_TOKENS_FILE: cannot read it'],
])('of %j the doctor says %s: %s', (env, verdict, found) => {
  expect(tokenFindings(env)).toEqual([expect.objectContaining({ verdict, found: expect.stringContaining(found) })]);
});
