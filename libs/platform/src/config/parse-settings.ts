import { isIP } from 'node:net';
import type { ProgramRules } from '@9volt/contracts';
import { SECRET_SOURCE } from './secret-source.js';
import type { SettingReader } from './setting-reader.js';

export function parseProgramRules(reader: SettingReader): ProgramRules {
  const written = reader.list('execAllow');
  const [only] = written;
  if (written.length === 1 && (only === 'any' || only === 'none')) return only === 'any' ? 'any' : [];
  for (const path of written) {
    if (!path.startsWith('/')) reader.fault('execAllow', `expected any, none or absolute paths, got "${path}"`);
  }
  return written;
}

const LEAST_TOKEN = 16;

/**
 * An empty list that somebody set is a mistake (a file that is not written yet, a variable that is not set), and must not mean "no
 * tokens".
 */
export function parseAccessTokens(reader: SettingReader): string[] {
  const tokens = reader.list('accessTokens');
  if (tokens.length === 0 && reader.isGiven('accessTokens')) {
    reader.fault('accessTokens', 'is given, and empty; give a token, or leave the setting out');
  }
  for (const [n, token] of tokens.entries()) {
    const which = tokens.length > 1 ? `token ${n + 1} of ${tokens.length}` : 'the token';
    if (token.length < LEAST_TOKEN) {
      reader.fault(
        'accessTokens',
        `${which} has ${token.length} characters; expected ${LEAST_TOKEN} or more, such as the output of "openssl rand -hex 24"`,
      );
    } else if (!/^[\x21-\x7e]+$/.test(token)) {
      reader.fault(
        'accessTokens',
        `${which} cannot be sent in a header; expected a comma list of tokens without spaces and line breaks`,
      );
    }
  }
  return tokens;
}

export function parseListen(
  reader: SettingReader,
  defaultPort: number,
  key: 'listen' | 'statusListen' = 'listen',
): { host: string; port: number } {
  const written = reader.text(key);
  if (written === undefined) return { host: '127.0.0.1', port: defaultPort };
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]\s]*):)?(\d{1,5})$/.exec(written);
  const port = Number(match?.[2]);
  if (!match || port > 65_535) {
    reader.fault(key, `expected host:port such as 127.0.0.1:8080, got "${written}"`);
    return { host: '127.0.0.1', port: defaultPort };
  }
  const host = match[1] === undefined ? '127.0.0.1' : match[1] === '' ? '0.0.0.0' : match[1].replace(/^\[|\]$/g, '');
  return { host, port };
}

export function parseNetworks(reader: SettingReader, key: 'targetAllow' | 'targetDeny' | 'targetOnly'): string[] {
  const written = reader.list(key);
  for (const network of written) {
    const [address = '', prefix] = network.split('/');
    const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    const isNetwork = prefix === undefined ? most > 0 : /^\d{1,3}$/.test(prefix) && Number(prefix) <= most;
    if (!isNetwork) reader.fault(key, `expected addresses and networks such as 10.0.0.0/8, got "${network}"`);
  }
  return written;
}

export function parseSecretSources(reader: SettingReader): string[] {
  const written = reader.list('secretSources');
  if (written.length === 1 && written[0] === 'none') return [];
  const wrong = written.find((source) => !SECRET_SOURCE.test(source));
  if (wrong !== undefined) {
    reader.fault('secretSources', `expected env:NAME, env:PREFIX*, file:/path or none, got "${wrong}"`);
  }
  return written;
}
