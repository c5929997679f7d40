import { messageOf } from '@9volt/contracts/errors';

const REASONS: ReadonlyMap<unknown, string> = new Map([
  ['ENOENT', 'it does not exist'],
  ['ENOTDIR', 'it is not a directory'],
  ['EISDIR', 'it is a directory'],
  ['EACCES', 'this user has no permission'],
  ['EPERM', 'this user has no permission'],
  ['ENOSPC', 'the disk is full'],
  ['EROFS', 'the file system is read-only'],
]);

/** Why a file could not be read or written, without the names of system calls. */
export function reasonOf(error: unknown): string {
  return REASONS.get((error as NodeJS.ErrnoException).code) ?? messageOf(error);
}
