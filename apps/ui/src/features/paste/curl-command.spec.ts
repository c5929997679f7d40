import { describe, expect, it } from '@jest/globals';
import { curlRequest } from './curl-command.js';
import { shellCommand } from './shell-words.js';

const FOLLOWS_NOT = { 'follow-redirects': false };
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

describe('the words of a command', () => {
  it.each<[string, string[]]>([
    [`curl 'a b' "c d" e\\ f`, ['curl', 'a b', 'c d', 'e f']],
    [`a'b'"c"d`, ['abcd']],
    [`'' ""`, ['', '']],
    [`"a \\"b\\" \\$c \\\\ \\n"`, ['a "b" $c \\ \\n']],
    [`$'it\\'s\\n\\x41\\u00e9\\t\\\\'`, ["it's\nAé\t\\"]],
    ['curl \\\n  -k \\\r\n  x', ['curl', '-k', 'x']],
    ['curl.exe `\r\n -k `\n x', ['curl.exe', '-k', 'x']],
    ['curl ^"http://a/?b=1^&c=2^" ^\r\n  -H ^"A: b^"', ['curl', 'http://a/?b=1&c=2', '-H', 'A: b']],
    [`'not closed`, ['not closed']],
    ['  ', []],
    ["'\\'", ['\\']],
    ['curl http://a/;echo', ['curl', 'http://a/']],
    ['curl http://a/|jq .', ['curl', 'http://a/']],
    ['curl http://a/?b=1&c=2 &', ['curl', 'http://a/?b=1&c=2']],
    ['curl http://a/ >/dev/null 2>&1 -k', ['curl', 'http://a/', '-k']],
    ['curl http://a/ &>/dev/null </dev/null', ['curl', 'http://a/']],
    ['curl -d @- http://a/ <<EOF\n{}\nEOF', ['curl', '-d', '@-', 'http://a/']],
    ['curl http://a/#b # health', ['curl', 'http://a/#b']],
    [`curl 'a;b|c' "d>e"`, ['curl', 'a;b|c', 'd>e']],
  ])('%j', (command, words) => expect(shellCommand(command).words).toEqual(words));

  it.each<[string, string[]]>([
    ['"Bearer $TOKEN" http://${HOST:-a}/ $(date) "$TOKEN"', ['$TOKEN', '${HOST:-a}', '$(date)']],
    [`'$TOKEN' \\$A "\\$A" 5$ $'$B' "\${env:NINEV_SECRET_A}"`, []],
  ])('%j has variables', (command, variables) => expect(shellCommand(command).variables).toEqual(variables));
});

describe('a curl command as an http monitor', () => {
  it.each<[string, object]>([
    ['curl https://shop.example.com/health', { host: 'shop.example.com', ssl: true, url: '/health', ...FOLLOWS_NOT }],
    ['curl shop.example.com', { host: 'shop.example.com', ...FOLLOWS_NOT }],
    ['$ curl -sSL shop.example.com:8080/', { host: 'shop.example.com', port: 8080 }],
    ['curl -sSLk -o /dev/null -w "%{http_code}" https://a/', { host: 'a', ssl: true, 'tls-skip-verify': true }],
    ['curl -L -I http://a/x', { host: 'a', url: '/x', method: 'HEAD' }],
    ['curl -L --request PUT http://a/', { host: 'a', method: 'PUT' }],
    ['curl -L -XDELETE http://a/', { host: 'a', method: 'DELETE' }],
    ['curl -L --request=PATCH http://a/', { host: 'a', method: 'PATCH' }],
    ['curl -L --url http://a/ -X GET', { host: 'a' }],
    [
      `curl -L http://a/ -H 'X-A: b: c' -H "Accept:application/json" -H 'X-Empty;' -H 'Host:'`,
      { host: 'a', headers: { 'X-A': 'b: c', Accept: 'application/json', 'X-Empty': '' } },
    ],
    ['curl -L http://a/ -HX-A:b', { host: 'a', headers: { 'X-A': 'b' } }],
    ['curl -L -d a=1 -d b=2 http://a/', { host: 'a', method: 'POST', 'request-body': 'a=1&b=2', headers: FORM }],
    ['curl -L -X PUT --data-raw @x http://a/', { host: 'a', method: 'PUT', 'request-body': '@x', headers: FORM }],
    [
      `curl -L http://a/ --data-binary $'{"a":"it\\'s"}' -H 'content-type: application/json'`,
      {
        host: 'a',
        method: 'POST',
        'request-body': `{"a":"it's"}`,
        headers: { 'content-type': 'application/json' },
      },
    ],
    [
      `curl -L --json '{"a":1}' http://a/`,
      {
        host: 'a',
        method: 'POST',
        'request-body': '{"a":1}',
        headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      },
    ],
    [
      'curl -L --data-urlencode "q=a b&c" --data-urlencode "=d e" http://a/',
      { host: 'a', method: 'POST', 'request-body': 'q=a%20b%26c&d%20e', headers: FORM },
    ],
    ['curl -L -G -d a=1 --data-urlencode "b=c d" http://a/x?y=2', { host: 'a', url: '/x?y=2&a=1&b=c%20d' }],
    ['curl -L -u me:se:cret http://a/', { host: 'a', username: 'me', password: 'se:cret' }],
    ['curl -L http://me:p%40ss@a/', { host: 'a', username: 'me', password: 'p@ss' }],
    [
      'curl -L --digest -u me:secret http://a/',
      { host: 'a', username: 'me', password: 'secret', authentication: 'digest' },
    ],
    ['curl -L --oauth2-bearer abc http://a/', { host: 'a', 'bearer-token': 'abc' }],
    [
      'curl -L -A Probe -e http://b/ -b "a=1; b=2" -r 0-99 http://a/',
      {
        host: 'a',
        headers: { 'User-Agent': 'Probe', Referer: 'http://b/', Cookie: 'a=1; b=2', Range: 'bytes=0-99' },
      },
    ],
    ['curl -L -m 2 http://a/', { host: 'a', timeout: '2s' }],
    ['curl -L --max-time 0.5 http://a/', { host: 'a', timeout: '500ms' }],
    ['curl -L --tlsv1.3 https://a/', { host: 'a', ssl: true, 'tls-min-version': 'TLSv1.3' }],
    [
      'curl -L -x proxy:3128 -U me:secret http://a/',
      { host: 'a', proxy: 'http://proxy:3128', 'proxy-username': 'me', 'proxy-password': 'secret' },
    ],
    ["curl -L 'http://[::1]:8080/a?b=ü' | jq .", { host: '::1', port: 8080, url: '/a?b=%C3%BC' }],
    ['curl -L http://a/x#part && echo fine', { host: 'a', url: '/x' }],
    ['curl -L https://a; echo', { host: 'a', ssl: true }],
    ['me@box:~$ curl -L a.example/x', { host: 'a.example', url: '/x' }],
    ['[root@box ~]# /usr/bin/curl -L http://a', { host: 'a' }],
    ['PS C:\\> curl.exe -L http://a', { host: 'a' }],
    ['# is it up?\ntime sudo curl -L http://a', { host: 'a' }],
    ['LANG=C (curl -L http://a)', { host: 'a' }],
    ['curl -L http://a/x\ncurl -L http://b/', { host: 'a', url: '/x' }],
    ['curl -L --newer-option value http://a/', { host: 'a' }],
    ['curl --compressed --retry 3 -fsS --connect-timeout 1 -L -- http://a/', { host: 'a' }],
  ])('%s', (command, config) => expect(curlRequest(command)).toEqual({ config, notes: [] }));

  it.each<[string, RegExp]>([
    ['curl -d @body.json http://a/', /paste the content of the file as request-body/],
    ['curl -F a=b http://a/', /--form was left out/],
    ['curl --cacert ca.pem https://a/', /as tls-ca/],
    ['curl -E me.pem https://a/', /as tls-client-cert/],
    ['curl --resolve a:443:127.0.0.1 https://a/', /--resolve was left out/],
    ['curl http://a/ http://b/', /2 addresses; the first/],
    ['curl -b jar.txt http://a/', /--cookie was left out/],
    ['curl --json @body.json http://a/', /paste the content of the file as request-body/],
    ['curl --data-urlencode q@file http://a/', /paste the content of the file as request-body/],
    ['curl --socks5 b:1080 http://a/', /--socks5 was left out/],
    ['curl --ntlm -u b:c http://a/', /--ntlm was left out/],
    ['curl -sn http://a/', /--netrc was left out/],
    ['curl -H "A: $B" http://a/', /^Replace \$B: only your shell knows/],
    ['curl -H @headers http://a/', /The header "@headers" was left out/],
  ])('%s says what it does not take', (command, note) => {
    expect(curlRequest(command)?.notes.join()).toMatch(note);
    expect(curlRequest(command)?.config['host']).toBe('a');
  });

  it.each(['curl', 'curl -L', 'curl ftp://a/', 'curl http://a:99999/', "curl 'http://'"])(
    '%j has no address',
    (command) => expect(curlRequest(command)).toBeUndefined(),
  );
});
