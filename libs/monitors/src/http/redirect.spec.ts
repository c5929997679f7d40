import { describe, expect, it } from '@jest/globals';
import { redirected } from './redirect.js';
import { type HttpRequest, headersOf, pathOf, urlOf } from './request.js';

const request: HttpRequest = {
  ssl: false,
  host: 'shop.test',
  port: 80,
  path: '/a/b?c=1',
  method: 'GET',
  headers: { Authorization: 'Bearer canary', 'X-Key': 'canary' },
  body: undefined,
};

describe('redirected', () => {
  it.each([
    ['/login?next=%2Fa', 'http://shop.test/login?next=%2Fa'],
    ['c', 'http://shop.test/a/c'],
    ['//other.test/x', 'http://other.test/x'],
    ['https://shop.test/', 'https://shop.test/'],
    ['http://[::1]:8080/x#part', 'http://[::1]:8080/x'],
    ['http://user:secret@other.test/', 'http://other.test/'],
  ])('to %s leads to %s', (location, url) => {
    expect(urlOf(redirected(request, 302, location))).toBe(url);
  });

  it.each([
    ['/same', true],
    ['http://shop.test:80/same', true],
    ['http://shop.test:81/', false],
    ['https://shop.test/', false],
    ['http://other.test/', false],
  ])('to %s keeps the headers: %s', (location, kept) => {
    expect(redirected(request, 307, location).headers).toEqual(kept ? request.headers : {});
  });

  it.each([
    ['POST', 301, 'GET'],
    ['POST', 302, 'GET'],
    ['POST', 303, 'GET'],
    ['PUT', 303, 'GET'],
    ['PUT', 302, 'PUT'],
    ['HEAD', 303, 'HEAD'],
    ['POST', 307, 'POST'],
    ['POST', 308, 'POST'],
  ])('makes %s at %d a %s, without a body if the method changed', (method, status, expected) => {
    const post = { ...request, method, body: 'x', headers: { 'content-type': 'text/plain', 'X-Key': 'k' } };
    const next = redirected(post, status, '/');
    expect(next.method).toBe(expected);
    expect(next.body).toBe(method === expected && method !== 'HEAD' ? 'x' : next.body);
    if (method !== expected) expect(next).toMatchObject({ body: undefined, headers: { 'X-Key': 'k' } });
    expect('content-type' in next.headers).toBe(method === expected);
  });

  it.each(['ftp://other.test/', 'javascript:alert(1)', 'file:///etc/passwd'])('refuses %s', (location) => {
    expect(() => redirected(request, 302, location)).toThrow('redirected to an address that is not HTTP');
  });

  it('refuses an invalid address', () => {
    expect(() => redirected(request, 302, 'http://[oops')).toThrow('redirected to an address that is not valid');
  });
});

describe('pathOf', () => {
  it.each([
    ['', '/'],
    ['health', '/health'],
    ['/health?deep=1&x=a%20b', '/health?deep=1&x=a%20b'],
    ['?q=1', '/?q=1'],
    ['/a b/ü', '/a%20b/%C3%BC'],
    ['/a#part', '/a'],
    ['/a\r\nX: y', '/a%0D%0AX:%20y'],
    ['/\ud800', '/%EF%BF%BD'],
  ])('%j is sent as %j', (url, path) => {
    expect(pathOf(url)).toBe(path);
  });
});

describe('headersOf', () => {
  it('lets the operator replace any standard header, whatever its case', () => {
    const headers = headersOf({ ...request, headers: { host: 'vhost.test', 'user-agent': 'mine' } });
    expect(headers).toEqual({ host: 'vhost.test', 'user-agent': 'mine', Accept: '*/*', 'Accept-Encoding': 'identity' });
  });

  it.each([
    [{ host: '::1', port: 80 }, '[::1]'],
    [{ host: '::1', port: 81 }, '[::1]:81'],
    [{ host: 'fe80::1%eth0', port: 80 }, '[fe80::1]'],
    [{ host: 'h', port: 443, ssl: true }, 'h'],
    [{ host: 'h', port: 80, ssl: true }, 'h:80'],
  ])('names the host of %j as %s', (more, host) => {
    expect(headersOf({ ...request, ...more })['Host']).toBe(host);
  });

  it('sends the length of a body in bytes', () => {
    expect(headersOf({ ...request, body: 'ü' })['Content-Length']).toBe('2');
  });
});
