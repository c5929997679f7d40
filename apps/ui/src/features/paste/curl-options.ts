/** Options of curl that have a value, by their long names, with their short ones. */
const WITH_VALUE: Readonly<Record<string, string>> = {
  request: 'X',
  header: 'H',
  data: 'd',
  user: 'u',
  'user-agent': 'A',
  referer: 'e',
  cookie: 'b',
  proxy: 'x',
  'proxy-user': 'U',
  'max-time': 'm',
  output: 'o',
  'write-out': 'w',
  form: 'F',
  'upload-file': 'T',
  cert: 'E',
  range: 'r',
  'cookie-jar': 'c',
  'dump-header': 'D',
  config: 'K',
  'time-cond': 'z',
  quote: 'Q',
  'speed-limit': 'Y',
  'speed-time': 'y',
  'ftp-port': 'P',
  'telnet-option': 't',
  'continue-at': 'C',
};
const LONG_WITH_VALUE = new Set([
  ...Object.keys(WITH_VALUE),
  'data-ascii',
  'data-raw',
  'data-binary',
  'data-urlencode',
  'json',
  'url',
  'url-query',
  'oauth2-bearer',
  'connect-timeout',
  'cacert',
  'capath',
  'key',
  'pass',
  'cert-type',
  'key-type',
  'ciphers',
  'tls13-ciphers',
  'tls-max',
  'curves',
  'pinnedpubkey',
  'crlfile',
  'resolve',
  'connect-to',
  'interface',
  'local-port',
  'dns-servers',
  'unix-socket',
  'abstract-unix-socket',
  'doh-url',
  'retry',
  'retry-delay',
  'retry-max-time',
  'max-redirs',
  'max-filesize',
  'limit-rate',
  'keepalive-time',
  'form-string',
  'stderr',
  'trace',
  'trace-ascii',
  'proto',
  'proto-default',
  'proto-redir',
  'request-target',
  'noproxy',
  'preproxy',
  'socks4',
  'socks4a',
  'socks5',
  'socks5-hostname',
  'proxy-cacert',
  'proxy-header',
  'aws-sigv4',
  'netrc-file',
  'output-dir',
  'etag-save',
  'etag-compare',
  'expect100-timeout',
  'happy-eyeballs-timeout-ms',
  'service-name',
  'delegation',
  'alt-svc',
  'hsts',
  'variable',
  'rate',
  'parallel-max',
]);
const LONG_BY_SHORT = new Map(Object.entries(WITH_VALUE).map(([long, short]) => [short, long]));
const FLAG_BY_SHORT = new Map([
  ['k', 'insecure'],
  ['L', 'location'],
  ['I', 'head'],
  ['G', 'get'],
  ['n', 'netrc'],
]);

export interface CurlOption {
  /** Its long name; that of a flag that does not matter is its letter; `url` for an argument. */
  name: string;
  value: string;
}

/** The options of a command, in order, with short ones under their long names. */
export function curlOptions(words: readonly string[]): CurlOption[] {
  const options: CurlOption[] = [];
  const rest = [...words];
  let onlyUrls = false;
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (onlyUrls || !/^-./.test(word)) options.push({ name: 'url', value: word });
    else if (word === '--') onlyUrls = true;
    else if (word.startsWith('--')) {
      const [, name = '', value] = /^--([^=]*)(?:=([^]*))?$/.exec(word) ?? [];
      options.push({ name, value: value ?? (LONG_WITH_VALUE.has(name) ? (rest.shift() ?? '') : '') });
    } else options.push(...shortOptions(word.slice(1), () => rest.shift() ?? ''));
  }
  return options;
}

/** `sSLk`, `XPOST`, `H`. */
function shortOptions(letters: string, next: () => string): CurlOption[] {
  const options: CurlOption[] = [];
  for (let at = 0; at < letters.length; at += 1) {
    const letter = letters[at] ?? '';
    const name = LONG_BY_SHORT.get(letter);
    if (name !== undefined) return [...options, { name, value: letters.slice(at + 1) || next() }];
    options.push({ name: FLAG_BY_SHORT.get(letter) ?? letter, value: '' });
  }
  return options;
}
