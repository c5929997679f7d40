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
  const url = urlParts(text);
  if (url) return urlTarget(url);
  const place = placeOf(text.trim());
  if (!place || !/[.:]|^localhost/i.test(text)) return undefined;
  const { host, port } = place;
  return {
    type: port === undefined ? 'icmp' : 'tcp',
    fits: (type) => !['push', 'exec'].includes(type),
    configFor: () => ({ host, ...(port === undefined ? {} : { port }) }),
    notes: [],
  };
}

function urlTarget(url: UrlParts): Pasted | undefined {
  const { scheme, host, port = ownOf(STANDARD_PORTS, scheme), username, password, path } = url;
  const best = ownOf(TYPES, scheme) ?? (port === undefined ? undefined : 'tcp');
  if (best === undefined) return undefined;
  const login = { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
  const isSecure = /^(?:https|rediss|amqps|mqtts|smtps|imaps|pop3s|ldaps)$/.test(scheme);
  const [database] = path.slice(1).split('?');
  const configFor = (type: string): Json => {
    if (type === 'http') {
      const explicit = url.port === undefined ? {} : { port: url.port };
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
        ...(url.port === undefined ? {} : { port: url.port }),
        ...login,
        ...(database ? { database } : {}),
      };
    }
    if (type === 'dns')
      return {
        host,
        ...(url.port === undefined ? {} : { port: url.port }),
        ...(database ? { 'dns-target': database } : {}),
      };
    return { host, ...(port === undefined ? {} : { port }), ...(isSecure ? { ssl: true } : {}) };
  };
  const fits = (type: string): boolean =>
    type === best || ['tcp', 'tls', 'icmp'].includes(type) || (best === 'sql' && type.startsWith('sql'));
  return { type: best, fits, configFor, notes: [] };
}

/** A configuration with a pasted target instead of its own; `names` are the attributes of its type. */
export function withTarget(config: Json, target: Json, names: ReadonlySet<string>): Json {
  const kept = Object.entries(config).filter(([name]) => config['type'] !== 'http' || !REQUEST.includes(name));
  return Object.fromEntries([...kept, ...Object.entries(target).filter(([name]) => names.has(name))]);
}
