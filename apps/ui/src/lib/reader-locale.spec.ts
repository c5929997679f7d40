/** @jest-environment jsdom */
import { expect, it, jest } from '@jest/globals';
import { mendLanguage } from './reader-locale.js';

const browserOf = (language: unknown, languages: unknown = [language]): Navigator =>
  ({ language, languages }) as Navigator;

it.each([
  ['de-AT', undefined, 'de-AT'],
  ['en-US@posix', undefined, 'en-US'],
  ['de_DE.UTF-8@euro', undefined, 'de-DE'],
  ['C', undefined, 'en'],
  ['', ['', 'fr'], 'fr'],
  ['C', ['C', 'pt-BR'], 'pt-BR'],
  ['x'.repeat(100), undefined, 'en'],
  [undefined, undefined, 'en'],
  [null, null, 'en'],
])('a browser with the languages %p, %p is understood as %p', (language, languages, expected) => {
  const navigator = browserOf(language, languages === undefined ? [language] : languages);
  mendLanguage(navigator);
  expect(navigator.language).toBe(expected);
  expect(() => new Intl.DateTimeFormat([...navigator.languages])).not.toThrow();
});

it('the library of the charts loads in such a browser', async () => {
  Object.defineProperty(navigator, 'language', { configurable: true, get: () => 'en-US@posix' });
  globalThis.matchMedia ??= (() => ({ addEventListener: () => undefined })) as never;
  await expect(import('uplot')).rejects.toThrow(RangeError);
  mendLanguage(navigator);
  jest.resetModules();
  expect((await import('uplot')).default).toBeInstanceOf(Function);
});
