import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { againstBytes, faultsOf, runProbe, startHttpTarget, type Written } from '../testing/index.js';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n';
const to = (location: string, ...more: string[]): string =>
  ['HTTP/1.1 302 Found', `Location: ${location}`, ...more, 'Content-Length: 0', '', ''].join('\r\n');

/** The requested paths, in their order. */
const paths = (requests: string[]): string[] => requests.map((request) => request.split(' ')[1] ?? '');
const cookies = (requests: string[]): (string | undefined)[] =>
  requests.map((request) => /\r\ncookie: (.*)\r\n/i.exec(request)?.[1]);

describe('http: the destination of a redirect', () => {
  it.each([
    ['UTF-8', '/caf\xc3\xa9', '/caf%C3%A9'],
    ['ISO 8859-1, byte by byte', '/caf\xe9', '/caf%E9'],
    ['UTF-8 in the query', '/a?q=\xe6\x9d\xb1&b=%20', '/a?q=%E6%9D%B1&b=%20'],
    ['percent-encoded already', '/caf%c3%a9', '/caf%c3%a9'],
    ['spaces', '/a b', '/a%20b'],
    ['dots', '/a/../b/./c', '/b/c'],
    ['a query alone', '?x=1', '/start?x=1'],
    ['spaces around it', '  /x  ', '/x'],
    ['a fragment', '/x#part', '/x'],
  ])('in %s', async (_, location, path) => {
    const { result, requests } = await againstBytes({ '/start': to(location), [path]: OK }, { url: '/start' });
    expect(paths(requests)).toEqual(['/start', path]);
    expect(result).toMatchObject({ status: 'ok' });
  });

  it('is nowhere without a location', async () => {
    const { result } = await againstBytes(to(''));
    expect(result.message).toBe("Received status code '302' does not match expected status code '200'");
  });
});

describe('http: cookies that the target sets on the way', () => {
  it.each<[string, string[], Written, string | undefined]>([
    ['are sent on', ['Set-Cookie: seen=1; path=/; HttpOnly'], {}, 'seen=1'],
    ['are sent on together', ['Set-Cookie: a=1', 'Set-Cookie: b=2; Path=/'], {}, 'a=1; b=2'],
    ['of another path are not', ['Set-Cookie: a=1; Path=/elsewhere'], {}, undefined],
    ['of another domain are not', ['Set-Cookie: a=1; Domain=example.com'], {}, undefined],
    ['that have expired are not', ['Set-Cookie: a=1; Max-Age=0', 'Set-Cookie: b=2'], {}, 'b=2'],
    ['in UTF-8 go as they came', ['Set-Cookie: a=\xc3\xbc'], {}, 'a=\xc3\xbc'],
    ['are added to the operator’s', ['Set-Cookie: a=1'], { headers: { Cookie: 'mine=1; a=0' } }, 'mine=1; a=1'],
    ['that cannot be read are dropped', ['Set-Cookie: =;;=', 'Set-Cookie: b=2'], {}, 'b=2'],
  ])('%s', async (_, set, more, sent) => {
    const answers = { '/dir/start': to('/dir/next', ...set), '/dir/next': OK };
    const { result, requests } = await againstBytes(answers, { url: '/dir/start', ...more });
    expect(result).toMatchObject({ status: 'ok' });
    expect(cookies(requests)[1]).toBe(sent);
  });

  it('end with the check, and can be deleted', async () => {
    const answers = {
      '/1': to('/2', 'Set-Cookie: a=1; Path=/'),
      '/2': to('/3', 'Set-Cookie: a=; Path=/; Max-Age=0'),
      '/3': OK,
    };
    const { requests } = await againstBytes(answers, { url: '/1' });
    expect(cookies(requests)).toEqual([undefined, 'a=1', undefined]);
  });

  it('let a page finish that sets one and redirects to itself', async () => {
    const target = await startHttpTarget({
      answer: ({ headers }, response) =>
        void (headers.cookie === 'seen=1'
          ? response.end('hello')
          : response.writeHead(302, { Location: '/', 'Set-Cookie': 'seen=1' }).end()),
    });
    const result = await runProbe({ type: 'http', host: target.host, port: target.port, expect: 'hello' });
    await target.close();
    expect(result).toMatchObject({ status: 'ok' });
    expect(target.requests).toHaveLength(2);
  });

  it('stay within their origin when the redirect leaves it', async () => {
    const other = await startHttpTarget({ host: '::1' });
    const { requests } = await againstBytes(to(`${other.url}/x`, 'Set-Cookie: a=1; Path=/'));
    await other.close();
    expect(requests).toHaveLength(1);
    expect(other.requests[0]?.headers.cookie).toBeUndefined();
  });
});

describe('http: digest authentication', () => {
  const login = { username: 'shop', password: 'pä"ss', authentication: 'digest' };
  const hash = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('hex');

  /** A target that requires digest authentication, by the RFC. */
  async function demanding(challenge: string, hashName: string, more: Written = {}, stale = false) {
    const seen: string[] = [];
    const target = await startHttpTarget({
      answer: ({ method, url, headers, body }, response) => {
        const given = headers.authorization ?? '';
        seen.push(given);
        const part = (name: string): string => new RegExp(`\\b${name}="?((?:[^",\\\\]|\\\\.)*)`).exec(given)?.[1] ?? '';
        const demand = (nonce: string, extra = ''): void =>
          void response
            .writeHead(401, {
              'WWW-Authenticate': ['Basic realm="x"', `Digest realm="a b", nonce="${nonce}"${extra}, ${challenge}`],
            })
            .end();
        if (!given.startsWith('Digest ')) return demand('n1');
        if (stale && part('nonce') === 'n1') return demand('n2', ', stale=TRUE');
        const secret = hash(hashName, `shop:a b:pä"ss`);
        const a1 = /-sess/i.test(challenge) ? hash(hashName, `${secret}:${part('nonce')}:${part('cnonce')}`) : secret;
        const qop = part('qop');
        const a2 = hash(hashName, `${method}:${url}${qop === 'auth-int' ? `:${hash(hashName, body)}` : ''}`);
        const rest = qop ? `${part('nonce')}:${part('nc')}:${part('cnonce')}:${qop}` : part('nonce');
        if (part('response') === hash(hashName, `${a1}:${rest}:${a2}`)) return void response.end('welcome');
        demand('n3');
      },
    });
    const settings = { type: 'http', host: target.host, port: target.port, url: '/a?b=1', ...login, ...more };
    const result = await runProbe(settings);
    await target.close();
    return { result, seen };
  }

  it.each([
    ['qop="auth", algorithm=MD5', 'md5'],
    ['qop="auth"', 'md5'],
    ['qop="auth,auth-int", algorithm=SHA-256, opaque="o"', 'sha256'],
    ['qop="auth", algorithm=SHA-512-256', 'sha512-256'],
    ['qop="auth", algorithm=MD5-sess', 'md5'],
    ['qop="auth", algorithm="SHA-256-sess"', 'sha256'],
    ['qop=auth-int', 'md5'],
    ['opaque="x"', 'md5'],
  ])('answers %s', async (challenge, hashName) => {
    const { result, seen } = await demanding(challenge, hashName, {
      expect: 'welcome',
      method: 'POST',
      'request-body': 'ü',
    });
    expect(result).toMatchObject({ status: 'ok' });
    expect(seen).toHaveLength(2);
    expect(seen[0]).toBe('');
    expect(seen.join()).not.toContain('pä');
  });

  it('answers again when the first answer is stale', async () => {
    const { result, seen } = await demanding('qop="auth"', 'md5', {}, true);
    expect(result).toMatchObject({ status: 'ok' });
    expect(seen).toHaveLength(3);
  });

  it('is refused once, not for ever', async () => {
    const { result, seen } = await demanding('qop="auth"', 'md5', { password: 'wrong' });
    expect(result.message).toBe("Received status code '401' does not match expected status code '200'");
    expect(seen).toHaveLength(2);
  });

  it('cannot answer an unknown algorithm', async () => {
    const { result, seen } = await demanding('qop="auth", algorithm=UNHEARD-OF', 'md5');
    expect(result.message).toContain("Received status code '401'");
    expect(seen).toHaveLength(1);
  });

  it('is not sent to another origin', async () => {
    const { result, requests } = await againstBytes(to('http://[::1]:1/'), login);
    expect(result.message).toContain('connection refused');
    expect(requests).toHaveLength(1);
  });

  it('needs a user name', () => {
    expect(faultsOf({ type: 'http', host: 'h', authentication: 'digest' })).toEqual([
      'username: expected the user name that digest authentication is for',
    ]);
  });
});
