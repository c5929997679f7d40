import { ownOf } from '@9volt/contracts/by-name';
import type { Json } from '../forms/attributes.js';
import { curlRequest, isCurl } from './curl-command.js';
import { placeOf, type UrlParts, urlParts } from './url-text.js';

/** What a pasted text says about a target. */
export interface Pasted {
  /** The type that fits best. */
  type: string;
  /** Whether a monitor of another type can have this target, too. */
  fits: (type: string) => boolean;
  /** The attributes; those that a type does not have do not count. */
  configFor: (type: string) => Json;
  /** Parts of the text that do not count, in words. */
  notes: readonly string[];
}

const STANDARD_PORTS: Readonly<Record<string, number>> = {
  http: 80,
  https: 443,
  postgres: 5432,
  postgresql: 5432,
  mysql: 3306,
  mariadb: 3306,
  ldaps: 636,
  imaps: 993,
  smtps: 465,
  pop3s: 995,
  smtp: 25,
  imap: 143,
  pop3: 110,
  ldap: 389,
  ftp: 21,
  ssh: 22,
  redis: 6379,
  rediss: 6380,
  amqp: 5672,
  amqps: 5671,
  mongodb: 27017,
  mqtt: 1883,
  mqtts: 8883,
  ws: 80,
  wss: 443,
  sqlserver: 1433,
};
const TYPES: Readonly<Record<string, string>> = {
  http: 'http',
  https: 'http',
  postgres: 'sql',
  postgresql: 'sql',
  mysql: 'sql',
  mariadb: 'sql',
  tls: 'tls',
  ssl: 'tls',
  icmp: 'icmp',
  ping: 'icmp',
  nrpe: 'nrpe',
  dns: 'dns',
};
/** The attributes of a request: a pasted one replaces them all, so that nothing of one pasted before stays. */
const REQUEST = [
  'host',
  'port',
  'ssl',
  'url',
  'method',
  'headers',
  'request-body',
  'username',
  'password',
  'authentication',
  'bearer-token',
  'follow-redirects',
  'tls-skip-verify',
  'tls-min-version',
  'proxy',
  'proxy-username',
  'proxy-password',
];

/** A URL, a curl command, `host:port` or a host; undefined for anything else. */
export function pastedTarget(text: string): Pasted | undefined {
  if (isCurl(text)) {
    const request = curlRequest(text);
    return (
      request && {
        type: 'http',
        fits: (type) => type === 'http',
        configFor: () => request.config,
        notes: request.notes,
      }
    );
  }
  const [line = '', ...others] = unwrapped(text).split(/\s*[\r\n]\s*/);
  const more = others.length === 0 ? [] : [`The text has ${others.length + 1} lines; the first one counts.`];
  const url = urlParts(line.replace(/^jdbc:/i, '')) ?? addressOfPage(line);
  if (url) return urlTarget(url, more);
  const place = placeOf(line);
  if (!place || !/[.:]|^localhost/i.test(line)) return undefined;
  const { host, port } = place;
  return {
    type: port === undefined ? 'icmp' : 'tcp',
    fits: (type) => !['push', 'exec'].includes(type),
    configFor: () => ({ host, ...(port === undefined ? {} : { port }) }),
    notes: more,
  };
}

/** Without the quotes or brackets around it. */
function unwrapped(text: string): string {
  const trimmed = text.trim();
  return /^["'`<]/.test(trimmed) ? trimmed.replaceAll(/^["'`<]+|["'`>]+$/g, '') : trimmed;
}

/** `shop.example.com/health`, as in the address bar of a browser, but not `10.0.0.0/8`. */
function addressOfPage(text: string): UrlParts | undefined {
  const [, place = ''] = /^([^\s/?#@]+)[/?]/.exec(text) ?? [];
  if (!/\.|:\d|^localhost/i.test(place) || /^[\da-f.:]+\/\d+$/i.test(text)) return undefined;
  return urlParts(`${/:\d*443$/.test(place) ? 'https' : 'http'}://${text}`);
}

function urlTarget(url: UrlParts, notes: readonly string[]): Pasted | undefined {
  const scheme = url.scheme.replace(/^(postgres(?:ql)?|mysql|mariadb)\+.*$/, '$1');
  const { host, port = ownOf(STANDARD_PORTS, scheme), path } = url;
  const best = ownOf(TYPES, scheme) ?? (port === undefined ? undefined : 'tcp');
  if (best === undefined) return undefined;
  const [database = '', search = ''] = path.slice(1).split('?');
  const query = new URLSearchParams(search);
  const isSql = best === 'sql';
  const { username = isSql ? query.get('user') : undefined, password = isSql ? query.get('password') : undefined } =
    url;
  const login = { ...(username ? { username } : {}), ...(password ? { password } : {}) };
  const isSecure = isSql
    ? /^(?:require|verify|true|1)/i.test(query.get('sslmode') ?? query.get('ssl-mode') ?? query.get('ssl') ?? '')
    : /^(?:https|rediss|amqps|mqtts|smtps|imaps|pop3s|ldaps|wss)$/.test(scheme);
  const explicit = url.port === undefined ? {} : { port: url.port };
  const configFor = (type: string): Json => {
    if (type === 'http') {
      return {
        host,
        ...explicit,
        ...(isSecure ? { ssl: true } : {}),
        ...(/^\/?$/.test(path) ? {} : { url: path }),
        ...login,
      };
    }
    if (type.startsWith('sql')) {
      const driver = scheme.startsWith('postgres') ? 'postgres' : 'mysql';
      return {
        driver,
        host,
        ...explicit,
        ...(isSecure ? { ssl: true } : {}),
        ...login,
        ...(database ? { database } : {}),
      };
    }
    if (type === 'dns') {
      const record = query.get('type')?.toUpperCase();
      return {
        host,
        ...explicit,
        ...(database ? { 'dns-target': database } : {}),
        ...(record ? { 'dns-record-type': record } : {}),
      };
    }
    if (type === 'nrpe') return { host, ...explicit, ...(database ? { command: database } : {}) };
    return { host, ...(port === undefined ? {} : { port }), ...(isSecure ? { ssl: true } : {}) };
  };
  const fits = (type: string): boolean =>
    type === best || ['tcp', 'tls', 'icmp'].includes(type) || (best === 'sql' && type.startsWith('sql'));
  const skipped = url.others === 0 ? [] : [`The address has ${url.others + 1} hosts; the first one counts.`];
  return { type: best, fits, configFor, notes: [...notes, ...skipped] };
}

/** A configuration with a pasted target instead of its own; `names` are the attributes of its type. */
export function withTarget(config: Json, target: Json, names: ReadonlySet<string>): Json {
  const kept = Object.entries(config).filter(([name]) => config['type'] !== 'http' || !REQUEST.includes(name));
  return Object.fromEntries([...kept, ...Object.entries(target).filter(([name]) => names.has(name))]);
}
