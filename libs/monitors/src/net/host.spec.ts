import { describe, expect, it } from '@jest/globals';
import { asciiName, hostAndPort, hostOf } from './host.js';

describe('hostOf', () => {
  it.each([
    ['web', 'web'],
    ['web.example.com.', 'web.example.com.'],
    ['my_db-1.internal', 'my_db-1.internal'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['[web]', undefined],
    ['', undefined],
    ['a..b', undefined],
    ['-a', undefined],
    ['a b', undefined],
    ['a/b', undefined],
    ['ü/b', undefined],
    ['a:80', undefined],
    ['[::1]:80', undefined],
    ['user@a', undefined],
    ['http://a', undefined],
    ['a\r\nb', undefined],
    [`${'a'.repeat(64)}.b`, undefined],
  ])('%j is %j', (written, host) => {
    expect(hostOf(written)).toBe(host);
  });
});

describe('asciiName', () => {
  it.each([
    ['_dmarc.example.com', '_dmarc.example.com'],
    ['0/25.2.0.192.in-addr.arpa', '0/25.2.0.192.in-addr.arpa'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['ü/x', 'ü/x'],
  ])('%s is %s', (name, ascii) => {
    expect(asciiName(name)).toBe(ascii);
  });
});

describe('hostAndPort', () => {
  it.each([
    ['web', 'web:80'],
    ['::1', '[::1]:80'],
  ])('%s', (host, text) => {
    expect(hostAndPort(host, 80)).toBe(text);
  });
});
