import { describe, expect, it } from '@jest/globals';
import { refusalOfForeign, type OwnAddresses } from './same-site.js';

const LOCAL: OwnAddresses = {
  guarded: false,
  loopback: true,
  host: '127.0.0.1',
  hostname: 'box',
  publicUrl: undefined,
};
const PUBLIC: OwnAddresses = { ...LOCAL, publicUrl: 'https://9volt.example.com/x' };
/** `--insecure`: listens beyond loopback, without tokens. */
const INSECURE: OwnAddresses = { ...PUBLIC, loopback: false, host: '0.0.0.0' };
const GUARDED: OwnAddresses = { ...INSECURE, guarded: true };

const refused = (headers: Record<string, string>, own: OwnAddresses, more: object = {}): boolean =>
  refusalOfForeign({ method: 'GET', headers, page: false, authenticated: false, ...more }, own) !== undefined;

describe('a host', () => {
  it.each<[string, boolean, boolean]>([
    // Hosts, and whether a node on loopback, and one with --insecure, treats them as its own.
    ['127.0.0.1:8080', true, true],
    ['127.9.9.9', true, true],
    ['[::1]:8080', true, true],
    ['[::1]', true, true],
    ['localhost', true, true],
    ['LOCALHOST:80', true, true],
    ['9volt.example.com', true, true],
    ['9volt.example.com:8443', true, true],
    ['box:8080', false, true],
    ['10.0.0.5:8080', false, true],
    ['[2001:db8::5]:8080', false, true],
    ['0.0.0.0:8080', false, false],
    ['0.0.0.0', false, false],
    ['[::]:8080', false, false],
    ['[::ffff:127.0.0.1]:8080', false, false],
    ['[::ffff:7f00:1]', false, false],
    ['[::127.0.0.1]', false, false],
    ['evil.localhost', false, false],
    ['evil.example.com:8080', false, false],
    ['localhost.evil.example.com', false, false],
    ['127.0.0.1.evil.example.com', false, false],
    ['localhost.', false, false],
    ['127.1', false, false],
    ['2130706433', false, false],
    ['', false, false],
  ])('%j is a host of a node on loopback: %s, and with --insecure: %s', (host, onLoopback, insecure) => {
    expect([refused({ host }, PUBLIC), refused({ host }, INSECURE)]).toEqual([!onLoopback, !insecure]);
    expect(refused({ host }, GUARDED)).toBe(false);
  });

  it('may be missing from clients that are not browsers, and may be the listen address', () => {
    expect(refused({}, LOCAL)).toBe(false);
    expect(refused({ host: 'inside.example.com:1' }, { ...INSECURE, host: 'inside.example.com' })).toBe(false);
  });
});

describe('an origin', () => {
  const host = '127.0.0.1:8080';
  it.each<[string, Record<string, string>, boolean]>([
    ['http://127.0.0.1:8080', { host }, false],
    ['http://127.0.0.1:9999', { host }, true],
    ['http://localhost:8080', { host }, true],
    ['http://evil.example.com', { host }, true],
    ['null', { host }, true],
    ['', { host }, true],
    ['file://', { host }, true],
    ['chrome-extension://127.0.0.1:8080', { host }, true],
    ['https://127.0.0.1:8080', { host }, false],
    ['http://localhost', { host: 'localhost' }, false],
    ['https://localhost', { host: 'localhost:443' }, false],
    ['https://9volt.example.com', { host }, false],
    ['http://9volt.example.com', { host }, true],
    ['http://evil.example.com', { host, 'sec-fetch-site': 'same-origin' }, false],
    ['http://evil.example.com', { host, 'sec-fetch-site': 'none' }, true],
  ])('%j is refused, with %j: %s', (origin, headers, expected) => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      expect(refused({ ...headers, origin }, PUBLIC, { method })).toBe(expected);
    }
  });

  it('does not matter for callers with a token', () => {
    const headers = { host, origin: 'https://behind-a-proxy.example.com' };
    expect([refused(headers, GUARDED), refused(headers, GUARDED, { authenticated: true })]).toEqual([true, false]);
  });
});

describe('another site', () => {
  const headers = { host: 'localhost', 'sec-fetch-site': 'cross-site' };
  it.each<[string, object, Record<string, string>, boolean]>([
    ['is refused', {}, {}, true],
    ['is refused with a token', { authenticated: true }, {}, true],
    ['may link to a page', { page: true }, { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, false],
    ['may not frame one', { page: true }, { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }, true],
    ['may not fetch one', { page: true }, { 'sec-fetch-mode': 'no-cors' }, true],
    ['may not post to one', { page: true, method: 'POST' }, { 'sec-fetch-mode': 'navigate' }, true],
    ['may not lead to data', {}, { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }, true],
  ])('%s', (_what, more, sent, expected) => {
    expect(refused({ ...headers, ...sent }, LOCAL, more)).toBe(expected);
    expect(refused({ ...headers, 'sec-fetch-site': 'same-site', ...sent }, LOCAL, more)).toBe(expected);
  });
});
