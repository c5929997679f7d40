import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isName } from './name.js';
import { alerterPath, monitorPath, pageAddress } from './pages.js';

describe('addresses of pages', () => {
  it.each([
    ['https://volt.example.com', 'https://volt.example.com/ui/monitor/web'],
    ['https://volt.example.com/', 'https://volt.example.com/ui/monitor/web'],
    ['https://example.com/9volt//', 'https://example.com/9volt/ui/monitor/web'],
    ['http://[::1]:8080', 'http://[::1]:8080/ui/monitor/web'],
  ])('below %s', (publicUrl, address) => {
    expect(pageAddress(publicUrl, monitorPath('web'))).toBe(address);
  });

  it('of the first page, an alerter, a form', () => {
    expect(pageAddress('http://a')).toBe('http://a/ui/');
    expect(alerterPath('on call', 'edit')).toBe('/alerter/on%20call/edit');
  });

  it.each([
    ['web shop', 'web%20shop'],
    ['50%', '50%25'],
    ['a?b#c', 'a%3Fb%23c'],
    ['München', 'M%C3%BCnchen'],
    ["it's (old)*!~", 'it%27s%20%28old%29%2A%21%7E'],
    ['<b>&"', '%3Cb%3E%26%22'],
  ])('of %s', (name, path) => {
    expect(monitorPath(name)).toBe(`/monitor/${path}`);
  });

  it('lead back to every name', () => {
    fc.assert(
      fc.property(
        fc
          .string({ unit: 'binary', minLength: 1, maxLength: 50 })
          .filter((name) => isName(name) && !/\p{Surrogate}/u.test(name)),
        (name) => {
          const { pathname } = new URL(pageAddress('http://volt.example.com', monitorPath(name)));
          const [empty, ui, monitor, last = '', ...rest] = pathname.split('/');
          expect([empty, ui, monitor, ...rest]).toEqual(['', 'ui', 'monitor']);
          expect(decodeURIComponent(last)).toBe(name);
        },
      ),
    );
  });

  it('of a text that is not valid Unicode, too', () => {
    expect(monitorPath('a\ud800')).toBe('/monitor/a%EF%BF%BD');
  });
});
