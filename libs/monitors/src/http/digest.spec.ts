import { describe, expect, it } from '@jest/globals';
import { digestAuthorization, digestChallenge } from './digest.js';

describe('digest authentication, by the examples of RFC 7616', () => {
  const challenge = (algorithm: string): string =>
    `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;
  const request = { method: 'GET', path: '/dir/index.html', body: undefined };
  const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';

  it.each([
    ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
    ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ])('%s', (algorithm, response) => {
    const found = digestChallenge([challenge(algorithm)]);
    const login = { username: 'Mufasa', password: 'Circle of Life' };
    const authorization = digestAuthorization(found ?? {}, login, request, cnonce);
    expect(authorization).toContain(`response="${response}"`);
    expect(authorization).toMatch(/^Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/);
    expect(authorization).toContain('nc=00000001, qop=auth,');
  });

  it('takes the strongest challenge, even among other schemes', () => {
    const values = [`Basic realm="x, y=z", ${challenge('MD5')}`, `Negotiate, ${challenge('SHA-256')}`, 'Bearer'];
    expect(digestChallenge(values)).toMatchObject({ algorithm: 'SHA-256', realm: 'http-auth@example.org' });
  });

  it('hides the user name if the challenge asks for it', () => {
    const text =
      'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true';
    const found = digestChallenge([text]) ?? {};
    const login = { username: 'Jäsøn Doe', password: 'Secret, or not?' };
    const authorization = digestAuthorization(found, login, { method: 'GET', path: '/doe.json', body: undefined }, 'c');
    expect(authorization).toMatch(/username="[0-9a-f]{64}".*userhash=true$/);
  });

  it.each([
    '',
    'Basic realm="x"',
    'Digest realm="x"',
    'Digest nonce="x", algorithm=FOO',
    'Digest',
    ',,,',
    'Digest nonce="',
  ])('finds none in %j', (value) => {
    expect(digestChallenge([value])).toBeUndefined();
  });

  it.each(['qop=""', 'qop="unheard-of"', 'qop=" , "'])('answers as if nothing was offered, like curl, to %s', (qop) => {
    const found = digestChallenge([`Digest realm="r", nonce="n", ${qop}`]);
    const login = { username: 'Mufasa', password: 'Circle of Life' };
    const plain = digestAuthorization({ realm: 'r', nonce: 'n' }, login, request, cnonce);
    expect(found).toBeDefined();
    expect(digestAuthorization(found ?? {}, login, request, cnonce)).toBe(plain);
  });

  it('escapes everything within quotes', () => {
    const login = { username: 'a"b\\c\r\nX: y', password: 'p' };
    const authorization = digestAuthorization({ nonce: 'n"\\' }, login, request);
    expect(authorization).toContain('username="a\\"b\\\\c  X: y"');
    expect(authorization).not.toMatch(/[\r\n]/);
  });
});
