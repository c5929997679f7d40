import { isUntrusted, messageOf } from '@9volt/contracts';
import type { ArchiveSettings } from './archive-settings.js';

/** Why the archive did not do what it should, in words for people, without its password. */
export class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault';
}

/** Another process leads: what this one would write is old. */
export class ArchiveFenced extends ArchiveFault {}

// PostgreSQL: Appendix A, Error Codes.
const REFUSED_LOGIN = ['28P01', '28000'];
const NO_DATABASE = '3D000';
const NO_PERMISSION = '42501';
const CANCELLED = '57014';
/** A schema or a table that does not exist. */
export const ABSENT = ['3F000', '42P01'];

export function codeOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

export function asArchiveFault(error: unknown, settings: ArchiveSettings): ArchiveFault {
  if (error instanceof ArchiveFault) return error;
  return new ArchiveFault(
    reasonOf(error, settings)
      .split(settings.password || '\0')
      .join('***'),
    { cause: error },
  );
}

function reasonOf(error: unknown, { host, port, user, database }: ArchiveSettings): string {
  const code = codeOf(error) ?? '';
  const message = messageOf(error);
  const server = `PostgreSQL at ${host}:${port}`;
  if (REFUSED_LOGIN.includes(code)) return `${server} refuses the user ${user}: ${message}`;
  if (code === NO_DATABASE) return `${server} has no database ${database}`;
  if (code === NO_PERMISSION) return `${server} forbids something to the user ${user}: ${message}`;
  if (code === CANCELLED) return `${server} did not answer in time`;
  if (isUntrusted(code)) {
    return `${server} has a certificate of an authority that is not trusted: ${message}; sslrootcert can name the file of another`;
  }
  // The message of an error about several addresses is empty.
  return `${server}: ${message || code || 'no connection'}`;
}
