import { readFileSync } from 'node:fs';
import { parseDuration } from '@9volt/contracts/duration';
import { messageOf } from '@9volt/contracts/errors';
import type { SettingReader } from './setting-reader.js';

/** The parts of the address of the archive. */
export interface ArchiveSettings {
  /** A name, an address, or the directory of a Unix socket. */
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  tls?: { verify: 'nothing' | 'authority' | 'all'; ca?: string };
  keepMs: number;
  /** As somebody wrote it: to hide it from the list of processes. */
  written: string;
}

const EXPECTED = 'expected an address such as postgres://user:password@db.example.com:5432/history?sslmode=verify-full';
/** Those of PostgreSQL that say clearly whether there is TLS. */
const MODES = { disable: undefined, require: 'nothing', 'verify-ca': 'authority', 'verify-full': 'all' } as const;
const PARAMETERS = ['sslmode', 'sslrootcert', 'host'];
const DAY_MS = 86_400_000;
const LEAST_DAYS = 1;
const MOST_DAYS = 3_660;

export function parseArchive(reader: SettingReader): ArchiveSettings | undefined {
  const text = reader.text('archiveUrl');
  const keepMs = keepOf(reader);
  if (text === undefined) {
    if (reader.isGiven('archiveUrl'))
      reader.fault('archiveUrl', 'is given, and empty; give an address, or leave it out');
    return undefined;
  }
  // Not the address itself: it contains a password.
  const fault = (problem: string): undefined => void reader.fault('archiveUrl', problem);
  if (!URL.canParse(text) || !/^postgres(ql)?:$/.test(new URL(text).protocol)) return fault(EXPECTED);
  const url = new URL(text);
  const wrong = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (wrong !== undefined) return fault(`has a parameter that 9volt does not know; it knows ${PARAMETERS.join(', ')}`);
  const mode = url.searchParams.get('sslmode') ?? 'disable';
  if (!Object.hasOwn(MODES, mode)) return fault(`expected sslmode to be one of ${Object.keys(MODES).join(', ')}`);
  const verify = MODES[mode as keyof typeof MODES];
  const ca = certificateOf(url.searchParams.get('sslrootcert'), fault);
  if (ca !== undefined && (verify === undefined || verify === 'nothing')) {
    return fault('has an sslrootcert, which needs sslmode=verify-ca or sslmode=verify-full');
  }
  const host = url.searchParams.get('host') ?? decoded(url.hostname.replace(/^\[|\]$/g, ''));
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decoded);
  if (!host || !user || !database) return fault(`${EXPECTED}, with a host, a user and a database`);
  const tls = verify === undefined ? {} : { tls: { verify, ...(ca === undefined ? {} : { ca }) } };
  return {
    host,
    port: Number(url.port || 5432),
    user,
    password: password ?? '',
    database,
    ...tls,
    keepMs,
    written: text,
  };
}

function keepOf(reader: SettingReader): number {
  const text = reader.text('archiveKeep');
  try {
    const ms = parseDuration(text);
    if (ms >= LEAST_DAYS * DAY_MS && ms <= MOST_DAYS * DAY_MS) return ms;
  } catch {
    // Told below.
  }
  reader.fault('archiveKeep', `expected a duration from ${LEAST_DAYS}d to ${MOST_DAYS}d such as 400d, got "${text}"`);
  return 400 * DAY_MS;
}

function certificateOf(path: string | null, fault: (problem: string) => undefined): string | undefined {
  if (path === null) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return fault(`cannot read its sslrootcert: ${messageOf(error)}`);
  }
}

/** A `%` that is not an escape stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
