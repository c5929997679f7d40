import { expect, it } from '@jest/globals';
import { pastedTarget, withTarget } from './pasted-target.js';

it.each<[string, string, object]>([
  ['https://shop.example.com/health?a=b', 'http', { host: 'shop.example.com', ssl: true, url: '/health?a=b' }],
  [' http://a:8080 ', 'http', { host: 'a', port: 8080 }],
  ['http://u:p%3A@a/%7Ex/../y', 'http', { host: 'a', url: '/%7Ex/../y', username: 'u', password: 'p:' }],
  ['http://bücher.example/', 'http', { host: 'xn--bcher-kva.example' }],
  ['http://a/b c', 'http', { host: 'a', url: '/b%20c' }],
  ['db.example.com:5432', 'tcp', { host: 'db.example.com', port: 5432 }],
  ['[::1]:22', 'tcp', { host: '::1', port: 22 }],
  ['gateway.example.com', 'icmp', { host: 'gateway.example.com' }],
  ['192.0.2.1', 'icmp', { host: '192.0.2.1' }],
  ['localhost', 'icmp', { host: 'localhost' }],
  ['redis://cache/0', 'tcp', { host: 'cache', port: 6379 }],
  ['rediss://cache/0', 'tcp', { host: 'cache', port: 6380, ssl: true }],
  ['tcp://a:9', 'tcp', { host: 'a', port: 9 }],
  ['tls://a:636', 'tls', { host: 'a', port: 636 }],
  ['ping://a', 'icmp', { host: 'a' }],
  ['dns://192.0.2.53/example.com', 'dns', { host: '192.0.2.53', 'dns-target': 'example.com' }],
  [
    'postgres://me:secret@db:5433/shop?sslmode=require',
    'sql',
    { driver: 'postgres', host: 'db', port: 5433, username: 'me', password: 'secret', database: 'shop', ssl: true },
  ],
  [
    'postgres://me@db/shop?sslmode=disable',
    'sql',
    { driver: 'postgres', host: 'db', username: 'me', database: 'shop' },
  ],
  [
    'jdbc:postgresql://db/shop?user=me&password=secret&ssl=true',
    'sql',
    { driver: 'postgres', host: 'db', username: 'me', password: 'secret', database: 'shop', ssl: true },
  ],
  ['mysql+pymysql://me@db/shop', 'sql', { driver: 'mysql', host: 'db', username: 'me', database: 'shop' }],
  ['postgres://a,b:5433/shop', 'sql', { driver: 'postgres', host: 'a', database: 'shop' }],
  ['mongodb://u:p@a:27018,b:27018/db', 'tcp', { host: 'a', port: 27_018 }],
  ['HTTPS://Shop.Example.COM/Health', 'http', { host: 'shop.example.com', ssl: true, url: '/Health' }],
  ['shop.example.com/health?deep=1', 'http', { host: 'shop.example.com', url: '/health?deep=1' }],
  ['localhost:3000/health', 'http', { host: 'localhost', port: 3000, url: '/health' }],
  ['db1:8080/', 'http', { host: 'db1', port: 8080 }],
  ['192.0.2.1:8443/x', 'http', { host: '192.0.2.1', port: 8443, ssl: true, url: '/x' }],
  ['<https://a.example/x>', 'http', { host: 'a.example', ssl: true, url: '/x' }],
  ['"https://a.example/x"', 'http', { host: 'a.example', ssl: true, url: '/x' }],
  ['`a.example:22`', 'tcp', { host: 'a.example', port: 22 }],
  ['https://a/x\nhttps://b/y\n', 'http', { host: 'a', ssl: true, url: '/x' }],
  ['wss://a/socket', 'tcp', { host: 'a', port: 443, ssl: true }],
  ['2001:DB8::1', 'icmp', { host: '2001:db8::1' }],
  ['::1', 'icmp', { host: '::1' }],
  ['nrpe://a/check_load', 'nrpe', { host: 'a', command: 'check_load' }],
  [
    'dns://192.0.2.53:5353/example.com?type=mx',
    'dns',
    { host: '192.0.2.53', port: 5353, 'dns-target': 'example.com', 'dns-record-type': 'MX' },
  ],
  ['mysql://me@db/shop', 'sql', { driver: 'mysql', host: 'db', username: 'me', database: 'shop' }],
])('%s makes a monitor of the type %s', (text, type, config) => {
  const pasted = pastedTarget(text);
  expect(pasted?.type).toBe(type);
  expect(pasted?.configFor(type)).toEqual(config);
});

it.each([
  '',
  ' ',
  'web',
  'two words.',
  'http://',
  'mailto:a@b',
  'foo://a',
  'http://a b/',
  '10.0.0.0/8',
  '2001:db8::/32',
  'and/or',
  'constructor://a',
  'a:0',
  'a:70000',
  '{"a": 1}',
  'curl',
])('%j is no target', (text) => expect(pastedTarget(text)).toBeUndefined());

it.each([
  ['https://a/x\nhttps://b/y', 'The text has 2 lines; the first one counts.'],
  ['mongodb://a,b,c/db', 'The address has 3 hosts; the first one counts.'],
])('says of %j what does not count', (text, note) => expect(pastedTarget(text)?.notes).toEqual([note]));

it('fills a form of another type with what that has', () => {
  const pasted = pastedTarget('https://shop.example.com/health');
  expect(['tcp', 'tls', 'icmp', 'sql', 'push'].map((type) => pasted?.fits(type))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect(
    withTarget(
      { type: 'tcp', interval: '1m', host: 'x' },
      pasted?.configFor('tcp') ?? {},
      new Set(['host', 'port', 'ssl']),
    ),
  ).toEqual({
    type: 'tcp',
    interval: '1m',
    host: 'shop.example.com',
    port: 443,
    ssl: true,
  });
});

it('leaves nothing of a request that was pasted before, and the rest as it is', () => {
  const before = { type: 'http', interval: '1m', host: 'a', headers: { A: 'b' }, method: 'PUT', tags: ['x'] };
  expect(withTarget(before, { host: 'b', odd: 1 }, new Set(['host']))).toEqual({
    type: 'http',
    interval: '1m',
    tags: ['x'],
    host: 'b',
  });
  const login = { type: 'sql', username: 'me', password: 'secret', host: 'a' };
  expect(withTarget(login, { host: 'b' }, new Set(['host']))).toEqual({ ...login, host: 'b' });
});
