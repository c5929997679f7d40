import { ownOf } from '@9volt/contracts/by-name';
import type { Json } from '../forms/attributes.js';
import { type CurlOption, curlOptions } from './curl-options.js';
import { shellCommand } from './shell-words.js';
import { urlParts } from './url-text.js';

export interface CurlRequest {
  config: Json;
  /** What the command says and a monitor does not take from it. */
  notes: string[];
}

const TLS_VERSIONS: Readonly<Record<string, string>> = {
  'tlsv1.0': 'TLSv1',
  'tlsv1.1': 'TLSv1.1',
  'tlsv1.2': 'TLSv1.2',
  'tlsv1.3': 'TLSv1.3',
};
/** Options that change the request in a way that no attribute can. */
const NOT_TAKEN = new Set([
  'form',
  'form-string',
  'upload-file',
  'resolve',
  'connect-to',
  'unix-socket',
  'config',
  'aws-sigv4',
  'netrc',
  'ntlm',
  'negotiate',
  'preproxy',
  'socks4',
  'socks4a',
  'socks5',
  'socks5-hostname',
]);
const FILES: Readonly<Record<string, string>> = { cacert: 'tls-ca', cert: 'tls-client-cert', key: 'tls-client-key' };

/** Before the command may stand comments, a prompt, `sudo`, variables and a path. */
const COMMAND = /^(?:\s*#[^\n]*\n)*(?![a-z][a-z0-9+.-]*:\/\/)[^\n'"]*?(?:^|[\s$#>%/(])curl(?:\.exe)?(?=\s)/;

export function isCurl(text: string): boolean {
  return COMMAND.test(text.trim());
}

/** The attributes of an http monitor that sends the request of a curl command; undefined without a URL. */
export function curlRequest(text: string): CurlRequest | undefined {
  const { words, variables } = shellCommand(text.trim().replace(COMMAND, ''));
  const end = words.findIndex((word) => /^curl(?:\.exe)?$/.test(word));
  const options = curlOptions(words.slice(0, end === -1 ? undefined : end));
  const of = (...names: string[]): string[] =>
    options.filter(({ name }) => names.includes(name)).map(({ value }) => value);
  const has = (...names: string[]): boolean => options.some(({ name }) => names.includes(name));
  const [written = '', ...others] = addressesOf(of('url'));
  const parts = urlParts(/^[a-z][a-z0-9+.-]*:\/\//i.test(written) ? written : `http://${written}`);
  if (!parts || written === '' || !/^https?$/.test(parts.scheme)) return undefined;
  const notes = others.length > 0 ? [`The command has ${others.length + 1} addresses; the first one counts.`] : [];
  if (variables.length > 0) notes.push(`Replace ${variables.join(', ')}: only your shell knows what it stands for.`);

  const body = bodyOf(options, notes);
  const asQuery = has('get') && body !== undefined;
  const query = [...(asQuery ? [body] : []), ...of('url-query').map(urlEncoded)].join('&');
  const headers = headersOf(options, asQuery ? undefined : body, notes);
  const method = of('request').at(-1) ?? (has('head') ? 'HEAD' : body !== undefined && !asQuery ? 'POST' : undefined);
  const [user, ...password] = of('user').at(-1)?.split(':') ?? [];
  const username = user ?? parts.username;
  const ssl = parts.scheme === 'https';
  const path = query === '' ? parts.path : `${parts.path}${parts.path.includes('?') ? '&' : '?'}${query}`;
  const seconds = Number(of('max-time').at(-1) ?? Number.NaN);
  const version = Object.keys(TLS_VERSIONS).find((name) => has(name));
  const proxy = of('proxy').at(-1);
  const proxyParts = proxy === undefined ? undefined : urlParts(proxy.includes('://') ? proxy : `http://${proxy}`);
  const [proxyUser, ...proxyPassword] = of('proxy-user').at(-1)?.split(':') ?? [];
  for (const { name } of options) {
    if (NOT_TAKEN.has(name)) notes.push(`--${name} was left out: a monitor cannot do this.`);
    const attribute = ownOf(FILES, name);
    if (attribute !== undefined) notes.push(`--${name} was left out: paste the content of the file as ${attribute}.`);
  }
  const config: Json = {
    host: parts.host,
    port: parts.port,
    ssl: ssl || undefined,
    url: path === '' || path === '/' ? undefined : path,
    method: method === 'GET' ? undefined : method,
    headers: Object.keys(headers).length === 0 ? undefined : headers,
    'request-body': asQuery ? undefined : body,
    username,
    password:
      username === undefined ? undefined : user === undefined ? parts.password : password.join(':') || undefined,
    authentication: has('digest') && username !== undefined ? 'digest' : undefined,
    'bearer-token': of('oauth2-bearer').at(-1),
    // As curl does, unless it is told otherwise.
    'follow-redirects': has('location', 'location-trusted') ? undefined : false,
    'tls-skip-verify': has('insecure') || undefined,
    'tls-min-version': version === undefined ? undefined : ownOf(TLS_VERSIONS, version),
    timeout: seconds > 0 ? `${Math.ceil(seconds * 1_000)}ms`.replace(/000ms$/, 's') : undefined,
    proxy:
      proxyParts &&
      `${proxyParts.scheme}://${proxyParts.host}${proxyParts.port === undefined ? '' : `:${proxyParts.port}`}`,
    'proxy-username': proxyUser ?? proxyParts?.username,
    'proxy-password': proxyUser === undefined ? proxyParts?.password : proxyPassword.join(':'),
  };
  return { config: Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)), notes };
}

/** Other words are values of options that we do not know. */
function addressesOf(words: readonly string[]): readonly string[] {
  const certain = words.filter((word) => word.includes('://'));
  const likely = words.filter((word) => /[.:]|^localhost/.test(word));
  return [certain, likely].find((some) => some.length > 0) ?? words;
}

/** All data joined as curl joins it. */
function bodyOf(options: readonly CurlOption[], notes: string[]): string | undefined {
  const texts = options.flatMap(({ name, value }) => {
    if (name === 'data-raw') return [{ text: value, glue: '&' }];
    if (!['data', 'data-ascii', 'data-binary', 'data-urlencode', 'json'].includes(name)) return [];
    if (name === 'data-urlencode' ? /^[^=]*@/.test(value) : value.startsWith('@')) {
      notes.push(`--${name} ${value} was left out: paste the content of the file as request-body.`);
      return [];
    }
    return [{ text: name === 'data-urlencode' ? urlEncoded(value) : value, glue: name === 'json' ? '' : '&' }];
  });
  if (texts.length === 0) return undefined;
  return texts.map(({ text, glue }, at) => (at === 0 ? text : `${glue}${text}`)).join('');
}

/** `content`, `=content` or `name=content`. */
function urlEncoded(value: string): string {
  const at = value.indexOf('=');
  const name = value.slice(0, Math.max(0, at));
  return `${name}${at > 0 ? '=' : ''}${encodeURIComponent(value.slice(at + 1))}`;
}

function headersOf(options: readonly CurlOption[], body: string | undefined, notes: string[]): Record<string, string> {
  const headers = new Map<string, [name: string, value: string]>();
  const set = (name: string, value: string): unknown => headers.set(name.toLowerCase(), [name, value]);
  if (body !== undefined) {
    const isJson = options.some(({ name }) => name === 'json');
    set('Content-Type', isJson ? 'application/json' : 'application/x-www-form-urlencoded');
    if (isJson) set('Accept', 'application/json');
  }
  for (const { name, value } of options) {
    if (name === 'user-agent') set('User-Agent', value);
    else if (name === 'referer') set('Referer', value.replace(/;auto$/, ''));
    else if (name === 'range') set('Range', `bytes=${value}`);
    else if (name === 'cookie' && value.includes('=')) set('Cookie', value);
    else if (name === 'cookie') notes.push('--cookie was left out: paste the cookies as a header.');
    else if (name === 'header') {
      const [, header = '', mark, text = ''] = /^([^:;@][^:;]*)([:;])\s*([^]*)$/.exec(value) ?? [];
      if (header === '') notes.push(`The header ${JSON.stringify(value)} was left out: it has no name and value.`);
      else if (text === '' && mark === ':') headers.delete(header.trim().toLowerCase());
      else set(header.trim(), text.trimEnd());
    }
  }
  return Object.fromEntries(headers.values());
}
