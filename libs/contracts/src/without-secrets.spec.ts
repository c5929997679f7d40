import { describe, expect, it } from '@jest/globals';
import { withoutSecrets } from './without-secrets.js';

describe('a text without secrets', () => {
  it.each([
    ['Bearer s3cret/key', ['s3cret/key'], 'Bearer ********'],
    ['?token=s3cret%2Fkey', ['s3cret/key'], '?token=********'],
    ['{"key":"a\\"bcd"}', ['a"bcd'], '{"key":"********"}'],
    ['abc abcdef', ['abc', 'abcdef'], '******** ********'],
    ['nothing', ['', undefined], 'nothing'],
    ["body 'token s3cre…' does not contain", ['s3cret'], "body 'token ********…' does not contain"],
    ['s3c…', ['s3cret'], 's3c…'],
    ['cut elsewhere… s3cret', ['s3cret'], 'cut elsewhere… ********'],
    // Patterns of a replacement are plain text here.
    ['a $& b', ['$&'], 'a ******** b'],
  ])('%j without %j', (text, secrets, expected) => {
    expect(withoutSecrets(text, secrets)).toBe(expected);
  });
});
